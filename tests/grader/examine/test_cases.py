"""Record and replay: the same cases from the same seed, kept where they are not in the way."""

import importlib
import os
import subprocess
import sys
from array import array
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import strategies as st

from grader.autograd import over
from grader.autograd.oracle import answer
from grader.autograd.program import Census, Chain, Shape, size, trace, unpack
from grader.autograd.strategies import LARGE, expressions, forwards, shapes
from grader.autograd.subject import SUBJECT
from grader.course.properties import bonus, declared_in, graded, noted
from grader.errors import CourseError
from grader.examine.cases import Bank, each_drawn, key, recall, record
from grader.subject import pack

FIRST = [trace(lambda a, b: a + b, 2, 3), trace(lambda a: a + 0.5, -1.5)]
FILE = '''
from grader.autograd.over import LARGE, expressions
from grader.course.properties import graded
from grader.autograd.program import trace

OVER = expressions("+", numbers=LARGE, leaves=(2, 3))


@graded(points=1, first=[trace(lambda a, b: a + b, 2, 3)], over=OVER, drawn=120)
def test_sums(expected, got):
    """Sums."""
'''


def claim(expected, got):
    """Whatever is promised: here nothing is judged."""


SUMS = graded(points=1, first=FIRST, over=expressions("+", plain=True), drawn=10)(claim).prop
LARGE_SUMS = bonus(points=1, over=expressions("+", numbers=LARGE, leaves=(2, 3)), drawn=120)(claim).prop
PASSES = noted(over=forwards(shapes("Layer")), drawn=10)(claim).prop
WRITTEN = graded(points=1, first=[Chain(3), Census(Shape("Neuron", (2,)))])(claim).prop
PROPERTIES = [SUMS, LARGE_SUMS, WRITTEN, PASSES]


@pytest.fixture(scope="module")
def bank():
    return record(SUBJECT, PROPERTIES, 0)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "test_sums_of_test_cases.py"
    path.write_text(FILE)
    return path


class Told:
    """Hears what is said, and counts how often drawing began."""

    def __init__(self):
        self.sentences = []

    def __call__(self, sentence):
        self.sentences.append(sentence)

    @property
    def times(self):
        return sum(sentence.startswith("Drawing") for sentence in self.sentences)


def programs(bank, prop):
    return [unpack(bank.programs[place]) for place in bank.places(prop)]


def test_recording_twice_gives_the_same_programs_and_answers(bank):
    assert record(SUBJECT, PROPERTIES, 0).to_bytes() == bank.to_bytes()


def test_another_seed_gives_other_programs(bank):
    other = record(SUBJECT, PROPERTIES, 1)
    for prop in (0, 1, 3):
        assert set(programs(other, prop)) != set(programs(bank, prop))


def test_another_seed_gives_the_same_written_programs(bank):
    assert programs(record(SUBJECT, [WRITTEN], 1), 0) == programs(bank, 2)


def test_a_property_draws_the_same_whatever_stands_before_it(bank):
    assert programs(record(SUBJECT, [PASSES, LARGE_SUMS], 0), 1) == programs(bank, 1)


@pytest.fixture
def odd_module(tmp_path, monkeypatch):
    """A local module of numbers that hypothesis would like to try, not so many that it gives up; its name."""
    name = f"odd_constants_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(f"ODD = {list(range(1001, 1301, 2))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def test_what_is_imported_in_between_changes_nothing(bank, odd_module):
    importlib.import_module(odd_module)
    assert record(SUBJECT, PROPERTIES, 0).to_bytes() == bank.to_bytes()


def test_answers_are_the_oracles(bank):
    for prop, kink in enumerate(prop.kink for prop in PROPERTIES):
        for place in bank.places(prop):
            assert bank.answer(place) == answer(unpack(bank.programs[place]), kink)


def test_each_property_has_its_own_range_of_cases(bank):
    ranges = [bank.places(prop) for prop in range(len(PROPERTIES))]
    assert [place for places in ranges for place in places] == list(range(len(bank.programs)))
    assert [len(places) for places in ranges] == list(bank.counts)


def test_cases_come_simplest_first(bank):
    for prop in range(len(PROPERTIES)):
        sizes = [size(program) for program in programs(bank, prop)]
        assert sizes == sorted(sizes)


def test_written_programs_are_always_among_the_cases(bank):
    assert set(FIRST) <= set(programs(bank, 0))
    assert set(WRITTEN.first) == set(programs(bank, 2))


def test_written_programs_are_told_from_drawn_ones(bank):
    for prop, declared in enumerate(PROPERTIES):
        told = {unpack(bank.programs[place]) for place in bank.places(prop) if bank.is_written(place)}
        assert told == set(declared.first)


def test_no_case_is_asked_twice(bank):
    for prop in range(len(PROPERTIES)):
        assert len(set(programs(bank, prop))) == len(programs(bank, prop))


def test_at_most_as_many_cases_as_asked_are_drawn(bank):
    assert len(FIRST) < bank.counts[0] <= len(FIRST) + 10
    assert 60 <= bank.counts[1] <= 120


def test_unfit_programs_are_left_out():
    fit, unfit = trace(lambda a: a.relu(), 2), trace(lambda a: a.relu(), 0)
    prop = graded(points=1, over=st.sampled_from([unfit, fit]), drawn=10)(claim).prop
    assert programs(record(SUBJECT, [prop], 0), 0) == [fit]


def test_relu_at_its_kink_is_recorded_where_it_is_allowed():
    both = [trace(lambda a: a.relu(), number) for number in (0, 2)]
    prop = graded(points=1, over=st.sampled_from(both), drawn=10, kink=True)(claim).prop
    assert set(programs(record(SUBJECT, [prop], 0), 0)) == set(both)


def test_a_written_program_without_an_answer_is_the_authors_mistake():
    prop = graded(points=1, first=[trace(lambda a: a**-1, 0)])(claim).prop
    with pytest.raises(CourseError, match="claim"):
        record(SUBJECT, [prop], 0)


def test_drawing_goes_through_the_same_programs_every_time():
    def drawn(seed):
        seen = []
        each_drawn(LARGE_SUMS, seed, answer, lambda program, expected: seen.append((program, expected)))
        return seen

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_a_deferred_strategy_draws_what_the_strategy_itself_does():
    deferred = over.forwards(over.shapes("Layer").map(lambda shape: shape)) | over.forwards(
        over.shapes("Neuron")
    )
    itself = forwards(shapes("Layer").map(lambda shape: shape)) | forwards(shapes("Neuron"))
    pair = [graded(points=1, over=each, drawn=10)(claim).prop for each in (deferred, itself)]
    assert programs(record(SUBJECT, pair[:1], 0), 0) == programs(record(SUBJECT, pair[1:], 0), 0)


def test_what_is_tried_out_may_raise():
    class Enough(Exception):
        pass

    def never(program, expected):
        raise Enough

    with pytest.raises(Enough):
        each_drawn(SUMS, 0, answer, never)


def test_bank_survives_being_written(bank):
    back = Bank.from_bytes(SUBJECT, bank.to_bytes())
    assert back == bank
    assert [back.answer(place) for place in back.places(1)] == [bank.answer(p) for p in bank.places(1)]


def test_request_is_every_program_in_order(bank):
    lengths = tuple(unpack(packed).length for packed in bank.programs)
    assert bank.request.lengths == lengths
    assert len(bank.expected) == sum(lengths)
    assert [pack(unpack(packed)) for packed in bank.programs] == bank.programs


def test_a_bank_is_the_same_after_it_was_written(bank):
    assert Bank.from_bytes(SUBJECT, bank.to_bytes()) == bank


def test_key_is_the_same_for_the_same_file_and_seed(file):
    assert key(SUBJECT, file, 0) == key(SUBJECT, file, 0)


def test_key_changes_with_what_the_file_says(file):
    before = key(SUBJECT, file, 0)
    file.write_text(FILE.replace("leaves=(2, 3)", "leaves=(2, 4)"))
    assert key(SUBJECT, file, 0) != before


def test_key_stays_where_only_titles_points_and_comments_change(file):
    before = key(SUBJECT, file, 0)
    changed = FILE.replace('"""Sums."""', '"""Sums of two."""').replace("points=1", "points=9")
    file.write_text(changed + "\n# changed\n")
    assert key(SUBJECT, file, 0) == before


def test_key_changes_with_the_seed(file):
    assert len({key(SUBJECT, file, seed) for seed in range(5)}) == 5


def test_key_does_not_depend_on_where_the_file_lies(file, tmp_path):
    moved = tmp_path / "elsewhere" / file.name
    moved.parent.mkdir()
    moved.write_bytes(file.read_bytes())
    assert key(SUBJECT, moved, 0) == key(SUBJECT, file, 0)


def test_key_names_the_exercise(file):
    assert key(SUBJECT, file, 0).startswith("sums_of_test_cases-")


def test_drawing_is_announced_once_and_then_read_from_the_folder(file, tmp_path):
    say, folder = Told(), tmp_path / "cache"
    first = recall(SUBJECT, folder, file, 0, [SUMS], say)
    assert say.times == 1
    assert recall(SUBJECT, folder, file, 0, [SUMS], say) == first
    assert say.times == 1


def test_what_is_read_is_what_was_recorded(file, tmp_path):
    for _ in range(2):
        assert recall(SUBJECT, tmp_path / "cache", file, 0, [SUMS], Told()) == record(SUBJECT, [SUMS], 0)


def test_each_seed_has_cases_of_its_own(file, tmp_path):
    say = Told()
    one, two = (recall(SUBJECT, tmp_path / "cache", file, seed, [SUMS], say) for seed in (0, 1))
    assert say.times == 2
    assert one != two


def test_a_changed_file_is_drawn_again(file, tmp_path):
    say = Told()
    recall(SUBJECT, tmp_path / "cache", file, 0, [SUMS], say)
    file.write_text(FILE.replace("leaves=(2, 3)", "leaves=(2, 4)"))
    recall(SUBJECT, tmp_path / "cache", file, 0, [SUMS], say)
    assert say.times == 2


def test_nothing_but_the_cases_is_left_in_the_folder(file, tmp_path):
    recall(SUBJECT, tmp_path / "cache", file, 0, [SUMS], Told())
    (left,) = os.listdir(tmp_path / "cache")
    assert left.startswith(f"{key(SUBJECT, file, 0)}.")


def test_cases_that_somebody_else_put_there_are_drawn_again(file, tmp_path):
    folder, say = tmp_path / "cache", Told()
    whole = recall(SUBJECT, folder, file, 0, [SUMS], say)
    forged = replace(whole, expected=array("d", [0.0] * len(whole.expected))).to_bytes()
    (kept,) = folder.iterdir()
    for data in (forged, sha256(forged).digest() + forged, kept.read_bytes()[: -len(forged)] + forged):
        kept.write_bytes(data)
        assert recall(SUBJECT, folder, file, 0, [SUMS], say) == whole
    assert say.times == 4


@pytest.mark.parametrize("kind", ["a file", "a link to nowhere"])
def test_cases_that_cannot_be_kept_are_drawn_all_the_same_and_that_is_said(file, tmp_path, kind):
    in_the_way = tmp_path / "in the way"
    in_the_way.touch() if kind == "a file" else in_the_way.symlink_to(tmp_path / "no" / "where")
    say = Told()
    assert recall(SUBJECT, in_the_way / "cache", file, 0, [SUMS], say) == record(SUBJECT, [SUMS], 0)
    assert [sentence.partition(" in ")[0] for sentence in say.sentences] == [
        "Drawing the cases for sums_of_test_cases, once; PyTorch answers them …",
        "Nothing can be kept",
    ]


RECALL = """
import importlib
import sys
from pathlib import Path
from grader.examine.cases import recall
from grader.course.properties import declared_in
from grader.subject import load

folder, file, *others = sys.argv[1:]
for other in others:
    sys.path.insert(0, str(Path(file).parent))
    importlib.import_module(other)
bank = recall(load(), Path(folder), Path(file), 0, declared_in(Path(file)), lambda _: print("drawing"))
print(sum(bank.counts), *({"torch", "hypothesis"} & {*sys.modules}))
"""


def recalled_elsewhere(folder, file, *others):
    """What a process of its own says: whether it drew, how many cases, what it has imported."""
    command = [sys.executable, "-c", RECALL, str(folder), str(file), *others]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_recorded_cases_are_replayed_without_torch_and_without_hypothesis(file, tmp_path):
    bank = recall(SUBJECT, tmp_path, file, 0, declared_in(file), Told())
    assert recalled_elsewhere(tmp_path, file) == [str(sum(bank.counts))]


def test_another_process_draws_the_same_cases_whatever_else_it_has_imported(file, tmp_path, odd_module):
    here, there = tmp_path / "here", tmp_path / "there"
    bank = recall(SUBJECT, here, file, 0, declared_in(file), Told())
    assert recalled_elsewhere(there, file, odd_module)[:2] == ["drawing", str(sum(bank.counts))]
    say = Told()
    assert recall(SUBJECT, there, file, 0, declared_in(file), say) == bank
    assert say.sentences == []
