// The pay-off: the student's own network learns to tell two moons apart, while they look on.
import { element } from "./desk.js";

const STEPS = 60;
const LOOK = 3; // steps between two pictures of the plane
const SIZE = 384;

export class Moons {
  constructor(place, all, course, store) {
    Object.assign(this, { place, all, course, store });
    this.canvas = element("canvas", { width: SIZE, height: SIZE, class: "moons-plane", role: "img", "aria-label": "Two moons of points" });
    this.chart = element("canvas", { width: SIZE, height: 150, class: "moons-loss", role: "img", "aria-label": "The loss, step by step" });
    this.live = element("p", { role: "status", "aria-live": "polite", class: "desk-live" });
    this.button = element("button", { type: "button", class: "desk-button desk-main", onclick: () => (this.running ? this.stop() : this.train()) }, "Train your network");
    place.replaceChildren(element("div", { class: "desk-says" }, this.button, this.live), element("div", { class: "moons-both" }, this.canvas, this.chart));
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", "Two moons, learnt by your own network");
    const own = this.own();
    const missing = all.exercises.map((each) => each.name).filter((name) => !own.includes(name));
    this.say(missing.length ? `${own.length ? `Yours: ${own.join(", ")}. ` : ""}The reference stands in for ${missing.join(", ")}.` : "Every part of this network is your own.");
  }

  own() {
    return this.all.exercises.map((each) => each.name).filter((name) => this.store.of(name).status === "passed");
  }

  say(text) {
    this.live.textContent = text;
  }

  stop() {
    this.running = false;
    this.button.textContent = "Train your network";
  }

  async train() {
    this.running = true;
    this.button.textContent = "Stop";
    this.place.dataset.done = "";
    const own = this.own();
    const sources = Object.fromEntries(own.map((name) => [name, this.store.of(name).source]));
    this.say("Python is starting …");
    try {
      await this.course.ready;
      const task = await this.course.ask("train", { sources, own, seed: 0 });
      const losses = [];
      let plane = null;
      for (let step = 0; step < STEPS && this.running; step += 1) {
        const look = step % LOOK === LOOK - 1 || step === 0;
        const seen = await this.course.ask("step", { rate: 1 - (0.9 * step) / STEPS, look });
        if (seen.refused) {
          this.say(`${seen.refused}; ${seen.next}`);
          break;
        }
        plane = seen.plane || plane;
        losses.push(seen.loss);
        this.draw(task, plane);
        this.curve(losses);
        const right = Math.floor(100 * seen.accuracy);
        const told = `Step ${step + 1} of ${STEPS}: loss ${seen.loss.toFixed(3)}, ${right} % of the points on the right side`;
        this.canvas.setAttribute("aria-label", `Two moons of points, and where your network draws the line. ${told}`);
        if (step % 10 === 0 || step === STEPS - 1) this.say(told);
        this.place.dataset.accuracy = right;
      }
      this.place.dataset.done = this.running ? "whole" : "stopped";
    } catch (error) {
      this.say(`Training broke off: ${error.message}`);
    }
    this.stop();
  }

  colour(name) {
    return getComputedStyle(this.place).getPropertyValue(`--moon-${name}`).trim();
  }

  draw(task, plane) {
    const pen = this.canvas.getContext("2d");
    const [left, right, low, high] = task.box;
    pen.clearRect(0, 0, SIZE, SIZE);
    if (plane) {
      const cell = SIZE / task.grid;
      plane.forEach((score, at) => {
        pen.globalAlpha = Math.min(0.55, 0.12 + 0.4 * Math.abs(score));
        pen.fillStyle = this.colour(score > 0 ? "low" : "up");
        pen.fillRect((at % task.grid) * cell, Math.floor(at / task.grid) * cell, cell + 1, cell + 1);
      });
    }
    pen.globalAlpha = 1;
    task.points.forEach(([x, y], at) => {
      const [u, v] = [((x - left) / (right - left)) * SIZE, ((high - y) / (high - low)) * SIZE];
      pen.beginPath();
      pen.fillStyle = this.colour(task.labels[at] > 0 ? "low" : "up");
      pen.strokeStyle = this.colour("edge");
      if (task.labels[at] > 0) pen.arc(u, v, 5, 0, 7);
      else pen.rect(u - 4.5, v - 4.5, 9, 9);
      pen.fill();
      pen.stroke();
    });
  }

  curve(losses) {
    const pen = this.chart.getContext("2d");
    const [wide, high] = [this.chart.width, this.chart.height];
    const most = Math.max(...losses);
    pen.clearRect(0, 0, wide, high);
    pen.font = "13px system-ui, sans-serif";
    pen.fillStyle = this.colour("edge");
    pen.fillText(`loss ${losses.at(-1).toFixed(3)}`, 8, 16);
    pen.strokeStyle = this.colour("low");
    pen.lineWidth = 2;
    pen.beginPath();
    losses.forEach((loss, at) => pen.lineTo(8 + (at / (STEPS - 1)) * (wide - 16), high - 8 - (loss / most) * (high - 34)));
    pen.stroke();
  }
}
