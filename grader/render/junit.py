"""A report as JUnit XML, and as the code-quality report that GitLab reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO, assert_never
from xml.sax.saxutils import escape, quoteattr

from grader.model import (
    Crashed,
    Failed,
    Kind,
    NotGraded,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.printable import plain_json, printable
from grader.render.results_json import cut
from grader.render.text import KEPT, About, counted, decimal, said, signed, stamp, summed
from grader.report.evidence import status
from grader.report.report import Report
from grader.report.scoring import once_each
from grader.report.standings import Standing, Standings
from grader.report.words import headline

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
Pairs = dict[str, str]


def render(report: Report, about: About) -> str:
    """The report as one test suite; failed and timed out are failures, crashed is an error.

    So is what is not graded. What is not started is skipped, and so is a bonus that was not earned.
    """
    name = about.title or report.submission
    opening = f"{DECLARATION}<testsuites{_attributes({'name': name})}>\n"
    times = {} if about.started is None else {"timestamp": about.started.isoformat(timespec="seconds")}
    times["time"] = f"{about.seconds or 0:.3f}"
    return f"{opening}{_suite(report, about.person.id or name, _facts(report), times)}</testsuites>\n"


def write_class(standings: Standings, to: BinaryIO) -> None:
    """The class as a test suite for each person, also for those without a report."""
    to.write(f"{DECLARATION}<testsuites{_attributes({'name': standings.title})}>\n".encode())
    for standing in standings.each():
        to.write(_person(standing).encode())
    to.write(b"</testsuites>\n")


def _person(standing: Standing) -> str:
    facts = {
        "name": standing.person.name,
        "email": standing.person.email,
        "attempts": str(standing.attempts),
        "handed_in": stamp(standing.handed_in) if standing.handed_in else "",
        "trouble": standing.trouble,
        "section": standing.section,
        "excused": standing.excused,
    }
    facts = {key: value for key, value in facts.items() if value}
    if standing.report is not None:
        return _suite(standing.report, standing.person.id, facts | _facts(standing.report), {"time": "0.000"})
    return _without_report(standing, facts)


def _without_report(standing: Standing, facts: Pairs) -> str:
    kind, word = ("error", standing.trouble or "not graded")
    if standing.excused or (not standing.trouble and standing.handed_in is None):
        kind, word = "skipped", f"excused: {standing.excused}" if standing.excused else "not handed in"
    case = f"<testcase{_attributes({'classname': 'submission', 'name': 'is graded', 'time': '0.000'})}>"
    cases = f"{case}<{kind}{_attributes({'type': kind, 'message': word})}/></testcase>\n"
    counts = Counter({"tests": 1, "errors": int(kind == "error"), "skipped": int(kind == "skipped")})
    return _wrapped(standing.person.id, facts, {"time": "0.000"}, cases, counts)


def _suite(report: Report, name: str, facts: Pairs, times: Pairs) -> str:
    cases, counts = zip(*map(_cases, report.marks), strict=True) if report.marks else ((), ())
    return _wrapped(name, facts, times, "".join(cases), sum(counts, Counter()))


def _wrapped(name: str, facts: Pairs, times: Pairs, cases: str, counts: Counter[str]) -> str:
    numbers = {word: str(counts[word]) for word in ("tests", "failures", "errors", "skipped")}
    properties = "".join(f"<property{_attributes({'name': n, 'value': v})}/>\n" for n, v in facts.items())
    opening = f"<testsuite{_attributes({'name': name, **numbers, **times})}>\n"
    return f"{opening}<properties>\n{properties}</properties>\n{cases}</testsuite>\n"


def _facts(report: Report) -> Pairs:
    """What stands above the cases: notes, the score, how policies made it, and what it depends on."""
    total = summed(report).exercises
    facts = {"notes": " ".join(report.notes)} if report.notes else {}
    facts |= {"score": decimal(summed(report).final), "max_score": decimal(total.most)}
    facts |= {"raw_score": decimal(total.points), "bonus": decimal(total.bonus)}
    facts |= {"rules": report.rules} if report.rules else {}
    facts |= {f"policy: {line.title}": signed(line.points) for line in summed(report).lines}
    return facts | {"digest": report.digest, "seed": str(report.seed), "isolation": report.isolation}


@once_each(KEPT)
def _cases(result: Result) -> tuple[str, Counter[str]]:
    """An exercise's test cases, and how many there are of each kind."""
    verdicts = [verdict for _, verdict in counted(result)]
    counts = Counter(_count(verdict) for verdict in verdicts)
    cases = "".join(f"{line}\n" for verdict in verdicts for line in _case(result, verdict))
    return cases, counts + Counter({"tests": len(verdicts)})


def _case(result: Result, verdict: Verdict) -> Iterator[str]:
    names = {"classname": result.exercise.name, "name": verdict.claim.title, "time": "0.000"}
    element = _element(verdict)
    if not element:
        yield f"<testcase{_attributes(names)}/>"
        return
    about = {"type": status(verdict.outcome), "message": headline(verdict.outcome)}
    text = _escaped(said(result, verdict))
    yield f"<testcase{_attributes(names)}><{element}{_attributes(about)}>{text}</{element}></testcase>"


def _count(verdict: Verdict) -> str:
    return {"failure": "failures", "error": "errors"}.get(element := _element(verdict), element)


def _element(verdict: Verdict) -> str:
    """What stands in the test case; nothing where the property holds."""
    element = _element_of(verdict.outcome)
    return "skipped" if element and verdict.claim.kind is Kind.BONUS else element


def _element_of(outcome: Outcome) -> str:
    match outcome:
        case Passed():
            return ""
        case Failed() | TimedOut():
            return "failure"
        case Crashed() | NotGraded():
            return "error"
        case NotStarted():
            return "skipped"
        case _:
            assert_never(outcome)


def _attributes(pairs: Pairs) -> str:
    return "".join(f" {name}={_quiet(quoteattr(printable(value)))}" for name, value in pairs.items())


def _escaped(text: str) -> str:
    return _quiet(escape(text))


def _quiet(xml: str) -> str:
    """The same XML, in which no runner finds a command where it is printed into a log."""
    return xml.replace("##", "#&#35;").replace("::", ":&#58;")


# GitLab shows it on one line.
LONGEST = 300
# What assembles the submission's own engine.
WHOLE = "__init__"


def code_quality(report: Report, lines: Mapping[str, int], folder: str) -> str:
    """The report as GitLab reads it; one issue, not many, says that an exercise is not started.

    What is said of all parts together is shown at the file that assembles them.
    lines: by exercise, the line from 1 that an issue is shown at; 1 where nothing is said.
    folder: where the files are, from the top of the repository.
    """
    issues = [_note(note, f"{folder}/{WHOLE}.py") for note in report.notes]
    issues += [_issue(r, v, f"{folder}/{_file(r)}.py", lines) for r, v in _missed(report)]
    return plain_json(json.dumps(issues, indent=1, ensure_ascii=False)) + "\n"


def _missed(report: Report) -> Iterator[tuple[Result, Verdict]]:
    for result in report.marks:
        for verdict in result.verdicts:
            if verdict.claim.kind is Kind.GRADED and not isinstance(verdict.outcome, Passed):
                yield result, verdict
                if isinstance(verdict.outcome, NotStarted | NotGraded):
                    break


def _issue(result: Result, verdict: Verdict, path: str, lines: Mapping[str, int]) -> dict[str, Any]:
    name, claim = result.exercise.name, verdict.claim
    said = f"{name}: {claim.title}: {headline(verdict.outcome)}"
    if isinstance(verdict.outcome, NotStarted):
        said = f"{name} is not started: {verdict.outcome.reason}"
    elif isinstance(verdict.outcome, NotGraded):
        said = f"{name} is not graded: {verdict.outcome.reason}"
    return _shown(said, (name, claim.name), _severity(verdict.outcome), path, lines.get(name, 1))


def _note(note: str, path: str) -> dict[str, Any]:
    return _shown(note, ("together", "note"), "major", path, 1)


def _file(result: Result) -> str:
    return WHOLE if result.exercise.own else result.exercise.name


def _shown(said: str, check: tuple[str, str], severity: str, path: str, line: int) -> dict[str, Any]:
    """An issue; check: of what it is, and which of its properties."""
    return {
        "description": cut(printable(said), LONGEST).replace("\n", " "),
        "check_name": ".".join(check),
        # The same mistake in two pipelines is one issue, so neither line nor numbers are part of it.
        "fingerprint": sha256(f"{path}\0{check[1]}".encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": printable(path), "lines": {"begin": line}},
    }


def _severity(outcome: Outcome) -> str:
    match outcome:
        case Failed():
            return "major"
        case Crashed() | TimedOut() | NotGraded():
            return "critical"
        case NotStarted() | Passed():
            return "info"
        case _:
            assert_never(outcome)
