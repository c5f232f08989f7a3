// Finds the desks of a page and begins them.
import { Course } from "./course.js";
import { Desk } from "./desk.js";
import { Graph } from "./home.js";
import { Moons } from "./moons.js";
import { Store } from "./store.js";

const base = new URL(".", import.meta.url);

/** On a narrow page the graph stands between the editor and the verdict, else beside both. */
function beside(side, place) {
  const wide = matchMedia("(min-width: 70rem)");
  const put = () => (wide.matches ? place : place.querySelector(".desk-pen")).after(side);
  wide.addEventListener("change", put);
  put();
}

async function begin() {
  const places = [...document.querySelectorAll("[data-exercise], [data-moons]")];
  if (!places.length) return;
  const course = new Course(() => new Worker(new URL("worker.js", base), { type: "module" }));
  const [store, all] = await Promise.all([Store.open(), fetch(new URL("course.json", base)).then((answer) => answer.json())]);
  all.root = new URL("..", base);
  for (const place of places) {
    if ("moons" in place.dataset) new Moons(place, all, course, store);
    else if (!place.dataset.graph) new Desk(place, all, course, store);
    else {
      const side = document.getElementById(place.dataset.graph);
      const graph = new Graph(side);
      new Desk(place, all, course, store, { graded: (answer, source) => answer.early || graph.watch(course, source, answer.status) });
      beside(side, place);
    }
  }
  // Everything is kept for later once Python is there: it comes first.
  await course.ready.catch(() => {});
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(new URL("../sw.js", base)).catch(() => {});
}

begin();
