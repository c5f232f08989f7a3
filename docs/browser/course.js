// The page's end of the line to the grader. What runs there may never come to an end: it is ended from here, and
// another takes up the same question with all that was heard, so that the verdict is what it is elsewhere.

const GRACE = 300; // milliseconds beyond what an exchange may last
const LARGE = 320 * 2 ** 20; // bytes after which Python is begun anew: its memory never shrinks
const TRIES = 8;

const encoded = (pieces) => {
  let text = "";
  for (const piece of pieces) for (let at = 0; at < piece.length; at += 8192) text += String.fromCharCode(...piece.subarray(at, at + 8192));
  return btoa(text);
};

export class Ended extends Error {}

export class Course {
  /** spawn: begins a worker with the grader in it; it has postMessage, terminate and onmessage. */
  constructor(spawn) {
    this.spawn = spawn;
    this.turn = Promise.resolve();
    this.last = 0;
    this.spare = null;
    this.worker = this.begun();
  }

  begun() {
    const worker = this.spawn();
    const line = { worker, hear: () => {} };
    line.ready = new Promise((resolve, reject) => {
      line.hear = (message) => (message.ready ? resolve() : message.broken ? reject(new Error(message.broken)) : undefined);
    });
    line.ready.catch(() => {});
    worker.onmessage = (event) => line.hear(event.data);
    worker.onerror = (event) => line.hear({ broken: event.message || "its script could not be loaded" });
    return line;
  }

  get ready() {
    return this.worker.ready;
  }

  /** Has the Python that works, and another beside it, do beforehand what an exercise's first verdict would wait
   * for. An endless loop then costs no second start. */
  warm(exercise) {
    this.exercise = exercise;
    this.warmed(this.worker);
    this.spare = this.spare || this.begun();
    this.warmed(this.spare);
  }

  warmed(line) {
    if (line.warm || !this.exercise) return;
    line.warm = true;
    line.ready.then(() => line.worker.postMessage({ id: 0, name: "warm", given: { name: this.exercise } })).catch(() => {});
  }

  /** The spare takes the place of the one that works, or was ended. */
  next() {
    this.worker.worker.terminate();
    this.worker = this.spare || this.begun();
    this.spare = null;
    if (!this.exercise) return;
    this.spare = this.begun();
    this.warmed(this.spare);
  }

  /** The answer to a question. early: called with an answer before the last. Questions are answered in turn. */
  ask(name, given, early = () => {}) {
    const answer = this.turn.then(() => this.answered(name, given, early));
    this.turn = answer.catch(() => {});
    return answer;
  }

  /** End what runs now; its question comes to nothing. */
  stop() {
    if (this.abort) this.abort();
  }

  async answered(name, given, early) {
    const past = [];
    for (let tried = 0; tried < TRIES; tried += 1) {
      await this.worker.ready;
      const { answer, again } = await this.tried(name, given, past, early);
      if (!again) return answer;
      past.splice(0, past.length, ...again);
      this.next();
    }
    throw new Ended("The code ended the grader again and again.");
  }

  tried(name, given, past, early) {
    const line = this.worker;
    const id = (this.last += 1);
    const heard = [...past];
    let open = null;
    let timer = 0;
    return new Promise((resolve, reject) => {
      const close = (end, code) => {
        heard.push({ numbers: encoded(open.numbers), texts: encoded(open.texts), end, code });
        open = null;
        clearTimeout(timer);
      };
      const settled = (settle, value) => {
        clearTimeout(timer);
        this.abort = null;
        settle(value);
      };
      this.abort = () => {
        this.next();
        settled(reject, new Ended("It was stopped."));
      };
      const kill = (end, code) => {
        if (!open) return;
        line.worker.terminate(); // at once: it may be taking memory
        close(end, code);
        settled(resolve, { again: heard });
      };
      line.hear = (message) => {
        if (message.id !== id) return;
        if (message.began !== undefined) {
          open = { numbers: [], texts: [] };
          timer = setTimeout(kill, message.began * 1000 + GRACE, "LATE");
        } else if (message.heard) open[message.texts ? "texts" : "numbers"].push(message.heard);
        else if (message.ended) close(message.ended);
        else if (message.early) early(message.early);
        else if (message.fatal !== undefined) {
          if (open) kill("CLOSED", message.code);
          else {
            this.next();
            settled(reject, new Ended(message.fatal));
          }
        } else if (message.answer) {
          if (message.heap > LARGE) this.next();
          settled(resolve, { answer: message.answer });
        }
      };
      line.worker.postMessage({ id, name, given, past });
    });
  }
}
