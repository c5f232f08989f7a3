"""What the page asks of the grader, which runs beside it: every question and every answer is JSON.

engine.js calls call(). What the student's code does is watched from there, as it may never come to an end.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.autograd.moons import Engine, Task, accuracy, mixed, task
from grader.autograd.program import Shape
from grader.autograd.typed import Bench, typed
from grader.course.course import Course, own, untouched
from grader.course.properties import Property, declared_in
from grader.errors import CourseError, GraderError
from grader.examine.cases import Bank, recorded
from grader.examine.examining import Early, Examiner
from grader.examine.setting import Reference, Setting, answers_to_itself, from_bytes, parts, to_bytes
from grader.learner.help import ALMOST_CODE, compared, pack
from grader.machine.files import replaced
from grader.model import Claim, Exercise, Kind, Observation, Result, Verdict
from grader.printable import printable
from grader.render.html.sheet import needed, page
from grader.render.html.single_page import macros, part_of
from grader.render.text import points as written
from grader.report.evidence import status
from grader.report.report import notes
from grader.report.scoring import exercise_status, score
from grader.report.words import example, line_in
from grader.sandbox.beside import Exchange, NoProcesses, Watcher
from grader.sandbox.launch import End
from grader.sandbox.runner import Limits, Session
from grader.submission.submission import Submission
from grader.submission.tree import read_given

BY = "the page"
# What code may take here: on the clock, for nobody counts a browser's processor time.
SECONDS = 10.0
LIMITS = Limits(SECONDS, patience=1.0)
SHOWN = """{% if part.told %}{{ findings(part.told) }}{% endif %}
{% for property in part.missed %}{{ missed(property) }}{% endfor %}
{% for note in part.notes %}<p class="muted">Note: {{ note }}</p>{% endfor %}"""
# Small enough to learn while somebody looks on.
MOONS, POINTS, GRID = Shape("MLP", (2, 8, 8, 1)), 60, 24
# What is known of a property before the verdict: that it is still to be tried, or has not failed yet.
TRYING, HOLDS = "trying", "holds"
Answer = dict[str, Any]


class Prepared(Setting):
    """A setting all of whose cases and answers are there already, kept by nobody but this page."""

    def _recalled(self, exercise: Exercise, _: Sequence[Property]) -> Bank:
        recording = recorded(self.course.subject, self.course.properties(exercise.name), self.seed)
        if recording is None:
            raise CourseError(f"the cases of {exercise.name} are not there", "build the site anew")
        return recording.bank(self.course.subject)

    def reference(self, exercise: Exercise) -> Reference:
        """What the exercise's solution answers where code is read, as frozen() has written it down."""
        if exercise.name not in self._references:
            course, source = self.course, self.course.solution(exercise.name)
            solution = parts(course, {exercise.name: source}, exercise)
            solution = replace(solution, reading=course.subject.reading)
            place = self.cache / exercise.name
            answers = from_bytes(place.read_bytes()) if place.is_file() else {}
            self._references[exercise.name] = Reference(answers, course.subject, solution, self.cage)
        return self._references[exercise.name]


class Desk(Examiner):
    """Examines what is in the editor, and says after each property how all of it stands.

    tell: called with the verdicts so far, and with how many of them decide the marks, see Early.
    """

    def __init__(self, setting: Setting, submission: Submission, tell: Callable[[Result, int], None]) -> None:
        super().__init__(setting, submission)
        self._tell = tell

    def _observed(
        self, session: Session, exercise: Exercise, properties: Sequence[Property], bank: Bank
    ) -> list[Observation]:
        if bank is self.setting.bank(exercise, properties):
            return session.observe(bank.request)  # something failed already, which has been told
        early = Early(exercise, properties, bank)
        seen: list[Observation] = []
        for number in range(len(properties)):
            seen += session.observe(bank.only(bank.places(number)))
            self._tell(Result(exercise, early.verdicts(seen, number + 1)), early.decisive)
        return seen


class Page:
    """One page's grader.

    watcher: told of the exchanges with the student's code. tell: called with an answer before the last one.
    """

    def __init__(self, watcher: Watcher, cache: Path, tell: Callable[[str], None]) -> None:
        self.course = own()
        self.cage = NoProcesses(watcher)
        self.tell = tell
        self.setting = Prepared(self.course, self.cage, cache, limits=LIMITS)
        self._trained: tuple[object, Training] | None = None

    def call(self, name: str, given: str, past: str = "[]") -> str:
        """The answer to a question as JSON; past: the exchanges with an interpreter that was ended."""
        self.cage.past = [_exchange(each) for each in json.loads(past)]
        try:
            return json.dumps(getattr(self, f"on_{name}")(**json.loads(given)))
        except GraderError as error:
            return json.dumps({"refused": printable(error.what), "next": printable(error.next_step)})

    def frozen(self) -> None:
        """Have everything made that the first verdict would wait for, and what the reference answers kept."""
        self.setting.cache.mkdir(exist_ok=True)
        for exercise in self.course.exercises:
            reference = self.setting.reference(exercise)
            known = answers_to_itself(reference, exercise, self.course.solution(exercise.name))
            (self.setting.cache / exercise.name).write_bytes(to_bytes(known))

    def on_course(self) -> Answer:
        """The exercises, each with its stub."""
        return {
            "title": self.course.title,
            "seconds": SECONDS,
            "almost_code": ALMOST_CODE,
            "exercises": [
                {
                    "name": part.name,
                    "title": part.title,
                    "points": written(part.points),
                    "stub": self.course.stub(part.name),
                }
                for part in self.course.exercises
            ],
        }

    def on_grade(self, name: str, sources: Mapping[str, str], told: Sequence[str]) -> Answer:
        """How an exercise stands.

        sources: what is in the editors, by exercise. told: those of which almost the code has been told.
        """
        exercise = next(part for part in self.course.parts if part.name == name)
        setting = self.setting.telling(frozenset(told))
        submission = Submission("exercises", dict(sources), {})

        properties = declared_in(self.course.properties(name))

        def early(result: Result, decisive: int) -> None:
            told = self._told(result, sources) if len(result.verdicts) == decisive else {}
            # Where something fails, what holds in few cases is tried in all of them.
            sure = 0 < decisive <= len(result.verdicts) and exercise_status(result) == "passed"
            known = {verdict.claim: status(verdict.outcome) for verdict in result.verdicts}
            if not sure:
                known = {claim: HOLDS if word == "passed" else word for claim, word in known.items()}
            listed = _listed({p.claim: known.get(p.claim, TRYING) for p in properties})
            self.tell(json.dumps({**told, "early": True, "properties": listed}))

        desk = Desk(setting, submission, early)
        try:
            verdicts = tuple(Verdict(p.claim, desk.outcome(exercise, properties, p)) for p in properties)
            found = desk.findings(), desk.notes(), *desk.origin()
            return self._told(Result(exercise, verdicts, *found), sources)
        finally:
            desk.close()

    def on_warm(self, name: str) -> Answer:
        """Grade something right and something wrong, so that the first verdict does not wait for imports."""
        right = self.course.solution(name)
        wrong = right.replace("+=", "-=") if "+=" in right else right.replace("return ", "return None and ")
        for source in (right, wrong):
            self.on_grade(name, {name: source}, ())
        return {}

    def _told(self, result: Result, sources: Mapping[str, str]) -> Answer:
        name, marks, word = result.exercise.name, score(result), exercise_status(result)
        worst = example(result)
        part = part_of(f"desk-{name}", result, {})
        if part.told:  # the button goes on from there, not a file
            part = replace(part, told=replace(part.told, hint=""))
        passed = word == "passed"
        model = ""
        if passed and not result.exercise.own and self.course.solutions_after_pass:
            model = compared(name, sources[name], self.course.solution(name)).source
        return {
            "name": name,
            "status": word,
            "points": written(marks.points),
            "most": written(marks.most),
            "bonus": written(marks.bonus) if marks.bonus else "",
            "properties": _listed({v.claim: status(v.outcome) for v in result.verdicts}),
            "html": "" if word in ("passed", "not_started") and not notes(result) else self._html(part),
            "line": 0 if worst is None else line_in(name, worst.outcome),
            "lines": sorted({finding.line for finding in result.findings if finding.line}),
            "hint": printable(result.findings[0].hint) if result.findings else "",
            "model": model,
        }

    @cached_property
    def _macros(self) -> str:
        return macros()

    def _html(self, part: Any) -> str:
        own = {"markup": needed("markupsafe", BY).Markup}
        return page(self._macros + SHOWN, BY, own, "", part=part).strip()

    def on_watch(
        self, expression: str, leaves: Mapping[str, float], sources: Mapping[str, str], own: Sequence[str]
    ) -> Answer:
        """An expression's graph: each node's numbers, expected and as one's own parts give them."""
        bench = Bench(self.course, self.cage, self.setting.limits)
        seen = bench.observe(typed(expression, leaves), Submission("", dict(sources), {}), tuple(own))
        nodes = [
            {"name": node.name, "formula": node.formula, "data": node.data, "grad": node.grad}
            for node in seen.shown.graph
        ]
        return {"nodes": nodes, "own": seen.own, "trouble": [printable(line) for line in seen.trouble]}

    def on_pack(self, sources: Mapping[str, str]) -> Answer:
        """The file that is handed in, as grader submit writes it."""
        folder = self._laid_out(sources)
        place = folder.parent / "hand-in.zip"
        packed = pack(self.course, place)
        return {"zip": base64.b64encode(place.read_bytes()).decode(), "untouched": packed.untouched}

    def _laid_out(self, sources: Mapping[str, str]) -> Path:
        folder = self.course.root / "exercises"
        folder.mkdir(exist_ok=True)
        for path in folder.glob("*.py"):
            path.unlink()
        given = {name: self.course.solution(name) for name in self.course.complete}
        stubs = {name: self.course.stub(name) for name in self.course.names}
        for name, text in {**given, **stubs, **sources}.items():
            replaced(folder / f"{name}.py", text.encode())
        return folder

    def on_unpack(self, name: str, data: str) -> Answer:
        """The exercises in a file that somebody gives: a zip, or one of them by itself."""
        place = Path("/tmp", Path(name).name)  # noqa: S108 (nobody else is there)
        place.write_bytes(base64.b64decode(data))
        try:
            found = read_given(place, self.course.names)
        finally:
            place.unlink()
        sources = {part: text for part, text in found.sources.items() if part in self.course.names}
        begun = [part for part, text in sources.items() if not untouched(text, self.course.stub(part))]
        return {"sources": sources, "begun": begun, "unreadable": dict(found.unreadable)}

    def on_train(self, sources: Mapping[str, str], own: Sequence[str], seed: int) -> Answer:
        """The two moons, and where these parts begin to learn them; the reference stands in for others."""
        return self._training(sources, own, seed).begun()

    def on_step(
        self,
        sources: Mapping[str, str],
        own: Sequence[str],
        seed: int,
        parameters: Sequence[float],
        done: int,
        rate: float,
        look: bool,
    ) -> Answer:
        """One step more from these parameters, after so many; look: also how the plane is divided then.

        All of it is told each time, since another interpreter may have taken the step before.
        """
        return self._training(sources, own, seed).step(tuple(parameters), done, rate, look)

    def _training(self, sources: Mapping[str, str], own: Sequence[str], seed: int) -> Training:
        asked = dict(sources), tuple(own), seed
        if self._trained is None or self._trained[0] != asked:
            self._trained = asked, Training(self.course, self.cage, *asked)
        return self._trained[1]


def _listed(words: Mapping[Claim, str]) -> list[Answer]:
    """The properties that bring points, each with what is known of it."""
    return [
        {"title": printable(claim.title), "status": word, "bonus": claim.kind is Kind.BONUS}
        for claim, word in words.items()
        if claim.kind is not Kind.NOTE
    ]


class Training:
    """Two moons, and a network of the student's parts that learns them."""

    def __init__(
        self, course: Course, cage: NoProcesses, sources: Mapping[str, str], own: tuple[str, ...], seed: int
    ) -> None:
        self.cage = cage
        self.parts = mixed(course, Submission("exercises", dict(sources), {}), own)
        self.task: Task = task(seed, MOONS, POINTS)
        xs, ys = zip(*self.task.points, strict=True)
        self.box = min(xs) - 0.4, max(xs) + 0.4, min(ys) - 0.4, max(ys) + 0.4

    def begun(self) -> Answer:
        """What is to be learnt, and from where."""
        known = self.task
        return {
            "points": known.points,
            "labels": known.labels,
            "parameters": known.parameters,
            "box": self.box,
            "grid": GRID,
        }

    def step(self, parameters: tuple[float, ...], done: int, rate: float, look: bool) -> Answer:
        """Take one step; what was seen before it, and the plane after it where that is looked at."""
        engine = Engine(self.cage, self.parts, LIMITS, done)
        taken = engine.step(self.task, parameters, rate)
        right = accuracy(taken.scores, self.task.labels)
        told: Answer = {"loss": taken.loss, "accuracy": right, "parameters": taken.parameters}
        if look:
            left, right, low, high = self.box
            at = [(place + 0.5) / GRID for place in range(GRID)]
            points = [(left + x * (right - left), high - y * (high - low)) for y in at for x in at]
            told["plane"] = engine.scores(taken.parameters, points, MOONS)
        return told


def _exchange(plain: Mapping[str, Any]) -> Exchange:
    """An exchange as worker.js has noted it down."""
    numbers, texts = (base64.b64decode(plain[key]) for key in ("numbers", "texts"))
    return Exchange(numbers, texts, End[plain["end"]], plain.get("code"))
