// Has the page's own Python compile the course and answer what the first verdict would wait for: run by Node, once.
// node freeze.mjs PYODIDE ARCHIVE: the archive is written anew.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { unpacked } from "./engine.js";

const [pyodide, archive] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await unpacked(loadPyodide, {}, new Uint8Array(readFileSync(archive)));
try {
  python.runPython(`
import compileall, sys, zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
sys.path[:0] = ["/course", "/course/lib"]
from page import Page

class Nobody:
    def began(self, seconds): pass
    def heard(self, numbers, texts): pass
    def ended(self, end): pass

course = Path("/course")
Page(Nobody(), course / "cache", lambda _: None).frozen()
# Never looked at again beside its source, which is there to be sent to workers and shown in no traceback.
compileall.compile_dir(course, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
with zipfile.ZipFile("/frozen.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
    for path in sorted(course.rglob("*")):
        if path.is_file():
            entry = zipfile.ZipInfo(str(path.relative_to(course)), (1980, 1, 1, 0, 0, 0))
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
writeFileSync(archive, python.FS.readFile("/frozen.zip"));
