// The worker in which Python runs, with the grader and the student's code.
import { begin } from "./engine.js";

const base = new URL(".", self.location.href);
const plain = self.fetch.bind(self);
const PACKED = /pyodide\.asm\.wasm$/;

// Compressed here rather than by whatever serves it, so that a plain file server will do.
self.fetch = async (asked, options) => {
  const url = String(asked.url || asked);
  if (!PACKED.test(url)) return plain(asked, options);
  const packed = await plain(`${url}.bin`, options);
  const type = { headers: { "content-type": "application/wasm" } };
  return new Response(packed.body.pipeThrough(new DecompressionStream("gzip")), type);
};

const archive = async () => (await plain(new URL("course.zip", base))).arrayBuffer();

try {
  const indexURL = new URL("pyodide/", base).href;
  const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
  const quiet = { indexURL, stdout: () => {}, stderr: () => {} };
  const answer = await begin(loadPyodide, quiet, archive(), (message) => self.postMessage(message));
  self.onmessage = (event) => answer(event.data);
} catch (error) {
  self.postMessage({ broken: String(error) });
}
