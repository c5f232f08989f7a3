// Finds the desks of a page and begins them.
import { Course } from "./course.js";
import { Desk } from "./desk.js";
import { Graph } from "./home.js";
import { Moons } from "./moons.js";
import { Store } from "./store.js";

const base = new URL(".", import.meta.url);

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
      const graph = new Graph(document.getElementById(place.dataset.graph));
      new Desk(place, all, course, store, { graded: (answer, source) => answer.early || graph.watch(course, source, answer.status) });
    }
  }
  // Everything is kept for later once Python is there: it comes first.
  await course.ready.catch(() => {});
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(new URL("../sw.js", base)).catch(() => {});
}

begin();
