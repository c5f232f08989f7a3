// Elements are only ever made here, and text only ever becomes a text node: names, ids and everything else
// that comes from people is shown and never read as markup.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A copy of one of the shapes that the page holds. */
function shape(word) {
  const svg = byId(`shape-${word}`).cloneNode(true);
  svg.removeAttribute('id');
  return svg;
}

/** A status as a shape and a word; its colour only repeats them. */
function statusOf(index) {
  const word = data.statuses[index];
  const key = word.replaceAll(' ', '-');
  return make('span', { class: `status ${key}` }, shape(key), word);
}

/** Text of somebody's own, kept from turning the direction of what stands around it. */
function own(text) {
  return make('bdi', {}, text);
}

function byId(id) {
  return document.getElementById(id);
}
