// The table of everyone: what is shown is a page of what is found, in the order asked for.

const ROWS = 50;
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const byText = (read) => (a, b) => collator.compare(read(a), read(b));

const columns = [
  { name: 'id', read: (p) => p.id, order: byText((p) => p.id), cell: idCell },
  { name: 'name', read: (p) => p.name || null, order: byText((p) => p.name), cell: (p) => make('td', { class: 'name' }, own(p.name)) },
  ...(people.some((p) => p.section) ? [{ name: 'section', read: (p) => p.section || null, order: byText((p) => p.section), cell: (p) => make('td', { class: 'section' }, own(p.section)) }] : []),
  { name: 'score', kind: 'number', read: (p) => p.score, cell: scoreCell },
  ...parts.map((part) => ({
    name: part.name,
    kind: 'mark',
    read: (p) => markRank(p.results[part.place]),
    cell: (p) => make('td', { class: 'mark' }, p.results[part.place] ? statusOf(p.results[part.place].status) : '–'),
  })),
  ...(people.some(noted) ? [{ name: 'note', read: (p) => (noted(p) ? 1 : null), cell: (p) => make('td', {}, noted(p) ? 'on top' : '') }] : []),
  { name: 'attempts', kind: 'number', read: (p) => p.attempts, cell: (p) => make('td', { class: 'number' }, String(p.attempts)) },
  { name: 'handed in', read: (p) => p.handedIn || null, cell: (p) => make('td', { class: 'when' }, moment(p.handedIn).replace(' UTC', '')) },
  { name: 'adjustments', read: (p) => (p.policy.length ? adjusted(p) : null), cell: (p) => make('td', { class: 'lines' }, p.policy.map(([sort, , points]) => `${sort} ${points}`).join(', ')) },
];

const view = { words: [], query: '', filter: '', keep: null, column: 0, down: false, page: 0, found: [], rows: ROWS };

/** What the address says of the table, so that what is looked at can be sent to somebody. */
const EVERYONE = '#everyone';

function address() {
  const said = new URLSearchParams();
  if (view.filter) said.set('show', view.filter);
  if (view.query) said.set('q', view.query);
  if (view.column || view.down) said.set('sort', `${view.down ? '-' : ''}${columns[view.column].name}`);
  const text = said.toString();
  return text ? `${EVERYONE}?${text}` : EVERYONE;
}

/** Shows what an address asks for; of what is not there nothing is taken. */
function fromAddress(text) {
  const said = new URLSearchParams(text);
  const filter = said.get('show') ?? '';
  const button = [...document.querySelectorAll('[data-show]')].find((each) => keyOf(each) === filter);
  if (button) addFilterOf(button);
  view.filter = filters.has(filter) ? filter : '';
  view.keep = filters.get(view.filter);
  view.query = said.get('q') ?? '';
  view.words = wordsOf(view.query);
  const sort = said.get('sort') ?? '';
  const column = columns.findIndex((each) => each.name === sort.replace(/^-/, ''));
  view.column = Math.max(0, column);
  view.down = column >= 0 && sort.startsWith('-');
  byId('filter').value = view.filter;
  byId('search').value = view.query;
  order = ordered(view.column, view.down);
  markSorted();
  search();
}

function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter((word) => word);
}

/** The address follows what is shown, without a step back for each letter that is typed. */
function keepAddress() {
  if (!location.hash.startsWith(STUDENT)) history.replaceState(null, '', address());
}

function idCell(person) {
  return make('th', { scope: 'row' }, make('a', { href: fragment(person) }, own(person.id || '(no id)')));
}

function scoreCell(person) {
  return make('td', { class: 'number score' }, person.score === null ? make('span', { class: 'muted' }, person.without) : String(person.score));
}

/** Points first, then how far the work has come: what is not started stands below what failed. */
function markRank(result) {
  return result ? result.points * 10 + (result.status === NOT_STARTED ? 0 : 1) : null;
}

function adjusted(person) {
  return person.policy.reduce((sum, [, , points]) => sum + Number(points), 0);
}

function fragment(person) {
  return `#student/${encodeURIComponent(person.key)}`;
}

/** Everyone in the order asked for; who has no value stands last either way, and ties keep the ids' order. */
function ordered(column, down) {
  const { read, order } = columns[column];
  const compare = order || ((a, b) => (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : 0));
  const there = people.filter((person) => read(person) !== null);
  const rest = people.filter((person) => read(person) === null);
  there.sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || a.place - b.place);
  return [...there, ...rest];
}

let order = ordered(0, false);

function search() {
  const { words, keep } = view;
  view.found = order.filter((person) => words.every((word) => person.found.includes(word)) && (!keep || keep(person)));
  view.page = 0;
  show();
}

function show() {
  const pages = Math.max(1, Math.ceil(view.found.length / view.rows));
  const start = view.page && view.page * view.rows;
  const rows = view.found.slice(start, start + view.rows).map((person) => make('tr', {}, ...columns.map((column) => column.cell(person))));
  byId('people').tBodies[0].replaceChildren(...rows);
  byId('found').textContent = `${view.found.length.toLocaleString('en')} of ${people.length.toLocaleString('en')} people`;
  byId('page-number').textContent = `Page ${view.page + 1} of ${pages}`;
  byId('pager').hidden = pages === 1;
  for (const [id, blocked] of [['first', view.page === 0], ['previous', view.page === 0], ['next', view.page === pages - 1], ['last', view.page === pages - 1]]) {
    byId(id).disabled = blocked;
  }
}

/** First press: what an instructor looks for first, which for numbers is the lowest. */
function sortBy(column) {
  view.down = view.column === column && !view.down;
  view.column = column;
  order = ordered(column, view.down);
  markSorted();
  search();
  keepAddress();
}

function markSorted() {
  [...byId('people').tHead.rows[0].cells].forEach((cell, place) => {
    cell.setAttribute('aria-sort', place !== view.column ? 'none' : view.down ? 'descending' : 'ascending');
  });
}

function startTable() {
  const heads = columns.map((column, place) => {
    const button = make('button', { type: 'button' }, column.name);
    button.addEventListener('click', () => sortBy(place));
    return make('th', { scope: 'col', class: column.kind || null }, button);
  });
  byId('people').tHead.append(make('tr', {}, ...heads));
  byId('search').addEventListener('input', (event) => {
    view.query = event.target.value;
    view.words = wordsOf(view.query);
    search();
    keepAddress();
  });
  byId('controls').addEventListener('submit', (event) => event.preventDefault());
  const turns = { first: () => 0, previous: () => view.page - 1, next: () => view.page + 1, last: () => Math.ceil(view.found.length / view.rows) - 1 };
  for (const [id, page] of Object.entries(turns)) {
    byId(id).addEventListener('click', () => {
      view.page = page();
      show();
      byId('table-place').focus();
      byId('everyone').scrollIntoView();
    });
  }
  markSorted();
  startFilter();
  search();
}

/** The filter's choices by value; a button elsewhere on the page may add one. */
const filters = new Map([['', null]]);

function addFilter(value, label, keep) {
  if (!filters.has(value)) {
    filters.set(value, keep);
    byId('filter').append(make('option', { value }, label));
  }
}

function startFilter() {
  addFilter('idle', 'not started at all', idle);
  addFilter('trouble', 'with a trouble', (person) => person.trouble !== '');
  if (people.some(noted)) addFilter('note', 'with a note on top', noted);
  for (const section of [...new Set(people.map((p) => p.section))].filter((each) => each).sort(collator.compare)) {
    addFilter(`section/${section}`, `section ${section}`, (person) => person.section === section);
  }
  for (const part of parts) {
    const result = (person) => person.results[part.place];
    addFilter(`not_started/${part.name}`, `${part.name}: not started`, (person) => result(person)?.status === NOT_STARTED);
    addFilter(`open/${part.name}`, `${part.name}: started, not passed`, (person) => result(person) && ![NOT_STARTED, PASSED].includes(result(person).status));
  }
  byId('filter').addEventListener('change', (event) => {
    view.filter = event.target.value;
    view.keep = filters.get(view.filter);
    search();
    keepAddress();
  });
  // On paper there are no pages to turn.
  addEventListener('beforeprint', () => showAtOnce(Infinity));
  addEventListener('afterprint', () => showAtOnce(ROWS));
}

function showAtOnce(rows) {
  view.rows = rows;
  view.page = 0;
  show();
}

function keyOf(button) {
  const { show: what, exercise, value } = button.dataset;
  return [what, exercise, value].filter((word) => word).join('/');
}

function addFilterOf(button) {
  const { show: what, value, label } = button.dataset;
  if (what === 'finding') {
    addFilter(keyOf(button), label, (person) => person.results.some((result) => result?.found.includes(value)));
  }
}

/** Shows in the table whom a button is about. */
function showOnly(button) {
  addFilterOf(button);
  view.filter = keyOf(button);
  byId('filter').value = view.filter;
  byId('search').value = '';
  view.query = '';
  view.words = [];
  view.keep = filters.get(view.filter);
  search();
  keepAddress();
  byId('everyone').scrollIntoView();
  byId('filter').focus({ preventScroll: true });
}
