"""What each case of a property is worth: how many wrong programs it tells from right ones, beside the others.

    python benchmarks/worth.py [--mutants 2000] [--pairs 1000] [--seed 0] [--cases 0 7 …]

The wrong programs are the misconceptions, pairs of them, and random changes of the solutions: operators,
names, numbers, order, what is left out. Those that all cases tell are the measure; one that no case tells is
taken for right. How few cases are asked was fixed before, so every program shows what is lost by it.
"""

from __future__ import annotations

import argparse
import ast
import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

from grader.course.course import Course, here
from grader.course.misconceptions import misconceptions, variants
from grader.course.properties import Property, declared_in
from grader.examine.cases import FEW, Bank
from grader.examine.judging import holds
from grader.examine.setting import Setting, parts
from grader.model import Ended, Overtime
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits, Runner

KEPT = Path(__file__).resolve().parents[1] / "build" / "worth"
SECONDS = 1.0  # for a program that may never end
PATIENCE = 20.0  # a busy machine is no mistake of a program's
SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult, ast.Div),
    ast.Gt: (ast.GtE, ast.Lt, ast.NotEq),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
Change = Callable[[], None]


def changes(tree: ast.Module, random: Random) -> list[Change]:
    """Everything that may be changed in a tree, each as what changes it."""
    nodes = list(ast.walk(tree))
    names = sorted({node.id for node in nodes if isinstance(node, ast.Name)})
    attributes = sorted({node.attr for node in nodes if isinstance(node, ast.Attribute)})
    found: list[tuple[ast.AST, str, object]] = []
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.append((node, "id", random.choice(names)))
        if isinstance(node, ast.Attribute):
            found.append((node, "attr", random.choice(attributes)))
        found += ((node, field, value) for field, value in (*_operators(node), *_values(node), *_lines(node)))
    return [partial(setattr, *each) for each in found]


def _operators(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        yield from (("op", other()) for other in SWAPPED.get(type(node.op), ()))
    if isinstance(node, ast.BinOp):
        yield "left", node.right
    if isinstance(node, ast.Compare):
        yield from (("ops", [other(), *node.ops[1:]]) for other in SWAPPED.get(type(node.ops[0]), ()))


def _values(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield from (("value", value) for value in (node.value + 1, node.value - 1, -node.value, 0.5))
    for field in ("args", "elts"):
        several = getattr(node, field, None)
        if isinstance(several, list) and several:
            yield field, several[::-1]
            yield field, several[:-1]


def _lines(node: ast.AST) -> Iterator[tuple[str, object]]:
    """A line left out, set in place of added to, or done before the one above it."""
    for field in ("body", "orelse") if not isinstance(node, ast.Module) else ():
        found = getattr(node, field, None)
        lines: list[ast.stmt] = found if isinstance(found, list) else []
        for number, line in enumerate(lines):
            above, below = lines[:number], lines[number + 1 :]
            yield field, [*above, *below] or [ast.Pass()]
            if isinstance(line, ast.AugAssign):
                yield field, [*above, ast.Assign([line.target], line.value), *below]
            if number:
                yield field, [*above[:-1], line, above[-1], *below]


def mutants(source: str, count: int, random: Random) -> list[str]:
    """Different programs with one change or two; fewer where there are not so many."""
    right = ast.parse(source)
    seen = {ast.dump(right)}
    made: list[str] = []
    for _ in range(20 * count):
        tree = deepcopy(right)
        for _ in range(random.choice((1, 1, 2))):
            random.choice(changes(tree, random))()
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
            bones = ast.dump(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError):
            continue
        if bones not in seen:
            seen.add(bones)
            made.append(text)
        if len(made) == count:
            break
    return made


# Two programs stand near each other where no more lines differ.
NEAR = 8
COMMON = 4  # misconceptions with the same lines in place of the solution's: a way to write it
Edit = tuple[int, int, tuple[str, ...]]


def pairs(course: Course, name: str) -> Iterator[str]:
    """Two misconceptions at once, where they change different lines of the same right program."""
    wrong = [bare(each.source) for each in misconceptions(name)]
    made = set()
    for right in rights(course, name, wrong):
        edits = [found for each in wrong if size(found := edited(right, each)) <= NEAR]
        for one, other in combinations(edits, 2):
            both = merged(right, [*one, *other])
            if both and both not in made:
                made.add(both)
                yield both


def rights(course: Course, name: str, wrong: Sequence[str]) -> Iterator[str]:
    """The solution, and other ways to write it: those of the tests, and what several misconceptions share."""
    solution = bare(course.solution(name))
    yield solution
    shared = Counter(edit for each in wrong for edit in edited(solution, each))
    for edit, times in shared.items():
        other = merged(solution, [edit])
        if times >= COMMON and other and not any(killed(name, other, 0)):
            yield other
    for variant in variants(course.root / "tests" / "grader" / "autograd" / "right"):
        if [*variant.sources] == [name]:
            yield bare(variant.sources[name])


def bare(source: str) -> str:
    """A program without its words and types, so that lines differ only in what they do."""
    return ast.unparse(Bare().visit(ast.parse(source)))


class Bare(ast.NodeTransformer):
    """Takes out docstrings, annotations, and what only type checkers or a run by hand need."""

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
        return super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return ast.copy_location(ast.Assign([node.target], node.value), node) if node.value else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module in ("__future__", "typing", "collections.abc") else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        test = ast.unparse(node.test)
        return None if "__name__" in test or "TYPE_CHECKING" in test else self.generic_visit(node)


def edited(right: str, wrong: str) -> list[Edit]:
    """Which lines of one program another has others for."""
    one, other = right.splitlines(), wrong.splitlines()
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return [(a, b, tuple(other[c:d])) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def size(edits: Sequence[Edit]) -> int:
    """How many lines they take away and put there."""
    return sum(end - begin + len(instead) for begin, end, instead in edits)


def merged(right: str, edits: Sequence[Edit]) -> str:
    """The program with all of these changes; nothing where they meet, or give no program."""
    edits = sorted(edits, key=lambda edit: edit[:2])
    if any(later[0] < earlier[1] for earlier, later in pairwise(edits)):
        return ""
    lines = right.splitlines()
    for begin, end, instead in reversed(edits):
        lines[begin:end] = instead
    try:
        return ast.unparse(ast.parse("\n".join(lines)))
    except SyntaxError:
        return ""


@cache
def setting(seed: int) -> Setting:
    """How everything is examined: alone, by cases of this seed, without waiting long."""
    return Setting(here(), choose("process"), KEPT, seed, Limits(seconds=SECONDS, patience=PATIENCE))


def killed(name: str, source: str, seed: int) -> bytes:
    """For each case of an exercise whether it tells the program from a right one: 1 if so, 0 if not.

    A case that was not tried any more, as the program had ended before, tells nothing.
    """
    there = setting(seed)
    exercise = next(e for e in there.course.exercises if e.name == name)
    properties = declared(name)
    bank = there.bank(exercise, properties)
    told = bytearray(sum(bank.counts))
    engine = parts(there.course, {name: source}, exercise)
    runner = Runner(there.cage, there.limits, 1, there.course.subject.worker)
    with closing(runner), runner.attempt(engine) as session:
        seen = session.observe(bank.request)
    for number, prop in enumerate(properties):
        for place in bank.places(number):
            got = seen[place]
            untried = isinstance(got, Ended | Overtime) and not got.busy
            told[place] = not untried and not holds(prop, bank, place, got)
    return bytes(told)


@cache
def declared(name: str) -> list[Property]:
    """The exercise's properties."""
    return declared_in(setting(0).course.properties(name))


def programs(name: str, mutated: int, paired: int, seed: int) -> list[str]:
    """The wrong programs of an exercise, in an order that says nothing of where they come from."""
    course, random = setting(0).course, Random(f"{seed} {name}")
    both = list(pairs(course, name))
    made = [wrong.source for wrong in misconceptions(name)]
    made += random.sample(both, min(paired, len(both)))
    print(f"{name}: {len(both)} pairs of misconceptions stand side by side, {min(paired, len(both))} taken")
    made += mutants(course.solution(name), mutated, random)
    random.shuffle(made)
    return made


@dataclass
class Worth:
    """What cases tell of an exercise's wrong programs.

    told: for each program that anything tells, the cases that tell it.
    """

    name: str
    bank: Bank
    told: list[bytes]

    def few(self, few: int) -> list[int]:
        """The exercise's."""
        return [p for n in range(len(self.bank.counts)) for p in self.bank.spread(self.bank.places(n), few)]

    def telling(self, places: Sequence[int], least: int = 1) -> int:
        """How many of the programs at least so many of these cases tell."""
        return sum(sum(told[place] for place in places) >= least for told in self.told)


STEPS = (0, 2, 5, 10, FEW, 40)


def measured(name: str, made: list[str], seed: int, pool: ProcessPoolExecutor) -> Worth:
    """Every program run, and every case looked at."""
    exercise = next(e for e in setting(seed).course.exercises if e.name == name)
    bank = setting(seed).bank(exercise, declared(name))
    rows = pool.map(killed, [name] * len(made), made, [seed] * len(made), chunksize=8)
    return Worth(name, bank, [row for row in rows if any(row)])


def table(worths: Sequence[Worth]) -> Iterator[str]:
    """For each property how many programs it tells with so many drawn cases beside the written ones."""
    columns = "".join(f"{f'+{few}':>7}" for few in STEPS)
    yield f"{'told by a property, by drawn cases':58}{columns}    all"
    for worth in worths:
        for number, prop in enumerate(declared(worth.name)):
            places = worth.bank.places(number)
            some = "".join(f"{worth.telling(worth.bank.spread(places, few)):7}" for few in STEPS)
            yield f"{worth.name + ' ' + prop.claim.name:58}{some}{worth.telling(places):7}"


def summary(worths: Sequence[Worth]) -> Iterator[str]:
    """How many programs of all exercises are told by so many drawn cases of each property; last, by all."""
    programs = sum(len(worth.told) for worth in worths)
    every = sum(len(worth.bank.programs) for worth in worths)
    yield f"{programs:,} wrong programs that {every:,} cases tell from right ones"
    for few in (*STEPS, every):
        cases = sum(len(worth.few(few)) for worth in worths)
        lost = programs - sum(worth.telling(worth.few(few)) for worth in worths)
        once = programs - lost - sum(worth.telling(worth.few(few), 2) for worth in worths)
        yield f"  +{few:<4} {cases:6,} cases  {lost:4} lost  {once:4} told by one case alone"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the mutants and pairs")
    parser.add_argument("--cases", type=int, nargs="*", default=[0], help="seeds of the cases")
    wanted = parser.parse_args()
    names = setting(0).course.names
    shares = wanted.mutants // len(names), wanted.pairs // len(names)
    made = {name: programs(name, *shares, wanted.seed) for name in names}
    with ProcessPoolExecutor() as pool:
        for seed in wanted.cases:
            worths = [measured(name, made[name], seed, pool) for name in names]
            print(
                f"cases of seed {seed}: {sum(map(len, made.values())):,} programs, of which",
                *summary(worths),
                sep="\n",
            )
            if seed == 0:
                print(*table(worths), sep="\n")


if __name__ == "__main__":
    main()
