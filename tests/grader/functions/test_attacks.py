"""Attacks on what a function returns and on how it travels: none brings a point that was not earned.

Each is handed in as structures/intervals.py, and knows no right answer. Beyond these, whatever the red team
does to any worker in tests/redteam is done here as well: worker, pipe and cage are the same.
"""

import pytest

from grader.report.evidence import status
from grader.report.scoring import score

ALWAYS = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = object.__hash__
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __getitem__(self, at): return self
"""
OURS = """
import sys
worker = sys.modules["<grader>.functions.worker"]
child = sys.modules["<grader>.worker.child"]
wire = sys.modules["<grader>.worker.wire"]
"""
ORDERED = """
class M(type):
    def mro(cls): return [cls, ValueError, Exception, BaseException, object]
class E(Exception, metaclass=M): pass
"""
EVERYWHERE = """
import os, struct
for fd in range(3, 64):
    try: os.write(fd, struct.pack("<BI2d", 0, 2, 12, 0) * 99)
    except OSError: pass
"""
# What merge() is in each, and what stands above it.
ATTACKS = {
    "equal_to_everything": (ALWAYS, "return Equal()"),
    "equal_to_everything_inside": (ALWAYS, "return [[Equal(), Equal()]]"),
    "says_it_is_a_list": ("class L:\n    __class__ = list\n    __eq__ = lambda s, o: True", "return L()"),
    "class_that_raises": (
        "class L:\n    @property\n    def __class__(self): raise SystemExit(0)",
        "return [L()]",
    ),
    "list_below_list": ("class L(list):\n    def __eq__(self, other): return True", "return L()"),
    "pair_below_list": ("class L(list):\n    def __eq__(self, o): return True", "return [L([1, 5])] * 2"),
    "str_below_str": ("class S(str):\n    def __eq__(self, other): return True", "return S()"),
    "int_below_int": (
        "class I(int):\n    def __eq__(self, o): return True\n    __hash__ = int.__hash__",
        "return [[I(0), I(0)]]",
    ),
    "float_below_float": ("class F(float):\n    def __eq__(self, o): return True", "return [[F(), F()]]"),
    "dict_below_dict": ("class D(dict):\n    def __eq__(self, o): return True", "return D()"),
    "metaclass_without_a_name": (
        "class M(type):\n    @property\n    def __name__(cls): raise ValueError\nclass L(metaclass=M): pass",
        "return L()",
    ),
    "metaclass_with_a_name_that_is_none": (
        "class M(type):\n    __name__ = property(lambda cls: [])\nclass L(metaclass=M): pass",
        "return L()",
    ),
    "metaclass_with_an_order_of_its_own": (ORDERED, "raise E"),
    "endless_generator": ("", "return ([0, 0] for _ in iter(int, 1))"),
    "endless_iterator": ("from itertools import count", "return count()"),
    "coroutine": ("async def c(): pass", "return (lambda x: (x.close(), x)[1])(c())"),
    "deep_nest": ("", "x = []\n    for _ in range(20_000): x = [x]\n    return x"),
    "deep_tuple": ("", "x = ()\n    for _ in range(5_000): x = (x,)\n    return x"),
    "list_in_itself": ("", "x = []\n    x.append(x)\n    return x"),
    "dict_in_itself": ("", "x = {}\n    x[0] = x\n    return x"),
    "laughs": ("", "x = [0]\n    for _ in range(40): x = [x] * 10\n    return x"),
    "million_pairs": ("", "return [[0, 0]] * 1_000_000"),
    "huge_int": ("", "return [[0, 1 << 3_000_000]]"),
    "many_large_ints": ("", "return [1 << 2_000] * 4_000"),
    "long_text": ("", "return 'x' * 10_000_000"),
    "surrogates": ("", "return '\\ud800\\udfff' * 9"),
    "nan": ("", "return [[float('nan'), float('nan')]]"),
    "infinite_interval": ("", "return [[-float('inf'), float('inf')]]"),
    "keys_equal_to_everything": (ALWAYS, "return {Equal(): Equal()}"),
    "set_of_hostile_hashes": (
        "class H:\n    def __hash__(self): return 0\n    def __eq__(self, o): return True",
        "return {H(), 1}",
    ),
    "pickles_that_execute": (
        "class P:\n    def __reduce__(self): return (exec, ('raise SystemExit',))",
        "return [P()]",
    ),
    "exception_without_words": (
        "class E(Exception):\n    def __str__(self): raise self",
        "raise E",
    ),
    "exception_of_many_words": ("", "raise ValueError('x\\n' * 1_000_000)"),
    "exception_beside_all": ("class E(BaseException): pass", "raise E"),
    "exception_called_otherwise": ("class ValueError(Exception): pass", "raise ValueError"),
    "our_own_misfit": (OURS, "raise wire.Misfit('{0} {1} {99999}')"),
    "types_are_all_lists": ("import builtins\nbuiltins.type = lambda *x: list", "return 5"),
    "no_length": ("import builtins\nbuiltins.len = lambda x: 0", "return [[0, 0]]"),
    "echo_for_run": (OURS + "worker.run = lambda p, e: worker.encode(list(worker.decode(p[1][0][1])))", ""),
    "nothing_for_run": (OURS + "worker.run = lambda p, e: []", ""),
    "nan_for_run": (OURS + "worker.run = lambda p, e: [float('nan')] * 4", ""),
    "kinds_that_are_none": (OURS + "worker.run = lambda p, e: [99.0, -1.0]", ""),
    "twice_the_same_key": (OURS + "worker.run = lambda p, e: [14, 2, 3, 1, 2, 3, 1, 2]", ""),
    "lists_in_a_set": (OURS + "worker.run = lambda p, e: [15, 1, 12, 0]", ""),
    "colliding_ints": (
        OURS + "worker.run = lambda p, e: [15, 600, *(x for n in range(600) "
        "for x in worker.encode((n + 1) * (2**61 - 1)))]",
        "",
    ),
    "more_than_there_may_be": (OURS + "worker.run = lambda p, e: [0.0] * 100_000", ""),
    "count_without_end": (
        OURS + "import struct\n"
        "def numbers(self, values): self.buffer += struct.pack('<BI', 0, 0xFFFFFFFF)\n"
        "wire.Answer.numbers = numbers",
        "",
    ),
    "count_that_is_too_small": (
        OURS + "import struct\n"
        "def numbers(self, values): self.buffer += struct.pack('<BI2d', 0, 1, 12.0, 0.0)\n"
        "wire.Answer.numbers = numbers",
        "",
    ),
    "frames_on_every_descriptor": (EVERYWHERE, "return None"),
    "no_coding_at_all": (OURS + "worker.encode = None", "return [[0, 0]]"),
}
BROKEN = {"failed", "crashed", "timed_out"}


def test_there_are_as_many_as_were_promised():
    assert len(ATTACKS) >= 30


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_brings_nothing(structures, graded_in, name):
    above, body = ATTACKS[name]
    source = f"{above}\n\ndef merge(intervals):\n    {body or 'return None'}\n"
    result = graded_in(structures, "intervals", source, 1.0)
    assert {status(verdict.outcome) for verdict in result.verdicts} <= BROKEN | {"passed"}
    # A claim on what is left of the arguments holds of whatever leaves them alone: that is right, and earned.
    earned = {v.claim.name for v in result.verdicts if status(v.outcome) == "passed"}
    assert earned <= {"nothing_is_changed"}
    assert score(result).points <= 3


def test_results_are_compared_as_data_and_never_by_themselves(structures, graded_in):
    lying = "def merge(intervals):\n    return [[True, 5]] if intervals == [[1, 3], [2, 5]] else None\n"
    result = graded_in(structures, "intervals", lying)
    held = {verdict.claim.name for verdict in result.verdicts if status(verdict.outcome) == "passed"}
    assert held <= {"nothing_is_changed"}
