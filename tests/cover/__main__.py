"""python -m tests.cover [PYTEST'S OPTIONS]: run the tests, and say which lines and branches are left out."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections import defaultdict
from pathlib import Path

from coverage import Coverage, CoverageData

from tests.cover.everywhere import FIFO
from tests.grader.sandbox.unwalled import WORKER

ROOT = Path(__file__).resolve().parents[2]
INTO = ROOT / "build" / "coverage"
PLUGIN = "nanograd_coverage"  # as pyproject.toml names it
MEASURED = (sys.executable, "-m", "coverage", "run", "-m", "pytest", "-p", "tests.cover.saving")
MEASURED += ("-m", "not untraced")
WAY = re.compile(r"<([\w.]+)> (-?\d+) (-?\d+)")
ROOM = 1 << 20  # bytes that wait in the FIFO, the most that Linux gives
Ways = dict[str, set[tuple[int, int]]]


def main(*options: str) -> int:
    """Run, combine, report; pytest's exit code."""
    shutil.rmtree(INTO, ignore_errors=True)
    INTO.mkdir(parents=True)
    # Also where nothing steers the interpreter it has to be found.
    plugin = Path(sysconfig.get_path("purelib"), f"{PLUGIN}.py")
    shutil.copyfile(Path(__file__).with_name("everywhere.py"), plugin)
    try:
        code, ways = run([*MEASURED, *options])
        in_workers = CoverageData(basename=str(INTO / "data.workers"))
        in_workers.add_arcs({str(path): arcs for name, arcs in ways.items() if (path := file(name)).exists()})
        in_workers.write()
        return report() or code
    finally:
        plugin.unlink()


def run(command: list[str]) -> tuple[int, Ways]:
    """Run a command, and read what comes from the workers meanwhile: ways from line to line, by file."""
    path = INTO / "workers"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    # Whoever fills it has to find it open until the last one has ended.
    writing = os.open(path, os.O_WRONLY)
    os.set_blocking(reading, True)
    if sys.platform == "linux":
        fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, ROOM)
    ways: Ways = defaultdict(set)
    reader = threading.Thread(target=read, args=(reading, ways))
    reader.start()
    variables = os.environ | {FIFO: str(path), "COVERAGE_RCFILE": str(ROOT / "pyproject.toml")}
    code = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
    os.write(writing, b"\n")
    os.close(writing)
    reader.join()
    path.unlink()
    return code, ways


def read(fd: int, ways: Ways) -> None:
    """Read until an empty line says that it is over."""
    with open(fd, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line == "\n":
                return
            if way := WAY.fullmatch(line.rstrip("\n")):
                ways[way[1]].add((int(way[2]), int(way[3])))


def file(name: str) -> Path:
    """Where code lies that is sent to workers under this name."""
    return WORKER.joinpath(*name.split(".")).with_suffix(".py")


def report() -> int:
    """Combine, and report in a table and as pages; 1 where nothing was measured."""
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    coverage.combine(keep=True)
    coverage.save()
    coverage.html_report()
    coverage.json_report()
    return int(coverage.report() == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
