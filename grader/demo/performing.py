"""The demo from beginning to end: whose parts, the run, the pictures, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from grader.demo.assembling import assembled
from grader.demo.descent import Engine
from grader.demo.moons import Task, accuracy
from grader.demo.pictures import Pictures
from grader.demo.running import Run, train
from grader.demo.telling import summary, telling, whose
from grader.setting import Setting
from grader.submission import Submission


@dataclass(frozen=True)
class Demo:
    """What is to be shown, and where.

    pictures: draws; None where nothing is to be drawn.
    """

    setting: Setting
    task: Task
    steps: int
    pictures: Pictures | None
    console: Console

    def perform(self, submission: Submission) -> bool:
        """Train what passes of a submission; whether that came to its end before a Ctrl-C.

        Raises UsageError where the student's code does not get through, or a picture cannot be written.
        """
        whole = assembled(self.setting, submission)
        self.console.print(Text(whose(whole)))
        engine, run = Engine(self.setting.cage, whole.parts), Run(self.task.parameters)
        try:
            finished = self._train(engine, run)
            if run.steps:
                right = self._result(engine, run) if finished else run.steps[-1].accuracy
                self._keep(run, whole.owner)
                self.console.print(summary(run, right, self._drawn()))
            return finished
        finally:
            engine.close()

    def _train(self, engine: Engine, run: Run) -> bool:
        try:
            with telling(self.console, self.steps) as teller:
                for step in train(engine, self.task, run, self.steps, self.pictures):
                    teller.tell(step)
            return True
        except KeyboardInterrupt:
            return False

    def _result(self, engine: Engine, run: Run) -> float:
        """The accuracy in the end; its picture is drawn as well."""
        if self.pictures is not None:
            self.pictures.finish(engine, run)
        return accuracy(engine.scores(run.parameters, self.task.points), self.task.labels)

    def _keep(self, run: Run, owner: str) -> None:
        if self.pictures is not None:
            self.pictures.losses(run, owner)
            self.pictures.animation()

    def _drawn(self) -> str:
        if self.pictures is None:
            return ""
        return f"{self.pictures.folder}: {', '.join(self.pictures.drawn)}, and step by step"
