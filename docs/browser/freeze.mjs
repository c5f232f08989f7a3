// Has the page's own Python compile the course and its library, and answer what the first verdict would wait for: run
// by Node, once. node freeze.mjs PYODIDE ARCHIVE LIBRARY: the archive is written anew, and so is the library.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { unpacked } from "./engine.js";

const [pyodide, archive, library] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await unpacked(loadPyodide, {}, new Uint8Array(readFileSync(archive)));
try {
  python.runPython(`
import compileall, sys, zipfile
from pathlib import Path
from py_compile import PycInvalidationMode, compile as compiled
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

def pack(place, files):
    with zipfile.ZipFile(place, "w") as packed:
        for name, data in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            packed.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)

pack("/frozen.zip", ((str(p.relative_to(course)), p.read_bytes()) for p in sorted(course.rglob("*")) if p.is_file()))

# Python's own modules come as sources, and compiling them is a third of the time that a page takes to begin.
zipped = next(path for path in sys.path if path.endswith(".zip"))

def library():
    with zipfile.ZipFile(zipped) as packed:
        for name in sorted(packed.namelist()):
            data = packed.read(name)
            if name.endswith(".py"):
                Path("/one.py").write_bytes(data)
                compiled("/one.py", "/one.pyc", f"{zipped}/{name}", True, 2, PycInvalidationMode.UNCHECKED_HASH)
                name, data = f"{name}c", Path("/one.pyc").read_bytes()
            if not name.endswith("/"):
                yield name, data

pack("/library.zip", library())
`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
writeFileSync(archive, python.FS.readFile("/frozen.zip"));
writeFileSync(library, python.FS.readFile("/library.zip"));
