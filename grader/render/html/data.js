// The class as the page holds it: rows become people, and numbers become what they point to.

const data = JSON.parse(byId('data').textContent);
const NOBODY = -1;

const PART_NAME = 0;
const PART_BONUS = 3;

const people = data.people.map((row, place) => {
  const [
    id, name, email, key, handedIn, attempts, trouble, without, score, raw, policy, marks, notes, rules = '', section = '',
    times = [],
  ] = row;
  return {
    place, id, name, email, key: key || id, handedIn, attempts, trouble, without, score, raw, notes, rules, section, times,
    policy: policy === NOBODY ? [] : data.policies[policy],
    results: marks.map((mark) => (mark === NOBODY ? null : data.results[mark])),
    found: `${id}\n${name}\n${email}\n${section}`.toLowerCase(),
  };
});

// A last mark that is a bonus is a column only if anybody has it.
const parts = data.parts
  .map((part, place) => ({ name: part[PART_NAME], title: part[1], bonus: part[PART_BONUS], place }))
  .filter((part) => !part.bonus || people.some((person) => person.results[part.place]));

const NOT_STARTED = data.statuses.indexOf('not started');
const PASSED = data.statuses.indexOf('passed');

/** 2026-02-28 23:30 UTC */
function moment(stamp) {
  return stamp && `${stamp.slice(0, 10)} ${stamp.slice(11, 16)} UTC`;
}

/** Whether something stands on top of somebody's report. */
function noted(person) {
  return person.notes.length > 0;
}

/** Whether somebody handed nothing in, or only stubs. */
function idle(person) {
  if (person.score === null) return !person.trouble;
  const exercises = parts.filter((part) => !part.bonus).map((part) => person.results[part.place]);
  const there = exercises.filter((result) => result);
  return there.length > 0 && there.every((result) => result.status === NOT_STARTED);
}
