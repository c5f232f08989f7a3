"""What the watch shows and what its keys do, without a terminal."""

import shutil
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grader.course.course import Course
from grader.model import Crashed, NotGraded, NotStarted, Passed, Result, Verdict
from grader.watch.board import Board, Drawn, Findings, Hinted, Keys, Listing
from grader.watch.loop import Actions
from grader.watch.screen import Screen, named, part, shortened

RELU_EVERYWHERE = "def relu(self):\n    out = type(self)(self.data)\n    return out\n"


@pytest.fixture(scope="module")
def passes(course, examined, solutions):
    """A result that passed for any mark."""
    claims = [verdict.claim for verdict in examined("add", solutions).verdicts]

    def make(name):
        mark = next(part for part in course.parts if part.name == name)
        return Result(mark, tuple(Verdict(claim, Passed(3)) for claim in claims))

    return make


@pytest.fixture(scope="module")
def failed(examined, solutions):
    return examined("relu", {**solutions, "relu": RELU_EVERYWHERE})


@pytest.fixture
def board(course):
    return Board.first(course, 0.0)


@pytest.fixture
def settled(board, passes, failed):
    """After the first round: add has passed, relu failed, all others are as good as add."""
    for name in board.names:
        board = board.graded(failed if name == "relu" else passes(name), 1.0)
    return board


def text(board, width=80, height=24, now=2.0):
    console = Console(width=width, height=height, file=StringIO(), force_terminal=True, color_system=None)
    console.print(Screen(board, now, "exercises"), end="")
    return console.file.getvalue()


# The board


def test_first_round_ends_at_the_first_exercise_that_has_not_passed(settled):
    assert (settled.current, settled.page, settled.waiting) == ("relu", Findings(), ())


def test_first_round_ends_at_what_was_written_rather_than_at_a_stub(board, passes, failed):
    for name in board.names:
        stub = tuple(Verdict(v.claim, NotStarted("it is still the stub")) for v in failed.verdicts)
        result = failed if name == "relu" else replace(passes(name), verdicts=stub)
        board = board.graded(result, 1.0)
    assert board.current == "relu"


def test_file_of_another_name_is_told_with_the_verdict(settled, passes):
    assert "Graded from files of another name or place: add from add (1).py." in text(
        settled.graded(replace(passes("add"), taken="add (1).py"), 2.0).at("add")
    )


def test_exercise_of_which_no_file_plainly_counts_says_why(settled, passes):
    reason = "add.py is not there; a.py and b.py define add, and nothing says which of them counts"
    unclear = tuple(Verdict(v.claim, NotGraded(reason)) for v in passes("add").verdicts)
    shown = text(settled.graded(replace(passes("add"), verdicts=unclear), 2.0).at("add"))
    assert " ".join(shown.split()).find(f"add is not graded: {reason}.") > 0


def test_saved_exercise_is_graded_before_all_that_wait(board):
    saved = board.saved(frozenset({"pow"}), {"pow"}, 1.0)
    assert saved.waiting == ("pow", "add", "mul", "relu", "backward", "neuron", "layer", "mlp")
    assert saved.current == "pow"


def test_several_saved_at_once_leave_the_student_where_he_is(settled):
    saved = settled.saved(frozenset({"pow", "add"}), {"pow", "add"}, 1.0)
    assert (saved.current, saved.waiting) == ("relu", ("add", "pow"))


def test_pass_does_not_go_on_by_itself(settled, passes):
    passed = settled.saved(frozenset({"relu"}), {"relu"}, 2.0).graded(passes("relu"), 2.1)
    assert passed.current == "relu"
    assert passed.seconds == pytest.approx(0.1)


def test_last_pass_has_all_of_them_graded_together(settled, passes):
    passed = settled.saved(frozenset({"relu"}), {"relu"}, 2.0).graded(passes("relu"), 2.1)
    assert passed.waiting == ("together",)
    assert passed.graded(passes("together"), 2.2).waiting == ()


def test_last_mark_is_forgotten_when_a_part_of_it_is_saved(settled, passes):
    done = settled.graded(passes("relu"), 2.0).graded(passes("together"), 2.1)
    assert "together" not in done.saved(frozenset({"add"}), {"add"}, 3.0).results


def test_what_passes_alone_and_not_together_is_said_above_all_until_the_next_save(settled, passes):
    passed = settled.graded(passes("relu"), 2.0)
    last = passes("together")
    missed = replace(
        last, verdicts=tuple(Verdict(v.claim, Crashed(3, "KeyError: 'x'")) for v in last.verdicts)
    )
    board = passed.graded(missed, 2.1)
    for shown in (board, board.at("add"), board.at("together")):
        assert "Every exercise passes alone. Together, with all parts your own," in text(shown)
    assert "Well done" not in text(board.at("add"))
    assert "EX=together" not in text(board.at("together"), height=16)
    assert "passes alone" not in text(board.saved(frozenset({"add"}), {"add"}, 3.0))
    assert "passes alone" not in text(passed.graded(last, 2.1))


def test_early_verdict_is_shown_while_the_rest_is_still_under_way(settled, passes):
    early = settled.saved(frozenset({"add"}), {"add"}, 2.0).graded(passes("add"), 2.1, final=False)
    assert not early.checking("add")
    assert early.waiting == ("add",)
    assert early.graded(passes("add"), 9.0).seconds == pytest.approx(0.1)


def test_next_is_the_next_that_has_not_passed_and_wraps(settled, failed, course):
    other = Result(course.exercises[0], failed.verdicts)
    board = settled.graded(other, 1.0).at("relu")
    assert board.next().current == "add"
    assert board.next().next().current == "relu"


def test_next_stays_where_nothing_else_is_left(settled):
    assert settled.next().current == "relu"
    assert "only one left" in settled.next().note


# The keys


def pressed(board, course, *keys):
    actions = Actions(course)
    for key in keys:
        board = actions.pressed(board, key)
    return board


def test_number_goes_to_that_exercise(settled, course):
    assert pressed(settled, course, "l", "2").current == "mul"
    assert pressed(settled, course, "9").current == "together"


def test_list_and_keys_are_pages_and_escape_leads_back(settled, course):
    assert pressed(settled, course, "l").page == Listing()
    assert pressed(settled, course, "?").page == Keys()
    assert pressed(settled, course, "?", "escape").page == Findings()


@pytest.fixture
def own(tmp_path, course):
    """A course of its own with the actions on it."""
    for name in ("course.toml", "HINTS.md"):
        shutil.copy(course.root / name, tmp_path)
    for name in ("solutions", "exercises"):
        shutil.copytree(course.root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Course.load(tmp_path)


def test_every_hint_says_more_than_the_one_before(settled, own):
    actions, texts = Actions(own), []
    board = settled.at("add")
    for _ in range(3):
        board = actions.pressed(board, "h")
        assert isinstance(board.page, Hinted)
        texts.append(board.page.hint.text)
    assert len(set(texts)) == 3


def test_reset_asks_before_it_does_anything(settled, own):
    file = own.root / "exercises" / "relu.py"
    file.write_text("mine")
    asked = pressed(settled, own, "r")
    assert asked.resetting
    assert file.read_text() == "mine"
    assert not pressed(asked, own, "n").resetting
    assert file.read_text() == "mine"


@pytest.mark.parametrize("again", ["r", "y"])
def test_reset_puts_the_stub_back_and_keeps_what_was_there(settled, own, again):
    file = own.root / "exercises" / "relu.py"
    file.write_text("mine")
    done = pressed(settled, own, "r", again)
    assert "TODO" in file.read_text()
    assert (own.root / done.kept.rpartition(": ")[2]).read_text() == "mine"


def test_graph_is_drawn_into_a_file(settled, own):
    page = pressed(settled, own, "g").page
    assert isinstance(page, Drawn)
    assert (own.root / page.path).read_text().startswith("<svg")


def test_pass_has_no_graph_to_draw(settled, own):
    assert "no counterexample" in pressed(settled.at("add"), own, "g").note


def test_what_is_pasted_presses_no_key():
    assert named(b"error in the second row") == ""


def test_held_key_is_pressed_once():
    assert named(b"rrr") == "r"


@pytest.mark.parametrize("data", [b"\x1b[1;5C", b"\xc3\xa4", b"\x00", b"\x1bq"])
def test_keys_that_mean_nothing_do_nothing(data):
    assert named(data) == ""


# The screen

SIZES = [(80, 24), (120, 40), (60, 15), (200, 60)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("page", [Findings(), Listing(), Keys()])
def test_screen_is_as_high_as_the_terminal_and_no_wider(settled, width, height, page):
    lines = text(settled.shows(page), width, height).split("\n")
    assert lines.pop() == ""
    assert len(lines) == height
    assert max(map(len, lines)) <= width


def test_counterexample_that_does_not_fit_is_shortened_and_says_how_to_see_all(settled):
    small = text(settled, 80, 18)
    assert "grader grade --exercise relu" in small
    assert "What your code does:" in small
    assert "<-- differs" in text(settled, 80, 24)
    parts = "".join(text(settled.turn(turn), 80, 18) for turn in (1, 2, 3, 4))
    for line in text(settled, 80, 60).split("\n")[3:30]:
        assert line in parts


def test_screen_says_checking_at_once_and_for_how_long(settled):
    saved = settled.saved(frozenset({"relu"}), {"relu"}, 10.0)
    saved = replace(saved, ready=True)
    assert "relu: max(0, a)  checking …" in text(saved, now=10.0)
    assert "checking … 7 s" in text(saved, now=17.4)


def test_text_of_the_student_cannot_steer_the_terminal(settled, course):
    claim = settled.results["add"].verdicts[0].claim
    crash = Crashed(1, "ValueError: \x1b[2J\x1b]0;title\x07 \u202e", ("add.py, line 1, in \x1b[H",))
    board = settled.graded(Result(course.exercises[0], (Verdict(claim, crash),)), 1.0).at("add")
    plain = text(board)
    assert "\x1b[2J" not in plain
    assert "\x1b]0" not in plain
    assert "\u202e" not in plain
    assert "\\x1b[2J" in plain


def test_program_gives_way_before_the_numbers_do():
    lines = shortened(["title"], [""] + ["code"] * 9, ["", "1", "2"], ["does"], [], 10, "…")
    assert lines == ["title", "", "…", *["code"] * 3, "", "1", "2", "does"]


def test_what_the_code_does_stays_when_why_and_the_program_have_given_way():
    does, numbers = ["does"] * 4, ["", "1", "2"]
    verdict = ["title"], [""] + ["code"] * 9, numbers, does, ["why", "hint"]
    assert shortened(*verdict, 14, "…") == ["title", "", "…", *["code"] * 3, *numbers, *does, "why"]
    assert shortened(*verdict, 12, "…") == ["title", *numbers, *does, "why", "hint"]
    assert shortened(*verdict, 8, "…") == ["title", *numbers, *does]
    assert shortened(*verdict, 6, "…") == ["title", *does, "why"]
    assert shortened(*verdict, 3, "…") == ["title", "does", "does"]


def test_last_part_is_followed_by_the_first():
    assert part("abcde", 2, 2) == (["e"], 2, 3)
    assert part("abcde", 3, 2) == (["a", "b"], 0, 3)
