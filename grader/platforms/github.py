"""What GitHub is shown of a report: summary, annotations, badge and outputs.

Nothing that a student wrote comes into the log, but for the number of a line and what files are called.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from grader.agreement import close
from grader.errors import MachineError, unwritable
from grader.machine.files import replaced
from grader.model import Node, Result, Verdict
from grader.printable import WORD, harmless, printable
from grader.render.export import junit
from grader.render.results_json import classroom50, wrapped
from grader.render.results_json import github as classroom
from grader.render.text import WORDS, About, counted, in_short, points, signed, told_of
from grader.report.reading import received_from_plain
from grader.report.report import Report, error, to_plain
from grader.report.scoring import exercise_status, not_begun, score
from grader.report.words import (
    LETTERS,
    Told,
    alone_only,
    counterexample_of,
    example,
    in_words,
    line_in,
    line_of,
    number,
    numbers,
    on_one_line,
)
from grader.submission.commit import Changes

SIGNS = {
    "passed": "✅",
    "failed": "❌",
    "crashed": "💥",
    "timed_out": "⏱️",
    "not_started": "⬜",
    "not_graded": "❔",
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


def summary(report: Report, changes: Changes) -> str:
    """Notes, the score, a table of the exercises, the first counterexample folded, what does not count."""
    above = [*_notes(report), _head(report, changes), *_policies(report)]
    pieces = [*above, _table(report), *_first(report), *_elsewhere(changes), _foot(report, changes)]
    return "\n\n".join(pieces) + "\n"


def _notes(report: Report) -> Iterator[str]:
    for note in report.notes:
        yield f"> [!WARNING]\n> {escaped(cut(' '.join(note.split()), NOTE))}"


def _head(report: Report, changes: Changes) -> str:
    whole, changed = report.score, changes.exercises
    bonus = f", bonus {points(whole.bonus)} of {points(whole.most_bonus)}" if whole.most_bonus else ""
    none = (
        "No exercise has changed." if changes.base != changes.head else "There is no commit to compare with."
    )
    what = f"Changed: {', '.join(map(word, changed))}." if changed else f"{none} Every exercise is graded."
    also = [name for name in changes.graded if name not in changed]
    graded = f" Graded with what depends on it: {', '.join(map(word, also))}." if changed and also else ""
    return f"## Score: {points(report.final)} of {points(whole.most)}{bonus}\n\n{what}{graded}"


def _policies(report: Report) -> Iterator[str]:
    if report.adjustments:
        yield "\n".join(f"- {word(line.title)}: {signed(line.points)} points" for line in report.adjustments)


def _table(report: Report) -> str:
    rows = ["| exercise | result | points | what is wrong |", "|---|---|---:|---|"]
    return "\n".join([*rows, *map(_row, report.marks)])


def _row(result: Result) -> str:
    status, exercise = exercise_status(result), result.exercise
    missed = None if status == "passed" or not_begun(result) else example(result)
    wrong = word(result.diagnosis.name if result.diagnosis else missed.claim.title if missed else "")
    of = "/".join(map(points, score(result).own))
    stands = f"{SIGNS[status]} {WORDS[status]}"
    return f"| {word(exercise.name)} {word(exercise.title)} | {stands} | {of} | {wrong} |"


def _first(report: Report) -> Iterator[str]:
    """The first exercise that has something to show, folded."""
    for result in report.marks:
        missed = example(result)
        if missed is not None and (counterexample_of(missed.outcome) or error(missed.outcome)):
            yield from _what_it_does(result)
            yield f"<details><summary>The first counterexample: {word(result.exercise.name)}</summary>"
            yield from _shown(missed)
            yield "</details>"
            return


def _shown(missed: Verdict) -> Iterator[str]:
    yield word(missed.claim.title)
    if said := error(missed.outcome):
        yield block(said)
    if shown := counterexample_of(missed.outcome):
        yield block(shown.source)
        yield block("\n".join(map(str, numbers(shown))))
        if chart := flowchart(shown.graph):
            yield chart


def _what_it_does(result: Result) -> Iterator[str]:
    """The first exercise's findings: a table, and what is said beneath it."""
    shown = told_of(result)
    if shown is None:
        return
    if shown.guess:
        yield f"Probably: {word(shown.guess)} HINTS.md goes on from there: {word(shown.hint)}"
        return
    yield f"What the code does in {word(result.exercise.name)}:"
    yield "\n".join(map(_line_of_table, [shown.columns, ["---"] * len(shown.columns), *_cells(shown)]))
    more = [f"- {shown.others}"] if shown.others else []
    yield "\n".join([*(f"- {word(sentence, NOTE)}" for sentence in shown.sentences), *more])
    if shown.stake:
        yield shown.stake
    yield f"HINTS.md goes on from there: {word(shown.hint)}"


def _cells(shown: Told) -> Iterator[list[str]]:
    return ([word(on_one_line(cell), 2 * LETTERS) for cell in row] for row in shown.cells)


def _line_of_table(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _elsewhere(changes: Changes) -> Iterator[str]:
    if not changes.elsewhere:
        return
    count = _count(changes)
    yield (
        f"> [!WARNING]\n> {count} changed file{'s count' if count > 1 else ' counts'} for nothing here: "
        "the grader, its tests and the rubric are the base's, and only the exercises are this commit's."
    )
    more = [f"- … and {changes.more} more"] if changes.more else []
    listed = "\n".join([*(f"- {word(path)}" for path in changes.elsewhere), *more])
    yield f"<details><summary>Which</summary>\n\n{listed}\n\n</details>"


def _count(changes: Changes) -> int:
    """How many files have changed that count for nothing."""
    return len(changes.elsewhere) + changes.more


def _foot(report: Report, changes: Changes) -> str:
    cage = f" {CAGES[report.isolation]}" if CAGES[report.isolation] else ""
    return f"<sub>Commit {changes.head[:12]}, seed {report.seed}.{cage} {FEEDBACK}</sub>"


APART = "Changed files that count for nothing, for they are outside of the exercises"
OPEN = re.compile(r"\s*raise NotImplementedError\b")
HEADLINES = {
    "failed": "The numbers differ from PyTorch's",
    "crashed": "It raised an exception, or its process ended",
    "timed_out": "There was no answer in time",
    "not_started": "It is still as it was handed out",
    "not_graded": "It is not graded, as nobody can tell which file is meant; the summary says why",
}


def marks(
    report: Report,
    changes: Changes,
    sources: Mapping[str, str],
    folder: str,
    places: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Notes, a line for each exercise that has not passed, and a warning where other files were changed.

    sources: the exercises' texts by name, to find the lines in.
    places: their paths, where they are not all in the folder.
    """
    for note in alone_only(report.results, report.together, report.extras):
        yield command("warning", {"title": "Alone and together"}, note)
    if moved := [result.exercise.name for result in report.results if result.taken]:
        # What these files are called is the student's own words.
        yield command("warning", {"title": "Graded from other files"}, ", ".join(moved))
    for result in report.marks:
        name = result.exercise.name
        if exercise_status(result) != "passed" and name in changes.graded:
            path = (places or {}).get(name, f"{folder}/{name}.py")
            yield _annotation(result, sources.get(name, ""), path)
    if changes.elsewhere:
        yield command("warning", {"title": "Not graded"}, f"{APART}: {_count(changes)}")


def _annotation(result: Result, source: str, path: str) -> str:
    kind, name = "notice" if exercise_status(result) == "not_started" else "error", result.exercise.name
    title = f"{name}: {' of '.join(map(points, score(result).own))} points"
    place = {"file": path, "line": str(line(result, source))}
    return command(kind, place | {"title": title}, ". ".join(filter(None, _message(result))))


def _message(result: Result) -> Iterator[str]:
    status, missed, first = exercise_status(result), example(result), result.diagnosis
    yield HEADLINES[status]
    if missed is not None and not not_begun(result):
        yield in_words(error(missed.outcome) or "").rstrip(".")
        yield f"Promised: {missed.claim.title}".rstrip(".")
    if first:
        yield f'{in_short(first).rstrip(".")}. HINTS.md, "{first.hint}", goes on from there'


def line(result: Result, source: str) -> int:
    """Where to look, from 1 up.

    The line that raised, else the first finding's that is known, else the stub's open TODO, else where the
    exercise is defined.
    """
    lines, name = source.splitlines(), result.exercise.name
    raised = next(filter(None, (line_in(name, verdict.outcome) for _, verdict in counted(result))), 0)
    if 0 < raised <= len(lines):
        return raised
    if found := line_of(result.findings, len(lines)):
        return found
    for pattern in (OPEN, re.compile(rf"\s*(def|class) +{name}\b", re.IGNORECASE)):
        for at, text in enumerate(lines, start=1):
            if pattern.match(text):
                return at
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


def files(report: Report, changes: Changes, about: About) -> tuple[Report, dict[str, str]]:
    """What is shown of a report, and every file that is made of it, by name.

    report.json is the report with one more key, changes. It is read as the comment on a pull request reads
    it, so that what is shown in the job is what is shown there.
    """
    said = {key: list(each) if isinstance(each, tuple) else each for key, each in asdict(changes).items()}
    plain = to_plain(report) | {"changes": said}
    shown, _ = received_from_plain(plain)
    return shown, {
        "report.json": json.dumps(plain, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        "summary.md": summary(shown, changes),
        "badge.svg": badge(shown),
        "junit.xml": junit(report, about),
        "classroom.json": classroom(report, about),
        "result.json": classroom50(report, about),
    }


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write the files; raises UsageError where they cannot be, MachineError where there is no room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replaced(folder / name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise unwritable(error, f"cannot write to {folder}", "choose another place: --out") from None


def runner(
    report: Report,
    changes: Changes,
    texts: Mapping[str, str],
    surroundings: Mapping[str, str] = os.environ,
) -> None:
    """Append to the files from which GitHub's runner takes outputs and the summary, if there are any."""
    whole = report.score
    outputs = {
        "score": points(report.final),
        "max-score": points(whole.most),
        "bonus": points(whole.bonus),
        "passed": str(report.all_passed).lower(),
        "graded": " ".join(changes.graded),
        "elsewhere": str(_count(changes)),
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


def overview(report: Report, changes: Changes) -> str:
    """Notes, and a line for each exercise; of the commit it has nothing but what files are called."""
    lines = [_line(result) for result in report.marks]
    total = f"score      {points(report.final)} of {points(report.score.most)}"
    apart = [f"{APART}: {_count(changes)}"] if _count(changes) else []
    notes = (harmless(printable(note)) for note in report.notes)
    return "\n".join([*notes, *lines, total, *apart]) + "\n"


def _line(result: Result) -> str:
    of = "/".join(map(points, score(result).own))
    return f"{result.exercise.name:<10} {WORDS[exercise_status(result)]:<12} {of}"


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
LARGEST_CHART = 24  # nodes


def flowchart(graph: Sequence[Node]) -> str:
    """A fenced block that GitHub draws; nothing for a graph too large to be looked at."""
    if not 0 < len(graph) <= LARGEST_CHART:
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
        return f"{what} {number(expected)}"
    return f"{what} {number(expected)}, got {number(got)}"


LETTER = 7  # pixels, about, of a letter at 11 pixels
MARGIN = 12
LABEL = "grade"
# From the share of points that is needed for it; dark enough for white letters.
COLOURS = ((1.0, "#2b7a0b"), (0.75, "#5b7300"), (0.5, "#8a6100"), (0.0, "#a8321f"))


def badge(report: Report) -> str:
    """An SVG that says the points out of the most there are."""
    got, most = report.final, report.score.most
    value = f"{points(got)}/{points(most)}"
    share = got / most if most else 0
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
