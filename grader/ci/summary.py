"""A graded commit in Markdown: the job's summary, and the comment on the pull request."""

from __future__ import annotations

from collections.abc import Iterator

from grader.ci.markdown import block, cut, escaped, word
from grader.ci.mermaid import flowchart
from grader.ci.seen import Part, Promise, Seen, brief, first_missed
from grader.words import numbers

SIGNS = {
    "passed": "✅ passed",
    "failed": "❌ failed",
    "crashed": "💥 crashed",
    "timed_out": "⏱️ timed out",
    "not_started": "⬜ not started",
}
CAGES = {
    "full": "",
    "reduced": "The sandbox was weaker than it should be.",
    "none": "There was no sandbox.",
}
NOTE = 500  # letters of one that are shown
FEEDBACK = (
    "This is feedback, not the mark: a pull request can change the workflow that grades it. "
    "Marks come from the collected commits."
)


def summary(seen: Seen) -> str:
    """Notes, the score, a table of the exercises, the first counterexample folded, what does not count."""
    above = [*_notes(seen), _head(seen), *_policies(seen)]
    pieces = [*above, _table(seen), *_first(seen), *_elsewhere(seen), _foot(seen)]
    return "\n\n".join(pieces) + "\n"


def _notes(seen: Seen) -> Iterator[str]:
    for note in seen.notes:
        yield f"> [!WARNING]\n> {escaped(cut(' '.join(note.split()), NOTE))}"


def _head(seen: Seen) -> str:
    bonus = f", bonus {brief(seen.bonus)} of {brief(seen.most_bonus)}" if seen.most_bonus else ""
    changed = seen.changes.exercises
    what = f"Changed: {', '.join(map(word, changed))}." if changed else "No exercise has changed."
    also = [name for name in seen.changes.graded if name not in changed]
    graded = f" Graded with what depends on it: {', '.join(map(word, also))}." if changed and also else ""
    return f"## Score: {brief(seen.points)} of {brief(seen.most)}{bonus}\n\n{what}{graded}"


def _policies(seen: Seen) -> Iterator[str]:
    if seen.adjustments:
        yield "\n".join(f"- {word(title)}: {points:+g} points" for title, points in seen.adjustments)


def _table(seen: Seen) -> str:
    rows = ["| exercise | result | points | what is wrong |", "|---|---|---:|---|"]
    return "\n".join([*rows, *map(_row, seen.parts)])


def _row(part: Part) -> str:
    missed = first_missed(part) if part.status not in ("passed", "not_started") else None
    wrong = word(part.probably or (missed.title if missed else ""))
    points = f"{brief(part.points)}/{brief(part.most)}"
    return f"| {word(part.name)} {word(part.title)} | {SIGNS[part.status]} | {points} | {wrong} |"


def _first(seen: Seen) -> Iterator[str]:
    """The first exercise that has something to show, folded."""
    for part in seen.parts:
        promise = first_missed(part)
        if promise is not None and (promise.counterexample or promise.error):
            yield f"<details><summary>The first counterexample: {word(part.name)}</summary>"
            yield from _shown(promise)
            yield from _probably(part)
            yield "</details>"
            return


def _shown(promise: Promise) -> Iterator[str]:
    yield word(promise.title)
    if promise.error:
        yield block(promise.error)
    if shown := promise.counterexample:
        yield block(shown.source)
        yield block("\n".join(numbers(shown)))
        if chart := flowchart(shown.graph):
            yield chart


def _probably(part: Part) -> Iterator[str]:
    if part.probably:
        yield f"Probably: {word(part.probably)} HINTS.md goes on from there: {word(part.hint)}"


def _elsewhere(seen: Seen) -> Iterator[str]:
    changes = seen.changes
    if not changes.elsewhere:
        return
    count = len(changes.elsewhere) + changes.more
    yield (
        f"> [!WARNING]\n> {count} changed file{'s count' if count > 1 else ' counts'} for nothing here: "
        "the grader, its tests and the rubric are the base's, and only the exercises are this commit's."
    )
    more = [f"- … and {changes.more} more"] if changes.more else []
    listed = "\n".join([*(f"- {word(path)}" for path in changes.elsewhere), *more])
    yield f"<details><summary>Which</summary>\n\n{listed}\n\n</details>"


def _foot(seen: Seen) -> str:
    cage = f" {CAGES[seen.isolation]}" if CAGES[seen.isolation] else ""
    return f"<sub>Commit {seen.changes.head[:12]}, seed {seen.seed}.{cage} {FEEDBACK}</sub>"
