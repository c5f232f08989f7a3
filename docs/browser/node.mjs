// The same grader without a page, for tests: node node.mjs PYODIDE ARCHIVE QUESTIONS ANSWERS, the last two JSON files.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Course } from "./course.js";
import { begin } from "./engine.js";

if (isMainThread) {
  const [pyodide, archive, questions, answers] = process.argv.slice(2);
  const spawn = () => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { pyodide, archive } });
    const line = { postMessage: (message) => worker.postMessage(message), terminate: () => worker.terminate(), onmessage: null };
    worker.on("message", (data) => line.onmessage({ data }));
    worker.on("error", (error) => line.onmessage({ data: { broken: String(error) } }));
    return line;
  };
  const course = new Course(spawn);
  const given = [];
  for (const { name, asked } of JSON.parse(readFileSync(questions, "utf8"))) {
    const began = performance.now();
    const answer = await course.ask(name, asked);
    given.push({ answer, milliseconds: Math.round(performance.now() - began) });
  }
  writeFileSync(answers, JSON.stringify(given));
  process.exit(0);
} else {
  const { loadPyodide } = await import(pathToFileURL(`${workerData.pyodide}/pyodide.mjs`).href);
  const quiet = { stdout: () => {}, stderr: () => {} };
  const answer = await begin(loadPyodide, quiet, new Uint8Array(readFileSync(workerData.archive)), (message) => parentPort.postMessage(message));
  parentPort.on("message", answer);
}
