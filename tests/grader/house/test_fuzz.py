"""What comes from strangers, made up at random: a short run of every target, the same every time."""

import random
import signal
import time

import pytest

from tests.fuzz.mutating import of_bytes, of_json
from tests.fuzz.running import Found, Target, as_json, for_runs, fuzz, in_time
from tests.fuzz.targets import TARGETS
from tests.needs import linux
from tests.samples import WHOLE

# Targets that do much with each input; all others take a fraction of a millisecond.
SLOW = {"rows": 40, "gradebook": 40, "observations": 25, "download": 100}
if not WHOLE:
    SLOW |= {"rows": 10, "gradebook": 20, "observations": 10}
RUNS = 600

pytestmark = linux


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_no_input_brings_out_anything_but_what_is_promised(name):
    target = TARGETS[name]
    found = fuzz(name, target, for_runs(SLOW.get(name, RUNS) + len(target.seeds())))
    assert as_json(found) == "{}"


# The fuzzer itself


def broken(data):
    if data[:2] == b"\xff\xff":
        raise KeyError(data)
    if data[:1] == b"9":
        raise ValueError(data)


def test_fuzzer_finds_what_is_not_promised_and_passes_over_what_is():
    target = Target(broken, lambda: [b"start"], (ValueError,))
    (trouble,) = fuzz("broken", target, for_runs(3_000)).troubles
    assert trouble.startswith("KeyError at test_fuzz.py")


def test_fuzzer_finds_what_never_ends(monkeypatch):
    def endless(data):
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.running.SECONDS", 0.05)
    found = Found(Target(endless, list, ()))
    found(b"")
    assert [place.partition(" ")[0] for place in found.troubles] == ["Hang"]


def test_fuzzer_finds_what_takes_all_memory():
    target = Target(lambda data: bytearray(4 << 30), lambda: [b"x"], (ValueError,))
    (trouble,) = fuzz("greedy", target, for_runs(1)).troubles
    assert trouble.startswith("MemoryError")


def test_fuzzer_does_the_same_every_time():
    def run():
        inputs = []
        fuzz("same", Target(inputs.append, lambda: [b"one", b'{"a": [1]}'], (), of_json), for_runs(200))
        return inputs

    assert run() == run()


def test_changes_are_many_and_keep_json_what_it_is():
    chance = random.Random(1)
    changed = {of_json(chance, b'{"a": [1, "x"], "b": null}') for _ in range(300)}
    assert len(changed) > 100
    assert len({of_bytes(chance, b"abcdef") for _ in range(300)}) > 100


def test_time_bound_is_gone_after_the_block():
    with in_time(0.02):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    time.sleep(0.05)
