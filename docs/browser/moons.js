// The pay-off: the student's own network learns to tell two moons apart, while they look on.
import { element } from "./desk.js";

const STEPS = 60;
const LOOK = 3; // steps between two pictures of the plane
const SIZE = 384;
const [WIDE, HIGH] = [284, 200]; // of the chart of losses: both fit beside each other in a lesson
const DOTS = Math.min(3, window.devicePixelRatio || 1);
const SEED = 0;

export class Moons {
  constructor(place, all, course, store) {
    Object.assign(this, { place, all, course, store, losses: [], plane: null });
    this.canvas = this.sheet(SIZE, SIZE, "Two moons of points");
    this.chart = this.sheet(WIDE, HIGH, "The loss, step by step");
    this.live = element("p", { role: "status", "aria-live": "polite", class: "desk-live" });
    this.button = element("button", { type: "button", class: "desk-button desk-main", onclick: () => (this.running ? this.stop() : this.train()) }, "Train your network");
    this.both = element("div", { class: "moons-both", hidden: true }, this.canvas, this.chart);
    place.replaceChildren(element("div", { class: "desk-says" }, this.button, this.live), this.both);
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", "Two moons, learnt by your own network");
    const own = this.own();
    const missing = all.exercises.map((each) => each.name).filter((name) => !own.includes(name));
    this.say(missing.length ? `${own.length ? `Yours: ${own.join(", ")}. ` : ""}The reference stands in for ${missing.join(", ")}.` : "Every part of this network is your own.");
    // A canvas does not follow the page when that turns dark.
    new MutationObserver(() => this.draw()).observe(document.body, { attributes: true });
    this.begun().catch(() => {});
  }

  sheet(wide, high, label) {
    const style = `width: ${wide}px; aspect-ratio: ${wide} / ${high}`;
    const canvas = element("canvas", { width: wide * DOTS, height: high * DOTS, style, role: "img", "aria-label": label });
    canvas.getContext("2d").scale(DOTS, DOTS);
    return canvas;
  }

  own() {
    return this.all.exercises.map((each) => each.name).filter((name) => this.store.of(name).status === "passed");
  }

  /** Whose parts learn what: told with every step, so that any Python can take it. */
  asked() {
    const own = this.own();
    return { sources: Object.fromEntries(own.map((name) => [name, this.store.of(name).source])), own, seed: SEED };
  }

  async begun() {
    await this.course.ready;
    this.task = await this.course.ask("train", this.asked());
    this.both.hidden = false;
    this.draw();
  }

  say(text) {
    this.live.textContent = text;
  }

  stop() {
    this.running = false;
    this.course.stop(); // a step may never come to an end
  }

  async train() {
    this.running = true;
    this.button.textContent = "Stop";
    this.place.dataset.done = "";
    Object.assign(this, { losses: [], plane: null });
    try {
      if (!this.task) this.say("Python is starting …");
      await this.begun();
      let { parameters } = this.task;
      const asked = this.asked();
      for (let done = 0; done < STEPS && this.running; done += 1) {
        const look = done % LOOK === LOOK - 1 || done === 0;
        const seen = await this.course.ask("step", { ...asked, parameters, done, rate: 1 - (0.9 * done) / STEPS, look });
        if (!this.running) break;
        if (seen.refused) throw new Error(`${seen.refused}; ${seen.next}`);
        ({ parameters } = seen);
        this.plane = seen.plane || this.plane;
        this.losses.push(seen.loss);
        this.draw();
        this.tell(seen);
      }
      this.place.dataset.done = this.running ? "whole" : "stopped";
    } catch (error) {
      if (this.running) this.say(error.message);
      this.place.dataset.done = this.running ? "broken off" : "stopped";
    }
    if (!this.running) this.say(`Stopped after ${this.losses.length} of ${STEPS} steps.`);
    this.running = false;
    this.button.textContent = this.place.dataset.done === "whole" ? "Train it again" : "Train your network";
  }

  tell(seen) {
    const step = this.losses.length;
    const right = Math.floor(100 * seen.accuracy);
    const told = `Step ${step} of ${STEPS}: loss ${seen.loss.toFixed(3)}, ${right} % of the points on the right side`;
    this.canvas.setAttribute("aria-label", `Two moons of points, and where your network draws the line. ${told}`);
    this.chart.setAttribute("aria-label", `The loss, step by step: from ${this.losses[0].toFixed(3)} to ${seen.loss.toFixed(3)}`);
    this.place.dataset.accuracy = right;
    // Not each of them is read out; what is seen is.
    this.live.setAttribute("aria-live", step % 20 === 1 || step === STEPS ? "polite" : "off");
    this.say(told);
  }

  /** A colour as a canvas takes it: it knows no variables. */
  colour(name) {
    const probe = element("span", { style: `color: var(--${name})` });
    this.place.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  draw() {
    if (!this.task) return;
    const colours = { low: this.colour("moon-low"), up: this.colour("moon-up"), ink: this.colour("ink"), card: this.colour("card") };
    this.chart.hidden = !this.losses.length;
    this.drawPlane(this.canvas.getContext("2d"), colours);
    if (this.losses.length) this.drawLosses(this.chart.getContext("2d"), colours);
  }

  drawPlane(pen, colours) {
    const { box, grid, points, labels } = this.task;
    const [left, right, low, high] = box;
    pen.clearRect(0, 0, SIZE, SIZE);
    const cell = SIZE / grid;
    (this.plane || []).forEach((score, at) => {
      pen.globalAlpha = Math.min(0.55, 0.12 + 0.4 * Math.abs(score));
      pen.fillStyle = score > 0 ? colours.low : colours.up;
      // Whole pixels, so that no cell lies over the next.
      const [x, y] = [at % grid, Math.floor(at / grid)].map((place) => Math.round(place * cell));
      pen.fillRect(x, y, Math.round(((at % grid) + 1) * cell) - x, Math.round((Math.floor(at / grid) + 1) * cell) - y);
    });
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    points.forEach(([x, y], at) => {
      const [u, v] = [((x - left) / (right - left)) * SIZE, ((high - y) / (high - low)) * SIZE];
      pen.beginPath();
      pen.fillStyle = labels[at] > 0 ? colours.low : colours.up;
      pen.strokeStyle = colours.card;
      if (labels[at] > 0) pen.arc(u, v, 6, 0, 7);
      else pen.rect(u - 5, v - 5, 10, 10);
      pen.fill();
      pen.stroke();
    });
  }

  drawLosses(pen, colours) {
    const most = Math.max(...this.losses.filter(Number.isFinite), 1e-9);
    pen.clearRect(0, 0, WIDE, HIGH);
    pen.font = "13px system-ui, sans-serif";
    pen.fillStyle = colours.ink;
    pen.textAlign = "right";
    pen.fillText(`loss ${this.losses.at(-1).toFixed(3)}`, WIDE - 10, 20);
    pen.strokeStyle = colours.low;
    pen.lineWidth = 2;
    pen.beginPath();
    this.losses.forEach((loss, at) => pen.lineTo(8 + (at / (STEPS - 1)) * (WIDE - 16), HIGH - 8 - (loss / most) * (HIGH - 24)));
    pen.stroke();
  }
}
