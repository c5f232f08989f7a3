"""JUnit XML as pytest writes it, for one report and for a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, assert_never
from xml.sax.saxutils import escape, quoteattr

from grader.evidence import status
from grader.identity import once_each
from grader.model import Crashed, Failed, Kind, NotStarted, Outcome, Passed, Result, TimedOut, Verdict
from grader.printable import printable
from grader.render.about import KEPT, About, counted, said, summed
from grader.render.wording import decimal, signed, stamp
from grader.report import Report
from grader.standing import Standing, Standings
from grader.words import headline

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
Pairs = dict[str, str]


def render(report: Report, about: About) -> str:
    """The report as one test suite; failed and timed out are failures, crashed is an error.

    What is not started is skipped, and so is a bonus that was not earned.
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
    }
    facts = {key: value for key, value in facts.items() if value}
    if standing.report is not None:
        return _suite(standing.report, standing.person.id, facts | _facts(standing.report), {"time": "0.000"})
    return _without_report(standing, facts)


def _without_report(standing: Standing, facts: Pairs) -> str:
    missing = not standing.trouble and standing.handed_in is None
    kind, word = ("skipped", "not handed in") if missing else ("error", standing.trouble or "not graded")
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
        case Crashed():
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
