"""What outcomes are worth: exercises, claims and policies, in exact fractions; no code is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.course.course import EVERYTHING, STUDENTS_SEE, TOGETHER, Course
from grader.course.properties import declared_in
from grader.errors import CourseError
from grader.model import Adjustment, Claim, Exercise, Kind, Marked
from grader.report.evidence import claim_from_plain, claim_to_plain, fraction, text
from grader.report.report import Report
from grader.report.scoring import score

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rubric(Marked):
    """A course's rubric.

    claims: what each exercise, and the last mark, promises, in order.
    policy_table: the policy as course.toml states it.
    students_see: see Course.
    """

    title: str
    exercises: tuple[Exercise, ...]
    together: Exercise | None
    claims: Mapping[str, tuple[Claim, ...]]
    policy: Policy
    policy_table: Mapping[str, Any]
    students_see: str = EVERYTHING

    @property
    def digest(self) -> str:
        """SHA-256 over all that it says."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """The rubric as it is stored; the same for the same rubric."""
        plain = {
            "title": self.title,
            "exercises": [_exercise_to_plain(part) for part in self.parts],
            "claims": {name: list(map(claim_to_plain, claims)) for name, claims in self.claims.items()},
            "policy": self.policy_table,
        }
        if self.students_see != EVERYTHING:
            plain["students_see"] = self.students_see
        return json.dumps(plain, default=datetime.isoformat)


def of(course: Course) -> Rubric:
    """The rubric that course.toml and the properties state now; raises CourseError for a wrong policy."""
    claims = {
        part.name: tuple(prop.claim for prop in declared_in(course.properties(part.name)))
        for part in course.parts
    }
    for name, its in claims.items():
        if all(claim.hidden or claim.kind is Kind.NOTE for claim in its):
            raise CourseError(f"every property of {name} is hidden", "leave one that students are told of")
    parts, policy = (course.exercises, course.together), (stated(course), course.policy)
    return Rubric(course.title, *parts, claims, *policy, course.students_see)


def from_json(body: str) -> Rubric:
    """What to_json() gave; raises ValueError for anything else."""
    try:
        return _from_plain(json.loads(body))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no rubric: {error}") from None


def _from_plain(plain: dict[str, Any]) -> Rubric:
    parts = tuple(map(_exercise_from_plain, plain["exercises"]))
    has_last = bool(parts) and (parts[-1].own or parts[-1].name == TOGETHER)
    exercises, together = (parts[:-1], parts[-1]) if has_last else (parts, None)
    if not exercises:
        raise ValueError("there is no exercise")
    names = [part.name for part in parts]
    claims = {name: tuple(map(claim_from_plain, entry)) for name, entry in plain["claims"].items()}
    if sorted(claims) != sorted(names):
        raise ValueError("its claims are not those of its exercises")
    table = dict(plain["policy"])
    if "deadline" in table:
        table["deadline"] = datetime.fromisoformat(table["deadline"])
    policy = read(table, [part.name for part in parts if part.counts])
    seen = plain.get("students_see", EVERYTHING)
    if seen not in STUDENTS_SEE:
        raise ValueError(f"students see {seen!r:.40}, which is nothing that there is")
    return Rubric(text(plain["title"]), exercises, together, claims, policy, table, seen)


def _exercise_to_plain(exercise: Exercise) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "title": exercise.title,
        "points": str(exercise.points),
        "siblings": list(exercise.siblings),
        "own": exercise.own,
        "defines": exercise.defines,
        "attach": exercise.attach,
    }


def _exercise_from_plain(plain: dict[str, Any]) -> Exercise:
    words = (text(plain[name]) for name in ("name", "title", "defines", "attach"))
    name, title, defines, attach = words
    siblings = tuple(map(text, plain["siblings"]))
    own = plain["own"] is True
    return Exercise(name, title, fraction(plain["points"]), siblings, own, defines, attach)


DAY = timedelta(days=1)
# Clocks may have been put back: where no zone is named, nobody knows, and so nobody is charged for it.
HOUR = timedelta(hours=1)
ATTEMPTS = ("best", "last")
# Beyond these a zone or a grace could lead out of the calendar, and a number into infinity.
YEARS = range(1900, 9000)
LARGEST = 10**9
KEYS = {"deadline", "zone", "grace_minutes", "late_per_day", "late_most", "attempt", "weights"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to a score after grading.

    deadline: with its time zone; None where nothing is ever late.
    grace: how much later is still in time.
    late_per_day: the part of the score that each day begun after the deadline costs, 0 to 1.
    late_most: the part that lateness costs at most.
    attempt: "best" or "last", whichever of a person's attempts counts.
    weights: by exercise; 1 where nothing is said.
    zone: by whose calendar the days are counted; None where a day is 24 hours.
    """

    deadline: datetime | None = None
    grace: timedelta = timedelta(0)
    late_per_day: Fraction = Fraction(0)
    late_most: Fraction = Fraction(1)
    attempt: str = "best"
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One graded report of a person, and when it was handed in, where that is known."""

    report: Report
    handed_in: datetime | None


def stated(course: Course) -> Policy:
    """The policy that course.toml states; raises CourseError for a wrong one."""
    try:
        return read(course.policy, [part.name for part in course.counted])
    except (ValueError, TypeError, AttributeError) as error:
        raise CourseError(f"{course.root / 'course.toml'}: {error}", "mend [policy]") from None


def read(table: Mapping[str, Any], exercises: Sequence[str]) -> Policy:
    """The policy of a course.toml's [policy] table; raises ValueError in words for a wrong one.

    exercises: the names of all that may have a weight.
    """
    if unknown := sorted(set(table) - KEYS):
        raise ValueError(f"[policy] knows no {unknown[0]!r}; there are {', '.join(sorted(KEYS))}")
    zone = None if "zone" not in table else _zone(table["zone"])
    deadline = _deadline(table.get("deadline"), zone)
    if table.get("attempt", "best") not in ATTEMPTS:
        raise ValueError(f"attempt is one of {', '.join(ATTEMPTS)}, not {table['attempt']!r}")
    given = table.get("weights", {})
    if not isinstance(given, Mapping):
        raise ValueError("[policy.weights] is a table: the name of an exercise, and its weight")
    weights = {name: _number(weight, f"weight of {name}") for name, weight in given.items()}
    if strangers := sorted(set(weights) - set(exercises)):
        raise ValueError(f"[policy.weights] names {strangers[0]!r}, which is no exercise")
    if weights and not any(weights.get(name, 1) for name in exercises):
        raise ValueError("[policy.weights] leaves no exercise with a weight")
    grace = _number(table.get("grace_minutes", 0), "grace_minutes")
    per_day, most = _part(table, "late_per_day", 0), _part(table, "late_most", 100)
    attempt = table.get("attempt", "best")
    return Policy(deadline, timedelta(minutes=float(grace)), per_day, most, attempt, weights, zone)


def _zone(name: Any) -> ZoneInfo:
    from zoneinfo import ZoneInfo, available_timezones  # most courses name no deadline

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        if not available_timezones():
            raise ValueError(
                "zone needs the list of time zones, which is not here: pip install tzdata"
            ) from None
        raise ValueError(
            f"zone is the name of a time zone, such as Europe/Berlin, not {name!r:.40}"
        ) from None


def _deadline(given: Any, zone: ZoneInfo | None) -> datetime | None:
    """The moment, in the zone if there is one."""
    if given is None:
        return None
    if not isinstance(given, datetime) or (given.tzinfo is None and zone is None):
        raise ValueError(
            "deadline is a date and time with its zone, such as 2026-12-01T23:59:00+01:00,"
            " or without, and then zone is its name, such as Europe/Berlin"
        )
    if given.year not in YEARS:
        raise ValueError(f"deadline is in the year {given.year}, which is no year of a course")
    if zone is None:
        return given
    return given.astimezone(zone) if given.tzinfo else latest(given, zone).astimezone(zone)


def latest(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment when clocks show this; the later one of two, where they are put back over it."""
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _number(value: Any, name: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise ValueError(f"{name} is a number from 0 to {LARGEST:,}, not {value!r:.40}")
    return Fraction(str(value))


def _part(table: Mapping[str, Any], name: str, default: int) -> Fraction:
    percent = _number(table.get(name, default), name)
    if percent > 100:
        raise ValueError(f"{name} is in percent of the score, from 0 to 100, not {table[name]!r}")
    return percent / 100


def adjusted(
    report: Report, policy: Policy, handed_in: datetime | None, own: tuple[Adjustment, ...] = ()
) -> Report:
    """The report with a line for each policy that changes its score, or would if more were known.

    own: lines about the person, which come last; no part of them is taken away for lateness.
    """
    lines = []
    if weights := _weighing(report, policy):
        lines.append(weights)
    weighted = replace(report, adjustments=tuple(lines))
    if late := _lateness(weighted.final, policy, handed_in):
        lines.append(late)
    return replace(report, adjustments=(*lines, *own))


def weighed(report: Report, policy: Policy) -> Report:
    """The report with its exercises' weights, where nothing is handed in and so nothing is late."""
    return adjusted(report, replace(policy, deadline=None), None)


def _weighing(report: Report, policy: Policy) -> Adjustment | None:
    weights = {name: weight for name, weight in policy.weights.items() if weight != 1}
    if not weights:
        return None
    pairs = [(weights.get(mark.exercise.name, Fraction(1)), score(mark)) for mark in report.marks]
    most = sum(weight * s.most for weight, s in pairs)
    if not most:
        return None
    total = report.score
    points = sum(weight * s.points for weight, s in pairs) * total.most / most
    said = ", ".join(f"{name} counts {float(weight):g} times" for name, weight in weights.items())
    return Adjustment(said, points - total.points)


def _lateness(points: Fraction, policy: Policy, handed_in: datetime | None) -> Adjustment | None:
    if policy.deadline is None or not policy.late_per_day:
        return None
    if handed_in is None:
        return Adjustment("no date of handing in is known: counted as in time", Fraction(0))
    # As moments: within one zone Python would compare what clocks show.
    late = handed_in.astimezone(UTC) - policy.deadline.astimezone(UTC)
    if late <= policy.grace:
        return None
    days = _days_of(late) if policy.zone is None else _days_in(policy.zone, policy.deadline, handed_in)
    part = min(days * policy.late_per_day, policy.late_most)
    capped = ", the most there is" if part < days * policy.late_per_day else ""
    begun = "1 day" if days == 1 else f"{days} days"
    return Adjustment(f"late, {begun} begun: {float(part * 100):g} % less{capped}", -points * part)


def _days_of(late: timedelta) -> int:
    """The days begun, of 24 hours; what is less than an hour into a further one begins none."""
    days, rest = divmod(late, DAY)
    return days + (rest >= HOUR or not days)


def _days_in(zone: ZoneInfo, deadline: datetime, handed_in: datetime) -> int:
    """The days begun by a zone's calendar, each from the deadline's time of day to the same of the next."""
    moment, wall = handed_in.astimezone(UTC), deadline.replace(tzinfo=None)
    days = max(1, (moment - deadline.astimezone(UTC)) // DAY)  # a change of clocks makes it one more at most
    while moment > latest(wall + days * DAY, zone):
        days += 1
    return days


def counted(attempts: Sequence[Attempt], policy: Policy, own: tuple[Adjustment, ...] = ()) -> Attempt:
    """The attempt that counts, of at least one, in the order they were handed in, adjusted; own as there.

    Of equally good ones the earliest.
    """
    judged = [Attempt(adjusted(a.report, policy, a.handed_in, own), a.handed_in) for a in attempts]
    return judged[-1] if policy.attempt == "last" else max(judged, key=lambda attempt: attempt.report.final)
