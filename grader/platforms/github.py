"""What GitHub is shown of a report: summary, annotations, badge and outputs.

Nothing that a student wrote comes into the log, but for the number of a line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.agreement import close
from grader.errors import MachineError, UsageError
from grader.machine.files import replaced
from grader.model import Node
from grader.printable import WORD, printable
from grader.render.junit import render as junit
from grader.render.results_json import classroom50, wrapped
from grader.render.results_json import github as classroom
from grader.render.text import About
from grader.report.reading import Part, Promise, Seen, brief, first_missed
from grader.report.reading import seen as shown
from grader.report.report import Report, to_plain
from grader.report.words import in_words, numbers
from grader.report.words import number as plain_number
from grader.submission.commit import Changes

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


APART = "Changed files that count for nothing, for they are outside of the exercises"
OPEN = re.compile(r"\s*raise NotImplementedError\b")
HEADLINES = {
    "failed": "The numbers differ from PyTorch's",
    "crashed": "It raised an exception, or its process ended",
    "timed_out": "There was no answer in time",
    "not_started": "It is still as it was handed out",
}


def marks(seen: Seen, sources: Mapping[str, str], folder: str) -> Iterator[str]:
    """Notes, a line for each exercise that has not passed, and a warning where other files were changed.

    sources: the exercises' texts by name, to find the lines in.
    """
    for note in seen.notes:
        yield command("warning", {"title": "Alone and together"}, note)
    for part in seen.parts:
        if part.status != "passed" and part.name in seen.changes.graded:
            yield _annotation(part, sources.get(part.name, ""), folder)
    if seen.changes.elsewhere:
        count = len(seen.changes.elsewhere) + seen.changes.more
        yield command("warning", {"title": "Not graded"}, f"{APART}: {count}")


def _annotation(part: Part, source: str, folder: str) -> str:
    kind = "notice" if part.status == "not_started" else "error"
    title = f"{part.name}: {brief(part.points)} of {brief(part.most)} points"
    place = {"file": f"{folder}/{part.name}.py", "line": str(line(part, source))}
    return command(kind, place | {"title": title}, ". ".join(filter(None, _message(part))))


def _message(part: Part) -> Iterator[str]:
    yield HEADLINES[part.status]
    missed = first_missed(part)
    if missed is not None and part.status != "not_started":
        yield in_words(missed.error).rstrip(".")
        yield f"Promised: {missed.title}".rstrip(".")
    if part.probably:
        yield f'Probably: {part.probably.rstrip(".")}. HINTS.md, "{part.hint}", goes on from there'


def line(part: Part, source: str) -> int:
    """Where to look: the line that raised, else the stub's open TODO, else where the exercise is defined."""
    lines = source.splitlines()
    raised = next((promise.line for promise in part.promises if promise.line), 0)
    if 0 < raised <= len(lines):
        return raised
    for pattern in (OPEN, re.compile(rf"\s*(def|class) +{part.name}\b", re.IGNORECASE)):
        for number, text in enumerate(lines, start=1):
            if pattern.match(text):
                return number
    return 1


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """A workflow command; whatever would end it, or begin another, is escaped."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    """One line: the runner knows only these escapes, and looks for its older commands anywhere in a line."""
    return printable(WORD.sub("## ", text).replace("%", "%25"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def files(report: Report, changes: Changes, about: About) -> tuple[Seen, dict[str, str]]:
    """What is shown of a report, and every file that is made of it, by name.

    report.json is the report with one more key, changes.
    """
    plain = to_plain(report) | {"changes": _changes(changes)}
    seen = shown(plain)
    return seen, {
        "report.json": json.dumps(plain, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        "summary.md": summary(seen),
        "badge.svg": badge(seen),
        "junit.xml": junit(report, about),
        "classroom.json": classroom(report, about),
        "result.json": classroom50(report, about),
    }


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "base": changes.base,
        "head": changes.head,
        "exercises": list(changes.exercises),
        "graded": list(changes.graded),
        "elsewhere": list(changes.elsewhere),
        "more": changes.more,
    }


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write the files; raises UsageError where they cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replaced(folder / name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder}: {error.strerror}", "choose another place: --out"
        ) from None


def runner(seen: Seen, texts: Mapping[str, str], surroundings: Mapping[str, str] = os.environ) -> None:
    """Append to the files from which GitHub's runner takes outputs and the summary, if there are any."""
    outputs = {
        "score": brief(seen.points),
        "max-score": brief(seen.most),
        "bonus": brief(seen.bonus),
        "passed": str(seen.all_passed).lower(),
        "graded": " ".join(seen.changes.graded),
        "elsewhere": str(len(seen.changes.elsewhere) + seen.changes.more),
    }
    lines = "".join(f"{name}={value}\n" for name, value in outputs.items()) + wrapped(texts["classroom.json"])
    for variable, text in (("GITHUB_OUTPUT", lines), ("GITHUB_STEP_SUMMARY", texts["summary.md"])):
        if path := surroundings.get(variable):
            try:
                with open(path, "a", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                what = f"cannot write to {path}, the file of {variable}: {error.strerror}"
                raise MachineError(what, "make room there; what was graded is printed above") from None


def overview(seen: Seen) -> str:
    """Notes, and a line for each exercise; nothing in it is from the commit."""
    lines = [f"{p.name:<10} {_said(p.status):<12} {brief(p.points)}/{brief(p.most)}" for p in seen.parts]
    score = f"score      {brief(seen.points)} of {brief(seen.most)}"
    return "\n".join([*seen.notes, *lines, score, *_apart(seen)]) + "\n"


def _said(status: str) -> str:
    return SIGNS[status].partition(" ")[2]


def _apart(seen: Seen) -> list[str]:
    count = len(seen.changes.elsewhere) + seen.changes.more
    return [f"{APART}: {count}"] if count else []


LONGEST_WORD = 120
LINE = 160
LINES = 60
# What is left of ASCII carries no meaning in Markdown, HTML, Mermaid or a runner's log.
SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")


def escaped(text: str) -> str:
    """One line of text with everything as an HTML entity that could mean more than itself."""
    return SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def word(text: str, most: int = LONGEST_WORD) -> str:
    """A short text on a line, or in a table's cell; a name in it calls nobody."""
    return f"<code>{escaped(cut(' '.join(text.split()), most))}</code>" if text.strip() else ""


def block(text: str) -> str:
    """Some lines as they are, for a line of their own."""
    lines = text.rstrip().split("\n")
    shown = [escaped(cut(line, LINE)) for line in lines[:LINES]]
    more = [f"… and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join(["<pre>", *shown, *more, "</pre>"])


def cut(text: str, most: int) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= most else f"{text[:most]}…"


SPECIAL_IN_MERMAID = re.compile(r"[^A-Za-z0-9 ]")
MOST = 24


def flowchart(graph: Sequence[Node]) -> str:
    """A fenced block that GitHub draws; nothing for a graph too large to be looked at."""
    if not 0 < len(graph) <= MOST:
        return ""
    place = {node.name: f"n{at}" for at, node in enumerate(graph)}
    lines = ["```mermaid", "flowchart BT"]
    for node in graph:
        lines.append(f'  {place[node.name]}["{_label(node)}"]')
        lines += [f"  {place[name]} --> {place[node.name]}" for name in dict.fromkeys(node.operands)]
    wrong = [place[node.name] for node in graph if node.suspect]
    style = ["  classDef differs stroke:#c00,stroke-width:3px", f"  class {','.join(wrong)} differs"]
    return "\n".join([*lines, *(style if wrong else []), "```"])


def _label(node: Node) -> str:
    """How the node was made, then what was expected of it and what was got, a line each."""
    lines = [f"{node.name} = {node.formula}", _pair("data", node.data), _pair("grad", node.grad)]
    # Mermaid's own entities; the line break is the one thing in a label that is ours.
    return "<br/>".join(SPECIAL_IN_MERMAID.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)


def _pair(what: str, pair: tuple[float, float | None]) -> str:
    expected, got = pair
    if got is None or close(got, expected):
        return f"{what} {plain_number(expected)}"
    return f"{what} {plain_number(expected)}, got {plain_number(got)}"


LETTER = 7  # pixels, about, of a letter at 11 pixels
MARGIN = 12
LABEL = "grade"
# From the share of points that is needed for it; dark enough for white letters.
COLOURS = ((1.0, "#2b7a0b"), (0.75, "#5b7300"), (0.5, "#8a6100"), (0.0, "#a8321f"))


def badge(seen: Seen) -> str:
    """An SVG that says the points out of the most there are."""
    value = f"{brief(seen.points)}/{brief(seen.most)}"
    share = seen.points / seen.most if seen.most else 0.0
    colour = next(colour for least, colour in COLOURS if share >= least)
    left, right = (len(text) * LETTER + MARGIN for text in (LABEL, value))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{value}">
<title>{LABEL}: {value}</title>
<rect width="{left + right}" height="20" rx="3" fill="#444"/>
<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2:g}" y="14">{LABEL}</text>
<text x="{left + right / 2:g}" y="14">{value}</text>
</g>
</svg>
"""
