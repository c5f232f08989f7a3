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
    return line;
  }

  get ready() {
    return this.worker.ready;
  }

  /** A warm one beside the one that works, so that an endless loop costs no second start. */
  keepSpare() {
    this.spare = this.spare || this.begun();
  }

  /** The answer to a question. early: called with an answer before the last. Questions are answered in turn. */
  ask(name, given, early = () => {}) {
    const answer = this.turn.then(() => this.answered(name, given, early));
    this.turn = answer.catch(() => {});
    return answer;
  }

  /** End what runs now, as if its time were up. */
  stop() {
    if (this.end) this.end("LATE");
  }

  async answered(name, given, early) {
    const past = [];
    for (let tried = 0; tried < TRIES; tried += 1) {
      await this.worker.ready;
      const { answer, again } = await this.tried(name, given, past, early);
      if (!again) return answer;
      past.splice(0, past.length, ...again);
      this.worker = this.spare || this.begun();
      this.spare = null;
      setTimeout(() => this.keepSpare(), 500);
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
        this.end = null;
      };
      const kill = (end, code) => {
        if (!open) return;
        line.worker.terminate();
        close(end, code);
        resolve({ again: heard });
      };
      line.hear = (message) => {
        if (message.id !== id) return;
        if (message.began !== undefined) {
          open = { numbers: [], texts: [] };
          this.end = kill;
          timer = setTimeout(kill, message.began * 1000 + GRACE, "LATE");
        } else if (message.heard) open[message.texts ? "texts" : "numbers"].push(message.heard);
        else if (message.ended) close(message.ended);
        else if (message.early) early(message.early);
        else if (message.fatal !== undefined) {
          if (open) kill("CLOSED", message.code);
          else reject(new Ended(message.fatal));
        } else if (message.answer) {
          if (message.heap > LARGE) {
            line.worker.terminate();
            this.worker = this.spare || this.begun();
            this.spare = null;
          }
          resolve({ answer: message.answer });
        }
      };
      line.worker.postMessage({ id, name, given, past });
    });
  }
}
