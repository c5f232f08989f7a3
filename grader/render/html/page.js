// What the address says is what is shown: #student/ID is that person's section, anything else the class.

const STUDENT = '#student/';
const byKey = new Map(people.map((person) => [person.key, person]));
let leftAt = null;

function wanted() {
  try {
    return decodeURIComponent(location.hash.slice(STUDENT.length));
  } catch {
    return location.hash.slice(STUDENT.length);
  }
}

function missing(key) {
  return [
    make('a', { class: 'back', href: address() }, '← Back to the class'),
    make('h2', { id: 'student-title', tabindex: '-1' }, 'Nobody of that id'),
    make('p', {}, 'The class has nobody called ', own(key), '.'),
  ];
}

function follow() {
  const open = location.hash.startsWith(STUDENT);
  const wasOpen = !byId('student').hidden;
  if (open && !wasOpen) leftAt = { y: scrollY, element: document.activeElement };
  byId('class').hidden = open;
  byId('student').hidden = !open;
  if (open) {
    const person = byKey.get(wanted());
    byId('student').replaceChildren(...(person ? studentSection(person) : missing(wanted())));
    scrollTo(0, 0);
    byId('student-title').focus();
  } else {
    if (location.hash.startsWith(`${EVERYONE}?`) && location.hash !== address()) fromAddress(location.hash.slice(EVERYONE.length + 1));
    if (wasOpen) comeBack();
    else if (location.hash.startsWith(`${EVERYONE}?`)) byId('everyone').scrollIntoView();
  }
}

/** Back to the very row somebody left, so that one after the other can be read. */
function comeBack() {
  const target = location.hash.length > 1 && byId(location.hash.slice(1).split('?')[0]);
  if (leftAt && leftAt.element?.closest?.('#people') && leftAt.element.isConnected) {
    scrollTo(0, leftAt.y);
    leftAt.element.focus({ preventScroll: true });
  } else if (target) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }
}

function startTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const say = () => { byId('theme').textContent = isDark() ? 'Light theme' : 'Dark theme'; };
  byId('theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    say();
  });
  dark.addEventListener('change', say);
  say();
}

document.documentElement.classList.add('alive');
startTheme();
startTable();
for (const button of document.querySelectorAll('[data-show]')) {
  button.addEventListener('click', () => showOnly(button));
}
addEventListener('hashchange', follow);
follow();
