"""A folder laid out as Gradescope lays it, in which the built archive's own run_autograder grades."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

from grader.examine.cases import default_folder

HERE = Path(__file__).parents[1] / "sandbox"


def unpacked(archive, to):
    """The archive as an image holds it: unpacked with the modes that it states."""
    with ZipFile(archive) as opened:
        for entry in opened.infolist():
            Path(opened.extract(entry, to)).chmod(entry.external_attr >> 16)
    return to


@dataclass
class Run:
    """code: the exit status. seen: every different results.json, in order. output: for instructors."""

    code: int = 0
    output: str = ""
    seen: list = field(default_factory=list)

    @property
    def final(self):
        return self.seen[-1]

    def points(self, name):
        """What an exercise's tests bring, without any bonus."""
        return sum(test["score"] for test in self.final["tests"] if test["tags"] == [name, "graded"])


class Root:
    """The folder /autograder of one submission, somewhere else."""

    def __init__(self, folder, source, metadata=None):
        self.folder = folder
        (folder / "submission").mkdir(parents=True)
        (folder / "results").mkdir()
        (folder / "source").symlink_to(source)
        if metadata is not None:
            (folder / "submission_metadata.json").write_text(json.dumps(metadata), "utf-8")

    @property
    def submission(self):
        return self.folder / "submission"

    @property
    def results(self):
        return self.folder / "results" / "results.json"

    def hand_in(self, sources):
        for name, text in sources.items():
            (self.submission / f"{name}.py").write_text(text, "utf-8")
        return self

    def start(self, *arguments, python=sys.executable):
        """run_autograder, with this interpreter in place of the one that setup.sh installs."""
        command = [str(self.folder / "source" / "run_autograder"), *arguments]
        return subprocess.Popen(
            [sys.executable, str(HERE / "without_namespaces.py"), *command],
            env={
                **os.environ,
                "AUTOGRADER_ROOT": str(self.folder),
                "AUTOGRADER_PYTHON": str(python),
                "AUTOGRADER_CACHE": str(default_folder().parents[1]),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments, python=sys.executable):
        """Grade, and look at results.json all the time."""
        run, process = Run(), self.start(*arguments, python=python)
        while process.poll() is None:
            self._look(run)
            time.sleep(0.005)
        self._look(run)
        run.code, run.output = process.returncode, process.stdout.read()
        process.stdout.close()
        return run

    def read(self):
        """results.json as it is now; the shell's own first one may be there in part, and is nothing then."""
        text = self.results.read_text("utf-8") if self.results.exists() else ""
        return json.loads(text) if text.rstrip().endswith("}") else {}

    def _look(self, run):
        found = self.read()
        if found and (not run.seen or run.seen[-1] != found):
            run.seen.append(found)
