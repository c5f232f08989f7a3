"""What the learner's commands print: hints, the list, the model after a pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from grader.learner.hints import Hint
from grader.learner.history import Mark
from grader.learner.searching import Found
from grader.learner.solution import Model
from grader.printable import harmless, printable
from grader.render.terminal import LOOK, points, tell_on_top

THEME = "ansi_dark"  # the terminal's own colours, which suit its background
CODE = Theme({"markdown.code": "bold cyan"})  # on the terminal's own background, whichever that is
SHOWN = 4
STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show_hint(console: Console, hint: Hint, again: bool) -> None:
    """A hint, and where it stands among the others; again: whether asking once more gives another."""
    console.print(Rule(Text(hint.title, style="bold"), align="left", style="dim"))
    console.print()
    with console.use_theme(CODE):
        console.print(Markdown(hint.text, code_theme=THEME, hyperlinks=False))
    console.print()
    console.print(Text(_place(hint, again), style="dim"))


def _place(hint: Hint, again: bool) -> str:
    command = f"make hint EX={hint.exercise}"
    if not hint.level:
        return f"that is about your {hint.exercise}.py as it is; again for more: {command}"
    where = f"level {hint.level} of {hint.of}"
    if not again:
        return where
    return f"{where}, the last one" if hint.last else f"{where}; again for the next: {command}"


def show_list(
    console: Console,
    found: Sequence[Found],
    names: Sequence[str],
    marks: Mapping[str, Mark],
    files: Mapping[str, str],
    notes: Sequence[str] = (),
) -> None:
    """Exercises with what they are worth and where they stand, and what in them was searched for.

    names: of all exercises, in order.
    marks, files: what each had at its last grade, and the digest of its file now.
    notes: what stands above them, a sentence each.
    """
    tell_on_top(console, notes)
    grid = Table.grid(padding=(0, 2))
    for exercise in (each.exercise for each in found):
        grid.add_row(
            str(names.index(exercise.name) + 1),
            Text(printable(exercise.name)),
            Text(printable(exercise.title), style="dim"),
            f"{points(exercise.points)} points",
            *([_state(marks.get(exercise.name), files.get(exercise.name, ""))] if marks else []),
        )
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    for each in found:
        _matches(console, each)


def _state(mark: Mark | None, file: str) -> Text:
    """An exercise's status, with its points where these are neither all nor none, and whether it is old."""
    if mark is None:
        return Text("")
    word, style = LOOK[mark.status]
    part = f"{points(mark.points)}/{points(mark.most)}" if 0 < mark.points < mark.most else ""
    changed = "changed since" if mark.file and mark.file != file else ""
    return Text(word, style=style) + Text("".join(f", {more}" for more in (part, changed) if more), "dim")


def _matches(console: Console, found: Found) -> None:
    """What in an exercise was searched for."""
    lines = [*found.properties, *(f"make hint: {title.partition(': ')[2]}" for title in found.hints)]
    if not lines:
        return
    console.print(Text(f"\n{printable(found.exercise.name)}", style="bold"))
    for line in lines[:SHOWN]:
        console.print(Padding(Text(printable(line)), (0, 0, 0, 2)))
    if len(lines) > SHOWN:
        console.print(f"  … and {len(lines) - SHOWN} more")


def show_model(console: Console, model: Model) -> None:
    """The model in colours, then what is different in the student's."""
    name = printable(model.exercise)
    console.print(Rule(Text(f"{name}: the model", style="bold"), align="left", style="dim"))
    console.print()
    code = Syntax("", "python", theme=THEME).highlight(model.source)
    console.print(code, soft_wrap=True)
    console.print(Rule(Text("from yours to the model", style="bold"), align="left", style="dim"))
    console.print()
    # The heading says what its first two lines say.
    for line in model.diff[2:]:
        console.print(_diff_line(line), soft_wrap=True)
    if not model.diff:
        console.print("There is no difference: line by line, yours is the model.")


def _diff_line(line: str) -> RenderableType:
    return Text(harmless(printable(line.expandtabs(4))), style=STYLES.get(line[:1], ""))
