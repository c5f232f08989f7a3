// Python with the grader in it: runs in a worker of its own, of a browser or of Node. Never on the page's thread.

const MEMORY = 768 * 2 ** 20; // bytes, of which Python itself takes some 60 million
// Bytes of Python's own stack: beyond these code meets a RecursionError. A browser's stack, which Python cannot see,
// ends at twice as many, and all of Python with it.
const STACK = 96 * 2 ** 10;

const BEGIN = `
import sys
sys.path[:0] = ["/course", "/course/lib"]
import gc
from pathlib import Path
from pyodide.ffi import to_js
from page import Page

class Watcher:
    def began(self, seconds):
        post_began(seconds)

    def heard(self, numbers, texts):
        post_heard(to_js(numbers or texts), bool(texts))

    def ended(self, end):
        post_ended(end)

page = Page(Watcher(), Path("/course/cache"), tell)
# Graphs are many small cycles, and looking at each of them is half the time. The page looks when it has answered.
gc.freeze()
gc.set_threshold(200_000, 10, 10)
`;

// Code that takes ever more memory meets an end before the browser does: a MemoryError, as elsewhere.
function limitMemory() {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > MEMORY) throw new RangeError("no more memory");
    return grow.call(this, pages);
  };
}

function limitStack({ _module: python }) {
  python._PyUnstable_ThreadState_SetStackProtection(python._PyThreadState_Get(), python.stackSave() - STACK, STACK);
}

/** Python with the course unpacked in it. options: loadPyodide's; archive: the course as a zip. */
export async function unpacked(loadPyodide, options, archive) {
  const [python, data] = await Promise.all([loadPyodide(options), archive]);
  python.FS.mkdirTree("/course");
  python.unpackArchive(data, "zip", { extractDir: "/course" });
  return python;
}

/** Answers questions: gives a function from one message to what is to be posted for it; see course.js. */
export async function begin(loadPyodide, options, archive, post) {
  limitMemory();
  const python = await unpacked(loadPyodide, options, archive);
  let id = 0;
  const globals = python.globals;
  globals.set("post_began", (seconds) => post({ id, began: seconds }));
  globals.set("post_heard", (heard, texts) => post({ id, heard, texts }));
  globals.set("post_ended", (end) => post({ id, ended: end }));
  globals.set("tell", (json) => post({ id, early: JSON.parse(json) }));
  python.runPython(BEGIN);
  limitStack(python);
  const call = python.runPython("page.call");
  const collect = python.runPython("gc.collect");
  post({ ready: true });
  return (asked) => {
    id = asked.id;
    try {
      const answer = JSON.parse(call(asked.name, JSON.stringify(asked.given), JSON.stringify(asked.past || [])));
      post({ id, answer, heap: python._module.HEAPU8.length });
      collect();
    } catch (error) {
      // Either the code under test has ended all of it, or there is a mistake of ours.
      const code = error && error.name === "Exit" ? error.status : undefined;
      post({ id, fatal: String((error && error.message) || error), code });
    }
  };
}
