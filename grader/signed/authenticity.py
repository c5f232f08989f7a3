"""What a report that should be signed turns out to be, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from grader.printable import printable
from grader.signed.signing import Over


@dataclass(frozen=True, slots=True)
class Genuine:
    """Signed with the key, unaltered, and what it was claimed to be.

    over: what the signature speaks of.
    value: the signature's own, the same for the same report.
    """

    key: str
    over: Over
    value: str


@dataclass(frozen=True, slots=True)
class Altered:
    """Said to be signed with the key, but with other content."""

    key: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A report without a signature."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Said to be signed with another key, so nothing can be told of it.

    key: that key's id.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """No report at all; why, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Swapped:
    """Genuine, but of another person or another submission than claimed; None is nobody."""

    of: Literal["person", "submission"]
    signed: str | None
    claimed: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Genuine, but made for another occasion.

    of: it is of another course or seed; or the same person has a report that is not older, or the very
        same report is there twice.
    signed: what it was made for: the digest, the seed, when it was handed in, or the signature.
    instead: what would be right: a digest or a seed, or the other report's file; None where that cannot
        be told.
    """

    of: Literal["course", "seed", "handed_in", "signature"]
    signed: str | None
    instead: str | None


Verdict = Genuine | Altered | Unsigned | ForeignKey | Malformed | Swapped | Replayed


def describe(verdict: Verdict) -> str:
    """A verdict in one sentence, fit to be shown."""
    return printable(_sentence(verdict))


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Genuine(key, about):
            whose = "" if about.person is None else f" for {about.person}"
            when = "" if about.handed_in is None else f", handed in {about.handed_in}"
            return f"Genuine: it was signed with the key {key}{whose}{when}."
        case Altered(key):
            return f"Altered: this is not what was signed with the key {key}."
        case Unsigned():
            return "Unsigned: anybody may have written it."
        case ForeignKey(key):
            return f"Signed with another key, {key}: nothing can be told of it without that key."
        case Malformed(why):
            return f"Malformed: {why}."
        case Swapped(of, signed, claimed):
            return f"Swapped: it is the report of {_of(of, signed)}, not of {_of(of, claimed)}."
        case Replayed():
            return _again(verdict)
        case _:
            assert_never(verdict)


def _of(kind: Literal["person", "submission"], what: str | None) -> str:
    if what is None:
        return "anybody" if kind == "person" else "any submission"
    return what if kind == "person" else f"submission {what}"


def _again(verdict: Replayed) -> str:
    signed, instead = verdict.signed or "none", verdict.instead
    match verdict.of:
        case "course" | "seed":
            right = f"not {instead}" if instead else "and others here are from another"
            return f"Replayed: it is from the {verdict.of} {signed}, {right}."
        case "handed_in":
            when = f"in {verdict.signed}" if verdict.signed else "in at a time that it does not say"
            return f"Replayed: it was handed {when}, and {instead} is the same person's and not older."
        case "signature":
            return f"Replayed: it is the same report as {instead}."
        case _:
            assert_never(verdict.of)
