// One person's section: what stands on top, what each exercise brought, what policies changed, and what went wrong where.

function studentSection(person) {
  const marks = parts.map((part) => [part, person.results[part.place]]).filter(([, result]) => result);
  return [
    make('a', { class: 'back', href: address() }, '← Back to the class'),
    heading(person),
    ...person.notes.map((note) => make('p', { class: 'card on-top', role: 'note' }, note)),
    person.trouble ? make('p', { class: 'card trouble' }, make('strong', {}, 'Trouble: '), own(person.trouble)) : null,
    person.score === null ? make('p', { class: 'card' }, `Nothing has been graded: ${person.without}.`) : pointsTable(person, marks),
    ...marks.map(([part, result]) => exerciseSection(part, result)),
  ].filter((child) => child !== null);
}

function heading(person) {
  const facts = [
    ['id', person.id], ['email', person.email], ['handed in', moment(person.handedIn)],
    ['attempts', String(person.attempts)], ['score', person.score === null ? '' : String(person.score)],
    ['section', person.section],
    ['all attempts', person.times.map(moment).join(', ')],
    ['rules', person.rules],
  ].filter(([, value]) => value);
  return make('div', { class: 'facts-place' },
    make('h2', { id: 'student-title', tabindex: '-1' }, own(person.name || person.id || '(no id)')),
    make('dl', { class: 'facts' }, ...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, own(value))))));
}

function pointsTable(person, marks) {
  const line = (kind, ...cells) => make('tr', { class: kind || null }, ...cells);
  const number = (text) => make('td', { class: 'number' }, text);
  const rows = marks.map(([part, result]) => line('',
    make('th', { scope: 'row' }, make('code', {}, part.name), ' ', make('span', { class: 'muted' }, part.title)),
    make('td', {}, statusOf(result.status)),
    number(`${result.points}/${result.most}${part.bonus ? ' bonus' : result.extra && ` + ${result.extra} bonus`}`)));
  const policies = person.policy.map(([, title, points]) => line('', make('th', { scope: 'row' }, title), make('td', {}, 'policy'), number(points)));
  if (policies.length) policies.unshift(line('sum', make('th', { scope: 'row' }, 'exercises'), make('td'), number(String(person.raw))));
  return scrolled('Points', make('table', {},
    make('caption', { class: 'aside' }, 'Points by exercise, and adjustments'),
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'exercise'), make('th', { scope: 'col' }, 'status'), make('th', { scope: 'col', class: 'number' }, 'points'))),
    make('tbody', {}, ...rows, ...policies, line('sum', make('th', { scope: 'row' }, 'score'), make('td'), number(String(person.score))))), 'card scroll points');
}

function scrolled(label, child, kind = 'scroll') {
  return make('div', { class: kind, tabindex: '0', role: 'group', 'aria-label': label }, child);
}

function exerciseSection(part, result) {
  const verdicts = result.verdicts.map((place) => data.verdicts[place]);
  const missed = verdicts.filter((verdict) => verdict.status !== PASSED);
  const held = verdicts.filter((verdict) => verdict.status === PASSED);
  const stub = result.status === NOT_STARTED;
  const head = [make('code', {}, part.name), statusOf(result.status)];
  if (missed.length + result.notes.length === 0) {
    return make('details', { class: 'card' }, make('summary', {}, ...head), listOf(held));
  }
  return make('section', { class: 'card', 'aria-label': part.name },
    make('h3', {}, ...head),
    result.findings === NOBODY ? null : findingsOf(data.findings[result.findings]),
    ...(stub ? [make('p', {}, missed[0].said)] : missed.map(propertyOf)),
    ...result.notes.map((note) => make('p', { class: 'muted' }, `Note: ${note}`)),
    held.length ? holding(held, verdicts.length) : null);
}

function findingsOf([title, columns, cells, others, sentences, hint]) {
  const number = (column) => (columns[column] === 'line' ? 'number' : null);
  const cell = (text, column) => (column ? make('td', { class: number(column) }, number(column) ? text : make('code', {}, own(text))) : make('th', { scope: 'row' }, make('code', {}, own(text))));
  const head = columns.map((name, column) => make('th', { scope: 'col', class: number(column) }, name));
  const table = make('table', { class: 'does' },
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...cells.map((row) => make('tr', {}, ...row.map(cell)))));
  return make('div', { class: 'findings' },
    make('p', {}, make('strong', {}, title)),
    cells.length ? scrolled('What the code does', table) : null,
    others ? make('p', { class: 'muted' }, others) : null,
    make('ul', {}, ...sentences.map((sentence) => make('li', {}, own(sentence)))),
    make('p', { class: 'muted' }, `HINTS.md, “${hint}”, goes on from there.`));
}

function propertyOf(verdict) {
  const shown = verdict.shown === NOBODY ? null : data.shown[verdict.shown];
  return make('div', { class: 'property' },
    make('h4', {}, data.claims[verdict.claim][0]),
    make('p', {}, statusOf(verdict.status), ` ${verdict.points} points. `, own(verdict.said)),
    ...verdict.more.map((sentence) => make('p', {}, sentence)),
    verdict.places.length ? make('ul', { class: 'frames', 'aria-label': 'Where it happened' }, ...verdict.places.map((place) => make('li', {}, own(place)))) : null,
    ...(shown ? counterexample(shown) : []));
}

function counterexample(shown) {
  const none = shown.rows.length > 0 && shown.rows.every(([, , got]) => got === null);
  const head = ['', 'expected', 'got', ''].map((word, place) => (word ? make('th', { scope: 'col', class: place ? 'number' : null }, word) : make('td')));
  const rows = shown.rows.map(([label, expected, got, differs]) => make('tr', { class: differs ? 'differs' : null },
    make('th', { scope: 'row' }, own(label)),
    make('td', { class: 'number' }, expected),
    make('td', { class: 'number' }, got ?? '–'),
    make('td', {}, differs ? '◀ differs' : '')));
  return [
    make('pre', { tabindex: '0', role: 'group', 'aria-label': 'The program' }, make('code', {}, shown.program)),
    scrolled('Expected beside got', make('table', { class: 'numbers' }, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows))),
    none ? make('p', { class: 'muted' }, 'It gave no answer; this was expected.') : null,
    shown.graph.length ? graphOf(shown.graph) : null,
  ].filter((child) => child !== null);
}

function graphOf(lines) {
  const shown = lines.flatMap(([text, suspect]) => (suspect ? [text, make('span', { class: 'suspect' }, '  ◀ differs'), '\n'] : [`${text}\n`]));
  return make('details', {}, make('summary', {}, 'The graph, node by node'), make('pre', { tabindex: '0', role: 'group', 'aria-label': 'The graph' }, make('code', {}, ...shown)));
}

function holding(held, all) {
  return make('details', { class: 'holds' }, make('summary', {}, `${held.length} of ${all} properties hold`), listOf(held));
}

function listOf(held) {
  return make('ul', { class: 'held' }, ...held.map((verdict) => make('li', {}, statusOf(verdict.status), ` ${data.claims[verdict.claim][0]}`)));
}
