"""What goes between a worker and its parent: requests one way, numbers and words the other."""

import marshal
import math
import os
import struct
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Numbers, Raised
from grader.sandbox import launch
from grader.worker import wire
from grader.worker.child import FRAME_LIMIT
from grader.worker.wire import a

NONCE = b"\x8ananonce"


class Ends:
    """An answer to be written, and the parent's lane that it arrives in."""

    def __init__(self, counted=False):
        (self.requests, to), (numbers, to_numbers), (texts, to_texts) = (os.pipe() for _ in range(3))
        self.lane = launch.Lane(to, numbers, texts)
        self.answer = wire.Answer(to_numbers, to_texts, NONCE, counted=counted)

    def read(self, lengths):
        """What the parent makes of the answer."""
        frames = launch.Frames(NONCE, lengths)
        assert self.lane.exchange(b"", frames, time.monotonic() + 20) is launch.End.ANSWERED
        return launch.answers(frames, self.lane.texts_said())

    def close(self):
        for fd in (self.requests, self.answer.numbers_fd, self.answer.text_fd):
            os.close(fd)
        self.lane.close()


@pytest.fixture
def ends():
    ends = Ends()
    yield ends
    ends.close()


def test_both_ends_of_the_pipe_mean_the_same():
    assert (wire.OK, wire.RAISED, wire.MISFIT) == (launch.OK, launch.RAISED, launch.MISFIT)


def test_every_text_of_one_answer_has_room_in_the_parent():
    most = wire.TEXTS * (2 + wire.TEXT_LIMIT)
    assert most <= min(launch.TEXT_MOST, launch.CHUNK)
    assert wire.TEXT_LIMIT <= launch.TEXT_LONGEST
    assert 1 + FRAME_LIMIT <= launch.LINES


LINES = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20)


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.lists(st.floats(allow_nan=False), max_size=4), LINES), max_size=30), st.booleans()
)
def test_what_the_worker_answers_is_what_the_parent_sees(things, counted):
    ends = Ends(counted)
    for thing in things:
        if isinstance(thing, str):
            ends.answer.trouble(wire.RAISED, thing)
        else:
            ends.answer.numbers(thing)
    ends.answer.end()
    seen = ends.read([-9 if counted else len(thing) for thing in things])
    ends.close()
    assert seen == [Raised(t, ()) if isinstance(t, str) else Numbers(tuple(t)) for t in things]


def test_long_text_is_cut(ends):
    ends.answer.trouble(wire.RAISED, "x" * 10_000_000)
    ends.answer.end()
    assert ends.read([1]) == [Raised("x" * wire.TEXT_LIMIT, ())]


def test_text_cut_within_a_letter_is_still_text(ends):
    ends.answer.trouble(wire.RAISED, "x" + "ü" * 1000)
    ends.answer.end()
    (raised,) = ends.read([1])
    assert raised.error.startswith("xü")
    assert raised.error.endswith("ü\N{REPLACEMENT CHARACTER}")


def test_half_a_surrogate_pair_can_be_said(ends):
    ends.answer.trouble(wire.RAISED, "a\ud800b")
    ends.answer.end()
    assert ends.read([1]) == [Raised("a?b", ())]


def test_equal_texts_are_said_once(ends):
    for _ in range(1000):
        ends.answer.trouble(wire.RAISED, "the same")
    ends.answer.end()
    assert ends.read([1] * 1000) == [Raised("the same", ())] * 1000
    assert len(ends.answer.texts) == 1


def test_texts_beyond_the_most_are_left_unsaid(ends):
    for number in range(wire.TEXTS + 2):
        ends.answer.trouble(wire.MISFIT, f"text {number}")
    ends.answer.end()
    seen = [misfit.reason for misfit in ends.read([1] * (wire.TEXTS + 2))]
    assert seen[wire.TEXTS - 1 :] == [f"text {wire.TEXTS - 1}", launch.UNSAID, launch.UNSAID]


def test_flush_sends_what_is_done_and_nothing_twice(ends):
    ends.answer.numbers([1.0])
    ends.answer.flush()
    ends.answer.flush()
    ends.answer.numbers([2.0])
    ends.answer.end()
    assert ends.read([1, 1]) == [Numbers((1.0,)), Numbers((2.0,))]


def test_large_answer_is_sent_before_its_end(ends):
    ends.answer.numbers([0.5] * (wire.FLUSH_AT // 8))
    assert len(os.read(ends.lane.numbers, 1 << 20)) > wire.FLUSH_AT


class OddFloat(float):
    def __float__(self):
        return 7.0


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (3, 3.0),
        (True, 1.0),
        (False, 0.0),
        (OddFloat(1.5), 1.5),
        (Fraction(1, 2), 0.5),
        (2**1000, 2.0**1000),
        (math.inf, math.inf),
    ],
)
def test_number_of_any_type_is_sent_as_a_float(value, sent, ends):
    ends.answer.numbers([value])
    ends.answer.end()
    assert ends.read([1]) == [Numbers((sent,))]


class Unfloatable:
    def __float__(self):
        raise KeyError("not today")


@pytest.mark.parametrize(
    "value", [None, "3", b"3", [3.0], 3j, 10**400, -(10**400), object(), Unfloatable()], ids=a
)
def test_what_is_no_float_is_named_by_its_place_and_leaves_no_byte(value, ends):
    with pytest.raises(TypeError) as caught:
        ends.answer.numbers([1.0, 2.0, value, None])
    ends.answer.end()
    assert caught.value.args == (2,)
    assert ends.read([]) == []


@pytest.fixture
def request_pipe():
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


def sized(thing):
    data = marshal.dumps(thing)
    return struct.pack("<I", len(data)) + data


def test_request_is_read_as_it_was_sent(request_pipe):
    reader, writer = request_pipe
    os.write(writer, sized({"nonce": NONCE}) + sized([("chain", 3)]))
    assert wire.read_request(reader) == ({"nonce": NONCE}, [("chain", 3)])


def test_closed_pipe_is_the_last_request(request_pipe):
    os.close(request_pipe.pop())
    assert wire.read_request(request_pipe[0]) is None
