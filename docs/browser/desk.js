// A desk: an exercise's editor and what the grader says of what stands in it.
import { editor } from "./editor.js";

const PAUSE = 1200; // milliseconds without a key after which it is graded
const LONG = 1000; // milliseconds after which it is said that something runs
const WORDS = { passed: "passed", failed: "failed", crashed: "crashed", timed_out: "timed out", not_started: "not started", not_graded: "not graded", trying: "being tried", holds: "holds so far" };
const SIGNS = { passed: "✓", failed: "✗", crashed: "!", timed_out: "◷", not_started: "○", not_graded: "–", trying: "…", holds: "✓" };

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export class Desk {
  /** place: the element that becomes the desk. all: the course's facts. course: the line to the grader. */
  constructor(place, all, course, store, listeners = {}) {
    Object.assign(this, { place, all, course, store, listeners });
    this.name = place.dataset.exercise;
    this.exercise = all.exercises.find((each) => each.name === this.name);
    this.number = 0;
    this.build();
    this.show(store.of(this.name));
    this.showTaken();
    this.progress();
    if (!("automatic" in place.dataset) || store.of(this.name).source) this.soon(0);
  }

  get source() {
    return this.editor.text;
  }

  /** What is in all editors, as far as somebody has written anything. */
  sources() {
    const written = {};
    for (const { name } of this.all.exercises) if (this.store.of(name).source) written[name] = this.store.of(name).source;
    return { ...written, [this.name]: this.source };
  }

  build() {
    const { name, exercise } = this;
    this.status = element("span", { class: "desk-status" });
    this.live = element("p", { class: "desk-live", role: "status", "aria-live": "polite" });
    this.stopper = element("button", { type: "button", class: "desk-button", hidden: true, onclick: () => this.stop() }, "Stop it");
    this.list = element("ul", { class: "desk-properties", "aria-label": "The properties" });
    this.verdict = element("div", { class: "nanograd desk-verdict" });
    this.hints = element("div", { class: "desk-hints" });
    this.hinter = element("button", { type: "button", class: "desk-button", onclick: () => this.hint() }, "Hint");
    this.model = element("div", { class: "desk-model" });
    this.trail = element("nav", { class: "desk-trail", "aria-label": "Your progress" });
    const place = element("div", { class: "desk-editor" });
    const grade = element("button", { type: "button", class: "desk-button desk-main", onclick: () => this.grade() }, "Grade it");
    const held = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘" : "Ctrl";
    const keys = element("span", { class: "desk-keys" }, `${held}+Enter, or just stop typing`);
    const anew = element("button", { type: "button", class: "desk-button", onclick: () => this.reset() }, "Start anew");
    const pen = element(
      "div",
      { class: "desk-pen" },
      element("div", { class: "desk-bar" }, element("code", {}, `${name}.py`), element("span", { class: "desk-title" }, exercise.title), this.status),
      place,
      element("div", { class: "desk-tools" }, grade, this.hinter, anew, keys),
    );
    this.paper = element("div", { class: "desk-paper" }, element("div", { class: "desk-says" }, this.live, this.stopper), this.model, this.hints, this.list, this.verdict);
    this.place.replaceChildren(this.trail, pen, this.paper, this.foot());
    this.place.setAttribute("role", "region");
    this.place.setAttribute("aria-label", `The exercise ${name}`);
    const text = this.store.of(name).source || exercise.stub;
    const label = `${name}.py: your code. Tab indents; Escape, then Tab leaves the editor.`;
    this.editor = editor(place, text, label, () => this.changed(), () => this.grade());
  }

  foot() {
    const file = element("input", { type: "file", accept: ".zip,.py", class: "desk-file", "aria-label": "A hand-in to take over", onchange: (event) => this.take(event.target) });
    const save = element("button", { type: "button", class: "desk-link", onclick: () => this.export() }, "Save all as hand-in.zip");
    const open = element("button", { type: "button", class: "desk-link", onclick: () => file.click() }, "Open a zip or a .py file");
    file.tabIndex = -1;
    const what = "This is feedback, from the same grader that marks come from; marks are given on the course’s own machines. What you write stays in this browser.";
    return element("p", { class: "desk-foot" }, what, " ", save, " · ", open, file);
  }

  say(text) {
    if (this.live.textContent !== text) this.live.textContent = text; // what stands there is not read out again
  }

  changed() {
    this.store.put(this.name, { source: this.source });
    this.editor.mark([]);
    this.verdict.setAttribute("aria-busy", "true"); // what stands there is of another text
    this.soon(PAUSE);
  }

  stop() {
    this.number += 1; // whatever comes of it is told no more
    this.course.stop();
    this.settled();
    this.say("Stopped. It is graded again when you change it, or press Grade it.");
    this.editor.view.focus();
  }

  settled() {
    this.late = false;
    this.stopper.hidden = true;
    this.verdict.removeAttribute("aria-busy");
  }

  soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.grade(), pause);
  }

  async grade() {
    clearTimeout(this.timer);
    const number = (this.number += 1);
    const source = this.source;
    let seen = false;
    if (this.late) this.course.stop(); // nobody waits for what has been changed since
    const slow = setTimeout(() => {
      if (number !== this.number) return;
      this.late = this.warm;
      const running = seen ? `${this.live.textContent} The rest is still being tried.` : `Your code is still running; after ${this.all.seconds} seconds it is ended.`;
      this.say(this.warm ? running : "Python is being fetched, once …");
      this.stopper.hidden = !this.warm;
    }, LONG);
    this.verdict.setAttribute("aria-busy", "true");
    try {
      await this.course.ready;
      this.warm = true;
      const told = this.all.exercises.map((each) => each.name).filter((each) => (this.store.of(each).level || 0) >= this.all.almost_code);
      const start = performance.now();
      const show = (answer) => {
        if (number !== this.number) return;
        if (answer.early && !answer.status) return this.listed(answer.properties);
        this.shown(answer, source);
        if (!seen) performance.measure("verdict", { start }); // what benchmarks read
        seen = true;
        return undefined;
      };
      show(await this.course.ask("grade", { name: this.name, sources: { [this.name]: source }, told }, show));
      performance.measure("whole", { start });
      this.course.warm(this.name);
    } catch (error) {
      if (number !== this.number) return;
      this.say(this.warm ? `The grader broke off: ${error.message}` : `The grader did not start: ${error.message}. Load the page anew; it needs a browser of the last three years.`);
    } finally {
      clearTimeout(slow);
      if (number === this.number) this.settled();
    }
  }

  shown(answer, source) {
    if (answer.refused) return this.say(`${answer.refused}; ${answer.next}`);
    const { status, points, most } = answer;
    const keep = { status, points: Number(points) };
    this.store.put(this.name, keep);
    this.place.dataset.status = status;
    this.show({ ...this.store.of(this.name), most, bonus: answer.bonus });
    const left = answer.properties.filter((property) => !["passed", "holds", "trying"].includes(property.status) && !property.bonus).length;
    const first = {
      passed: `Passed: ${points} of ${most} points.`,
      not_started: "Not started: fill in the TODOs, one after the other.",
      timed_out: `Ended after ${this.all.seconds} seconds, as it had not come to an end: ${points} of ${most} points.`,
    }[status];
    this.say(first || `${left} of ${answer.properties.filter((each) => !each.bonus).length} properties do not hold yet: ${points} of ${most} points.`);
    this.listed(status === "not_started" ? [] : answer.properties);
    this.verdict.innerHTML = answer.html; // the grader's own, in which everything of the student's is escaped
    const marks = answer.lines.map((line) => [line, "See below: what your code does in this line."]);
    if (answer.line) marks.unshift([answer.line, "It stopped here."]);
    if (source === this.source) this.editor.mark(marks);
    this.answer = answer;
    this.hinter.textContent = this.nextHint() ? "Hint" : "No more hints";
    this.hinter.disabled = !this.nextHint();
    if (answer.model) {
      const next = this.all.exercises[this.all.exercises.findIndex((each) => each.name === this.name) + 1];
      const onward = next ? element("a", { class: "desk-button desk-main", href: this.link(next.name) }, `Next: ${next.name}`) : element("a", { class: "desk-button desk-main", href: this.link("moons") }, "Next: the two moons");
      const model = element("details", {}, element("summary", {}, "The model, beside yours"), element("pre", {}, element("code", { tabindex: "0" }, answer.model)));
      this.model.replaceChildren(onward, model);
      this.fold();
    } else this.model.replaceChildren();
    this.progress();
    if (this.listeners.graded) this.listeners.graded(answer, source);
    if (status === "passed" && !answer.early) this.together();
    return undefined;
  }

  /** How each property stands, as far as it is known. */
  listed(properties) {
    const items = properties.map((property) =>
      element("li", { class: `desk-property ${property.status}` }, element("span", { class: "desk-sign", "aria-hidden": "true" }, SIGNS[property.status]), element("span", {}, property.bonus ? "Bonus: " : "", property.title), element("span", { class: "desk-word" }, WORDS[property.status])),
    );
    this.list.replaceChildren(...items);
  }

  /** All eight pass: whether they get on together, which is a mark of its own. */
  async together() {
    if (!this.all.exercises.every((each) => this.store.of(each.name).status === "passed")) return;
    const answer = await this.course.ask("grade", { name: "together", sources: this.sources(), told: [] });
    this.say(`${this.live.textContent} All parts together: ${WORDS[answer.status]}.`);
  }

  show(work) {
    const status = work.status || "not_started";
    this.status.className = `desk-status ${status}`;
    this.status.textContent = `${SIGNS[status]} ${WORDS[status]}${work.points === undefined ? "" : ` ${work.points}/${this.exercise.points}`}${work.bonus ? ` +${work.bonus}` : ""}`;
  }

  link(name) {
    return new URL(`lessons/${name}.html`, this.all.root).href;
  }

  progress() {
    let sum = 0;
    const steps = this.all.exercises.map(({ name, points }) => {
      const { status = "not_started", points: got = 0 } = this.store.of(name);
      sum += got;
      const here = name === this.name;
      return element("a", { href: this.link(name), class: `desk-step ${status}`, "aria-current": here ? "step" : undefined, title: `${name}: ${WORDS[status]}, ${got} of ${points} points` }, element("span", { "aria-hidden": "true" }, SIGNS[status]), ` ${name}`, element("span", { class: "aside" }, `, ${WORDS[status]}`));
    });
    const most = this.all.exercises.reduce((total, each) => total + Number(each.points), 0);
    this.trail.replaceChildren(...steps, element("span", { class: "desk-sum" }, `${sum}/${most}`));
  }

  nextHint() {
    const { level = 0, findings = [] } = this.store.of(this.name);
    const about = this.answer && this.answer.hint;
    if (about && this.all.hints[about] && !findings.includes(about)) return { title: about, about };
    const at = this.exercise.hints.findIndex((title, number) => number >= level && !findings.includes(title));
    return at < 0 ? null : { title: this.exercise.hints[at], level: at + 1 };
  }

  async hint() {
    const hint = this.nextHint();
    if (!hint) return;
    const { findings = [] } = this.store.of(this.name);
    await this.store.put(this.name, hint.about ? { findings: [...findings, hint.about] } : { level: hint.level });
    this.fold();
    this.showHint(hint.title, true).querySelector("summary").focus();
    this.hinter.textContent = this.nextHint() ? "Hint" : "No more hints";
    this.hinter.disabled = !this.nextHint();
    if (hint.level >= this.all.almost_code) this.soon(0); // a finding may now say what should be done
  }

  showHint(title, open) {
    const body = element("div", { class: "prose" });
    body.innerHTML = this.all.hints[title]; // ours, made when the site was built
    const shown = element("details", { open }, element("summary", {}, title), body);
    this.hints.append(shown);
    return shown;
  }

  /** The hints that were taken before, closed. */
  showTaken() {
    const { level = 0, findings = [] } = this.store.of(this.name);
    const taken = new Set([...this.exercise.hints.slice(0, level), ...findings]);
    for (const title of taken) if (this.all.hints[title]) this.showHint(title, false);
  }

  /** Close the hints that have been read. */
  fold() {
    this.hints.querySelectorAll("details").forEach((each) => each.removeAttribute("open"));
  }

  reset() {
    // It can be taken back, as any other change.
    this.editor.text = this.exercise.stub;
    this.say("The stub is back; Ctrl+Z brings yours back.");
  }

  async export() {
    const answer = await this.course.ask("pack", { sources: this.sources() });
    if (answer.refused) return this.say(`${answer.refused}; ${answer.next}`);
    const bytes = Uint8Array.from(atob(answer.zip), (letter) => letter.charCodeAt(0));
    const link = element("a", { href: URL.createObjectURL(new Blob([bytes], { type: "application/zip" })), download: "hand-in.zip" });
    link.click();
    return this.say("hand-in.zip is saved: it is what grader submit writes.");
  }

  async take(input) {
    const file = input.files[0];
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    const answer = await this.course.ask("unpack", { name: file.name, data: btoa(text) });
    input.value = "";
    if (answer.refused) {
      this.say(`${answer.refused}; ${answer.next}`);
      return;
    }
    if (!answer.begun.length) {
      this.say("Nothing in it has been begun, so that all stays as it is.");
      return;
    }
    for (const name of answer.begun) await this.store.put(name, { source: answer.sources[name], status: undefined, points: 0 });
    this.say(`Taken over, and being graded: ${answer.begun.join(", ")}.`);
    await this.gradeOthers(answer.begun.filter((name) => name !== this.name));
    if (answer.begun.includes(this.name)) this.editor.text = answer.sources[this.name];
    else this.together();
    this.progress();
  }

  /** How the exercises stand whose editors are on other pages. */
  async gradeOthers(names) {
    this.verdict.setAttribute("aria-busy", "true");
    for (const name of names) {
      const given = { name, sources: { [name]: this.store.of(name).source }, told: [] };
      const { status, points } = await this.course.ask("grade", given).catch(() => ({}));
      await this.store.put(name, { status, points: Number(points || 0) });
      this.progress();
    }
    this.verdict.removeAttribute("aria-busy");
  }
}
