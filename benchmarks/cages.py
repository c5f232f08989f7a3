"""What a cage costs a submission: milliseconds of processor time beside a worker without any walls."""

from __future__ import annotations

import marshal
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from figures import Section

import grader.sandbox.launch
from grader.autograd.program import Expression, trace
from grader.autograd.subject import SUBJECT
from grader.course.course import here
from grader.examine.setting import parts
from grader.sandbox.cage import Cage, Process
from grader.sandbox.cages import CAGES
from grader.sandbox.runner import Limits, Request, Runner
from grader.worker import walls

RUNS = 15
WANTED = 25


class Bare(Process):
    """A worker that closes its eyes to nothing."""

    inside = None


def main() -> None:
    """Take turns, so that a busy machine slows all of them alike."""
    cages: dict[str, Cage] = {name: cage() for name, (cage, why_not) in CAGES.items() if not why_not()}
    times: dict[str, list[float]] = {name: [] for name in ("bare", *cages)}
    for turn in range(RUNS + 1):
        with without_walls():
            spent = submission(Bare())
        rows = [("bare", spent), *((name, submission(cage)) for name, cage in cages.items())]
        for name, milliseconds in rows if turn else []:  # the first turn fills caches
            times[name].append(milliseconds)
    section = Section(
        "What a cage costs",
        f"Nine exercises that do next to nothing, in one submission; processor time, medians of {RUNS} runs.",
    )
    floor = median(times["bare"])
    section.add("a worker without walls", floor, "ms", digits=0)
    for name in cages:
        section.add(f"{name}, on top", median(times[name]) - floor, "ms", digits=0, most=WANTED)
    section.keep()


def submission(cage: Cage) -> float:
    """Milliseconds of CPU for every exercise of one submission, one small program each."""
    course = here()
    sources = {name: course.solution(name) for name in course.names}
    program = trace(lambda a, b: a + b, 2, 3)
    assert isinstance(program, Expression)
    before = _spent()
    runner = Runner(cage, Limits(), len(course.parts), SUBJECT.worker)
    for part in course.parts:
        with runner.attempt(parts(course, sources, part)) as attempt:
            attempt.observe(Request.of([program]))
    runner.close()
    return (_spent() - before) * 1000


def _spent() -> float:
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def without_walls() -> Iterator[None]:
    """Workers start without the walls that they build around themselves."""
    whole = grader.sandbox.launch.worker_code
    nothing = "".join(f"def {name}(*_): return False\n" for name in ("close", "see_only", "filters"))
    source = Path(walls.__file__).read_text("utf-8") + nothing
    hole = compile(source, "<worker.walls>", "exec", dont_inherit=True)
    sent = marshal.loads(whole(SUBJECT.worker))
    modules = marshal.dumps([(name, hole if name == "worker.walls" else code) for name, code in sent])
    grader.sandbox.launch.worker_code = lambda _: modules  # type: ignore[assignment]
    try:
        yield
    finally:
        grader.sandbox.launch.worker_code = whole


if __name__ == "__main__":
    main()
