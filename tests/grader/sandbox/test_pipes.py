"""The parent's end of the pipe: no byte from the worker surprises it, and nothing keeps it waiting."""

import math
import os
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.agreement import close
from grader.errors import MachineError
from grader.model import Misfit, Numbers, Raised
from grader.printable import printable
from grader.sandbox.launch import (
    COUNT,
    LINES,
    MISFIT,
    OK,
    RAISED,
    TEXT_LONGEST,
    TEXT_MOST,
    TROUBLE,
    UNSAID,
    End,
    Frames,
    Lane,
    OutOfTurn,
    answers,
    not_started,
)

NONCE = b"\x8ananonce"
OTHER_NONCE = b"\x8aNANONCE"
SOON = 0.1
LATER = 20.0


def ok(*numbers):
    return bytes([OK]) + struct.pack(f"<{len(numbers)}d", *numbers)


def counted(*numbers):
    return bytes([OK]) + COUNT.pack(len(numbers)) + struct.pack(f"<{len(numbers)}d", *numbers)


def trouble(status, text_number):
    return TROUBLE.pack(status, text_number)


def said(*texts):
    return b"".join(struct.pack("<H", len(text)) + text for text in texts)


def fed(lengths, *pieces):
    frames = Frames(NONCE, lengths)
    for piece in pieces:
        frames.feed(piece)
    return frames


def seen(frames):
    """All that a reader may see; the numbers as bytes, so that NaN equals itself."""
    contents = [ok(*c) if isinstance(c, tuple) else c for c in frames.contents]
    return frames.statuses, contents, frames.begun, frames.done


@st.composite
def whole_answers(draw):
    """The lengths a parent asked for, some of them the most there may be, and a proper answer."""
    lengths, data = [], NONCE
    for numbers in draw(st.lists(st.lists(st.floats(), max_size=4), max_size=6)):
        most = draw(st.sampled_from((0, max(1, len(numbers)), len(numbers) + 2)))
        lengths.append(-most if most else len(numbers))
        number = draw(st.integers(0, 2**16 - 1))
        given = counted(*numbers) if most else ok(*numbers)
        data += draw(st.sampled_from((given, trouble(RAISED, number), trouble(MISFIT, number))))
    return lengths, data + NONCE


def pieces(data, cuts):
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


# Frames


def test_answer_gives_every_frame_in_order():
    frames = fed([2, 1, 0], NONCE + ok(1.0, 2.5) + trouble(RAISED, 7) + ok() + NONCE)
    assert frames.contents == [(1.0, 2.5), 7, ()]
    assert frames.statuses == [OK, RAISED, OK]
    assert frames.done


def test_a_worker_that_does_not_start_is_the_machines_fault():
    assert isinstance(not_started(), MachineError)


def test_answer_to_no_program_is_two_nonces():
    assert fed([], NONCE + NONCE).done


@settings(deadline=None)
@given(whole_answers())
def test_answer_fed_byte_by_byte_is_the_same_as_at_once(answer):
    lengths, data = answer
    one_by_one = fed(lengths, *(data[i : i + 1] for i in range(len(data))))
    assert seen(one_by_one) == seen(fed(lengths, data))
    assert one_by_one.done


@settings(deadline=None)
@given(whole_answers(), st.lists(st.integers(0, 1000), max_size=8))
def test_answer_fed_in_any_pieces_is_the_same_as_at_once(answer, cuts):
    lengths, data = answer
    assert seen(fed(lengths, *pieces(data, cuts))) == seen(fed(lengths, data))


@settings(deadline=None)
@given(whole_answers(), st.integers(0, 1000))
def test_answer_cut_short_is_not_done_and_gives_only_whole_frames(answer, cut):
    lengths, data = answer
    part, whole = fed(lengths, data[: cut % len(data)]), fed(lengths, data)
    assert not part.done
    assert seen(part)[1] == seen(whole)[1][: len(part.contents)]


@settings(deadline=None)
@given(whole_answers(), st.binary(min_size=1))
def test_bytes_after_the_answer_are_out_of_turn(answer, extra):
    lengths, data = answer
    with pytest.raises(OutOfTurn):
        fed(lengths, data + extra)


@settings(deadline=None)
@given(whole_answers(), st.binary(min_size=1))
def test_bytes_that_come_later_are_out_of_turn(answer, extra):
    lengths, data = answer
    frames = fed(lengths, data)
    with pytest.raises(OutOfTurn):
        frames.feed(extra)


@pytest.mark.parametrize("early", [b"\0", b"x", OTHER_NONCE, ok(5.0)], ids=repr)
def test_bytes_before_the_nonce_are_out_of_turn(early):
    with pytest.raises(OutOfTurn):
        fed([1], early + NONCE + ok(5.0) + NONCE)


def test_answer_to_an_earlier_request_is_out_of_turn():
    with pytest.raises(OutOfTurn):
        fed([1], OTHER_NONCE + ok(5.0) + OTHER_NONCE)


def test_answer_that_ends_with_another_nonce_is_out_of_turn():
    with pytest.raises(OutOfTurn):
        fed([1], NONCE + ok(5.0) + OTHER_NONCE)


@pytest.mark.parametrize("status", [MISFIT + 1, 4, 0x31, 0x7F, NONCE[0], 0xFF])
def test_unknown_status_is_out_of_turn(status):
    with pytest.raises(OutOfTurn):
        fed([1], NONCE + bytes([status]))


def test_nonce_before_the_last_frame_is_out_of_turn():
    with pytest.raises(OutOfTurn):
        fed([1, 1], NONCE + ok(5.0) + NONCE)


def test_early_nonce_that_looks_like_a_frame_never_ends_the_answer():
    nonce = b"\0" * 8
    frames = Frames(nonce, [1, 1])
    frames.feed(nonce + ok(5.0) + nonce)
    assert not frames.done
    assert frames.contents == [(5.0,)]


def test_frame_with_a_number_too_many_is_out_of_turn():
    with pytest.raises(OutOfTurn):
        fed([1], NONCE + ok(5.0, 6.0) + NONCE)


@pytest.mark.parametrize("count", [3, 4, 2**31, 2**32 - 1])
def test_count_beyond_the_most_is_out_of_turn_before_any_number(count):
    with pytest.raises(OutOfTurn):
        fed([-2], NONCE + bytes([OK]) + COUNT.pack(count))


def test_fewer_numbers_than_the_most_are_an_answer():
    frames = fed([-3, -3], NONCE + counted(1.0) + counted() + NONCE)
    assert frames.contents == [(1.0,), ()]
    assert frames.done


def test_frame_with_a_number_too_few_never_ends_the_answer():
    assert not fed([2], NONCE + ok(5.0) + NONCE[:7]).done


def tried(lengths, data):
    """The frames after bytes that may be out of turn."""
    frames = Frames(NONCE, lengths)
    with suppress(OutOfTurn):
        frames.feed(data)
    return frames


LENGTHS = st.lists(st.integers(-3, 3), max_size=4)


@settings(deadline=None)
@given(LENGTHS, st.sampled_from((b"", NONCE)), st.lists(st.binary(max_size=40), max_size=4))
def test_no_bytes_raise_anything_but_out_of_turn_or_give_more_than_was_asked(lengths, start, junk):
    frames = tried(lengths, start + b"".join(junk))
    assert len(frames.contents) == len(frames.statuses) <= len(lengths)
    for content, length in zip(frames.contents, lengths, strict=False):
        assert isinstance(content, int) or len(content) == length or (length < 0 and len(content) <= -length)


@settings(deadline=None)
@given(whole_answers(), st.integers(0, 1000), st.integers(1, 255))
def test_changed_byte_gives_no_more_than_was_asked(answer, place, change):
    lengths, data = answer
    place %= len(data)
    changed = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
    frames = tried(lengths, changed)
    assert len(frames.contents) <= len(lengths)
    assert not frames.done or (changed.startswith(NONCE) and changed.endswith(NONCE))


@settings(deadline=None)
@given(whole_answers(), st.integers(0, 1000))
def test_at_most_one_frame_waits_to_be_complete(answer, cut):
    lengths, data = answer
    frames = fed(lengths, data[: cut % len(data)])
    assert len(frames.buffer) < max(
        [len(NONCE), TROUBLE.size, *(1 + COUNT.size + 8 * abs(length) for length in lengths)]
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_arrives_as_it_is_and_is_close_to_nothing(number):
    ((got,),) = fed([1], NONCE + ok(number) + NONCE).contents
    assert struct.pack("<d", got) == struct.pack("<d", number)
    assert not any(close(got, expected) for expected in (number, 0.0, 1e308, -1e308))


# Lane


class Worker:
    """The worker's ends of a lane."""

    def __init__(self, first="requests"):
        pipes = [os.pipe() for _ in range(3)]
        if first == "texts":
            pipes.reverse()
        (self.requests, to), (numbers, self.numbers), (texts, self.texts) = pipes
        self.lane = Lane(to, numbers, texts)
        self.open = {self.requests, self.numbers, self.texts}

    def shut(self, fd):
        self.open.remove(fd)
        os.close(fd)

    def close(self):
        for fd in self.open:
            os.close(fd)
        self.lane.close()


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


def within(seconds):
    return time.monotonic() + seconds


def test_request_arrives_and_answer_comes_back(worker):
    os.write(worker.numbers, NONCE + ok(5.0) + NONCE)
    frames = Frames(NONCE, [1])
    assert worker.lane.exchange(b"request", frames, within(LATER)) is End.ANSWERED
    assert os.read(worker.requests, 100) == b"request"
    assert frames.contents == [(5.0,)]


def test_a_lane_does_not_depend_on_the_order_of_its_numbers():
    worker = Worker(first="texts")
    os.write(worker.texts, said(b"why"))
    os.write(worker.numbers, NONCE + trouble(RAISED, 0) + NONCE)
    frames = Frames(NONCE, [1])
    assert worker.lane.exchange(b"request", frames, within(LATER)) is End.ANSWERED
    assert os.read(worker.requests, 100) == b"request"
    assert answers(frames, worker.lane.texts_said()) == [Raised("why", ())]
    worker.close()


def test_a_lane_that_waits_does_not_keep_asking(worker, monkeypatch):
    asked = []
    clock = SimpleNamespace(monotonic=lambda: asked.append(True) or time.monotonic())
    monkeypatch.setattr("grader.sandbox.launch.time", clock)
    worker.shut(worker.texts)
    assert worker.lane.exchange(b"request", Frames(NONCE, [1]), within(SOON)) is End.LATE
    assert len(asked) < 10


def test_what_does_not_fit_into_the_pipe_is_not_written_yet(worker):
    written = [worker.lane._write(memoryview(bytes(1 << 16))) for _ in range(64)]
    assert sum(written) == len(os.read(worker.requests, 1 << 24))
    assert written[-1] == 0


def test_a_large_request_arrives_whole(worker):
    request = os.urandom(1 << 20)

    def read():
        seen = b""
        while len(seen) < len(request):
            seen += os.read(worker.requests, 5000)
        os.write(worker.numbers, NONCE + NONCE)
        return seen

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read)
        assert worker.lane.exchange(request, Frames(NONCE, []), within(LATER)) is End.ANSWERED
        assert reading.result() == request


def test_a_lane_where_nothing_is_said_may_still_be_told_something(worker):
    assert worker.lane._listen() is True
    assert worker.lane.texts_said() == []
    worker.shut(worker.texts)
    assert worker.lane._listen() is False


def test_a_closed_lane_has_closed_all_its_pipes():
    worker = Worker()
    lane = worker.lane
    worker.close()
    for fd in (lane.requests, lane.numbers, lane.texts):
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_exchange_ends_when_the_worker_closes_its_pipe(worker):
    os.write(worker.numbers, NONCE + ok(5.0))
    worker.shut(worker.numbers)
    frames = Frames(NONCE, [1, 1])
    assert worker.lane.exchange(b"request", frames, within(LATER)) is End.CLOSED
    assert frames.contents == [(5.0,)]


def test_exchange_with_a_silent_worker_ends_at_the_deadline(worker):
    start = time.monotonic()
    assert worker.lane.exchange(b"request", Frames(NONCE, [1]), start + SOON) is End.LATE
    assert SOON <= time.monotonic() - start < SOON + 20


def test_exchange_with_a_worker_that_never_reads_ends_at_the_deadline(worker):
    request = b"x" * (1 << 22)
    assert worker.lane.exchange(request, Frames(NONCE, [1]), within(SOON)) is End.LATE


def test_exchange_with_a_worker_that_only_talks_ends_at_the_deadline(worker):
    def talk():
        while not over:
            try:
                os.write(worker.texts, b"x" * 1000)
            except BlockingIOError:
                time.sleep(0.001)

    over = []
    os.set_blocking(worker.texts, False)
    with ThreadPoolExecutor() as pool:
        talking = pool.submit(talk)
        end = worker.lane.exchange(b"request", Frames(NONCE, [1]), within(SOON))
        over.append(True)
        talking.result()
    assert end is End.LATE


def test_exchange_after_the_deadline_reads_nothing(worker):
    os.write(worker.numbers, NONCE + ok(5.0) + NONCE)
    frames = Frames(NONCE, [1])
    assert worker.lane.exchange(b"request", frames, within(0)) is End.LATE
    assert not frames.begun


def test_answer_still_comes_from_a_worker_that_reads_no_more(worker):
    worker.shut(worker.requests)
    os.write(worker.numbers, NONCE + ok(5.0) + NONCE)
    assert worker.lane.exchange(b"x" * (1 << 20), Frames(NONCE, [1]), within(LATER)) is End.ANSWERED


def test_answer_still_comes_from_a_worker_that_has_closed_its_texts(worker):
    worker.shut(worker.texts)
    os.write(worker.numbers, NONCE + trouble(RAISED, 0) + NONCE)
    frames = Frames(NONCE, [1])
    assert worker.lane.exchange(b"request", frames, within(LATER)) is End.ANSWERED
    assert answers(frames, worker.lane.texts_said()) == [Raised(UNSAID, ())]


def test_bytes_left_from_before_are_out_of_turn(worker):
    os.write(worker.numbers, b"x")
    with pytest.raises(OutOfTurn):
        worker.lane.exchange(b"request", Frames(NONCE, [1]), within(LATER))


def test_texts_come_with_the_answer(worker):
    os.write(worker.texts, said(b"first", b"", "zweites ü".encode()))
    os.write(worker.numbers, NONCE + NONCE)
    worker.lane.exchange(b"request", Frames(NONCE, []), within(LATER))
    assert worker.lane.texts_said() == [("first",), ("",), ("zweites ü",)]


def test_the_last_text_may_be_empty(worker):
    os.write(worker.texts, said(b"first", b""))
    os.write(worker.numbers, NONCE + NONCE)
    worker.lane.exchange(b"request", Frames(NONCE, []), within(LATER))
    assert worker.lane.texts_said() == [("first",), ("",)]


def test_texts_of_an_earlier_exchange_are_forgotten(worker):
    for text in (b"first", b"second"):
        os.write(worker.texts, said(text))
        os.write(worker.numbers, NONCE + NONCE)
        worker.lane.exchange(b"request", Frames(NONCE, []), within(LATER))
    assert worker.lane.texts_said() == [("second",)]


def test_text_comes_as_its_first_lines_each_printable(worker):
    worker.lane.said = said(b"\x1b[31mred\n\nb", b"\n".join([b"line"] * 1000), b"last")
    assert worker.lane.texts_said() == [(r"\x1b[31mred", "", "b"), ("line",) * LINES, ("last",)]


def test_text_is_cut_at_the_longest(worker):
    worker.lane.said = said(b"x" * (TEXT_LONGEST + 1), b"next")
    assert worker.lane.texts_said() == [("x" * TEXT_LONGEST,), ("next",)]


def test_flood_of_texts_is_kept_up_to_a_limit(worker):
    def flood():
        for _ in range(100):
            os.write(worker.texts, b"x" * 100_000)
        os.write(worker.numbers, NONCE + NONCE)

    with ThreadPoolExecutor() as pool:
        flooding = pool.submit(flood)
        assert worker.lane.exchange(b"request", Frames(NONCE, []), within(LATER)) is End.ANSWERED
        flooding.result()
    assert len(worker.lane.said) == TEXT_MOST


def test_text_cut_off_by_the_limit_is_kept_as_far_as_it_came(worker):
    worker.lane.said = said(b"first", b"second")[:-3]
    assert worker.lane.texts_said() == [("first",), ("sec",)]


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_texts_of_a_kind(data):
    worker = Worker()
    worker.lane.said = data
    texts = worker.lane.texts_said()
    worker.close()
    assert 2 * len(texts) <= len(data)
    assert all(1 <= len(text) <= LINES and all(map(str.isprintable, text)) for text in texts)


# Observations


def test_frames_become_observations_with_their_texts():
    frames = fed([1, 1, 1], NONCE + ok(5.0) + trouble(MISFIT, 1) + trouble(RAISED, 0) + NONCE)
    texts = [("ValueError: no", "add.py, line 3, in add"), ("a + b gave None",)]
    raised = Raised("ValueError: no", ("add.py, line 3, in add",))
    assert answers(frames, texts) == [Numbers((5.0,)), Misfit("a + b gave None"), raised]


def test_text_that_was_never_said_is_replaced():
    frames = fed([1, 1], NONCE + trouble(MISFIT, 1) + trouble(RAISED, 65535) + NONCE)
    assert answers(frames, [("the only one",)]) == [Misfit(UNSAID), Raised(UNSAID, ())]


@settings(deadline=None)
@given(st.text(), st.sampled_from((MISFIT, RAISED)))
def test_whatever_is_said_comes_out_printable(text, status):
    worker = Worker()
    worker.lane.said = said(text.encode())
    (seen_as,) = answers(fed([1], NONCE + trouble(status, 0)), worker.lane.texts_said())
    worker.close()
    shown = [seen_as.reason] if isinstance(seen_as, Misfit) else [seen_as.error, *seen_as.frames]
    assert all(line.isprintable() for line in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
        ("two\nlines", r"two\nlines"),
        ("two\r\nlines", r"two\r\nlines"),
        ("two\u2028lines\x85", r"two\u2028lines\x85"),
        ("gone\b\b\b\b\0", r"gone\x08\x08\x08\x08\x00"),
        ("a\tb", r"a\tb"),
        ("\ufeffbom \U000e0041tag", r"\ufeffbom \U000e0041tag"),
        ("\ud800", r"\ud800"),
    ],
    ids=ascii,
)
def test_what_could_steer_a_terminal_is_escaped(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["", "ValueError: 'x' is wrong", "größer als Ω, 中文, 🙂", r"back\slash"])
def test_text_that_can_be_shown_is_shown_as_it_is(text):
    assert printable(text) == text


@settings(deadline=None)
@given(st.text(st.characters()))
def test_printable_text_stays_as_it_is_and_all_other_becomes_so(text):
    assert printable(text).isprintable()
    assert text.isprintable() or printable(text) != text
    assert printable(printable(text)) == printable(text)
