// The graph on the home page: it fills with the numbers that the student's own add gives.
const SVG = "http://www.w3.org/2000/svg";
const PLACES = { a: [20, 16], b: [150, 16], c: [280, 92], d: [85, 124], e: [180, 232] };
const NAMES = { d: "s = a + b", e: "L = s * c" };
const LEAVES = { a: "a = 2", b: "b = 5", c: "c = 3" };
const EDGES = [["a", "d"], ["b", "d"], ["d", "e"], ["c", "e"]];
const [WIDE, HIGH] = [112, 66];
export const EXPRESSION = "(a + b) * c";

const drawn = (tag, attributes, text) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

export class Graph {
  constructor(place) {
    this.svg = drawn("svg", { viewBox: "0 0 410 310", class: "home-graph", role: "img" });
    this.title = drawn("title", {}, "The graph of L = (a + b) * c, still empty: your add gives it its numbers.");
    this.svg.append(this.title);
    for (const [from, to] of EDGES) {
      const [x, y] = PLACES[from];
      const [u, v] = PLACES[to];
      const middle = (y + HIGH + v) / 2;
      this.svg.append(drawn("path", { class: "home-edge", d: `M${x + WIDE / 2} ${y + HIGH} C${x + WIDE / 2} ${middle} ${u + WIDE / 2} ${middle} ${u + WIDE / 2} ${v}` }));
    }
    this.texts = {};
    for (const [name, [x, y]] of Object.entries(PLACES)) {
      const group = drawn("g", { class: "home-node" });
      group.append(drawn("rect", { x, y, width: WIDE, height: HIGH, rx: 9 }));
      group.append(drawn("text", { x: x + WIDE / 2, y: y + 20, class: "home-name" }, LEAVES[name] || NAMES[name]));
      this.texts[name] = ["data", "grad"].map((kind, at) => {
        const text = drawn("text", { x: x + WIDE / 2, y: y + 39 + 17 * at, class: "home-number" }, `${kind} ·`);
        group.append(text);
        return text;
      });
      this.svg.append(group);
    }
    place.replaceChildren(this.svg);
  }

  /** nodes: as page.py's watch gives them, or nothing. */
  fill(nodes) {
    const names = Object.keys(PLACES);
    const told = [];
    (nodes || names.map(() => null)).forEach((node, at) => {
      const texts = this.texts[names[at]];
      ["data", "grad"].forEach((kind, which) => {
        const [expected, got] = node ? node[kind] : [null, null];
        const known = got !== null && got !== undefined;
        const right = known && Math.abs(got - expected) < 1e-9;
        texts[which].textContent = `${kind} ${known ? got : "·"}`;
        texts[which].setAttribute("class", `home-number ${known ? (right ? "right" : "wrong") : ""}`);
        texts[which].style.transitionDelay = `${80 * (which ? 9 - at : at)}ms`;
        if (known) told.push(`${names[at]} ${kind} ${got}`);
      });
    });
    this.title.textContent = told.length ? `The graph of L = (a + b) * c with your numbers: ${told.join(", ")}.` : "The graph of L = (a + b) * c, still empty: your add gives it its numbers.";
  }

  async watch(course, source, status) {
    if (status === "not_started") return this.fill(null);
    const answer = await course.ask("watch", { expression: EXPRESSION, leaves: { a: 2, b: 5, c: 3 }, sources: { add: source }, own: ["add"] });
    return this.fill(answer.refused || answer.trouble.length ? null : answer.nodes);
  }
}
