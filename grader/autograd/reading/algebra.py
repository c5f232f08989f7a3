"""Formulas in a normal form, in which equal ones are equal tuples; and which of them numbers follow.

A formula is a sum of products of atoms: a tuple of (product, coefficient), a product a tuple of (atom,
exponent), an exponent a formula again. An atom is a name, or a tuple of a function's name and its formulas;
("num", 2) is a number under an exponent that is no number, ("of", formula) a sum under an exponent. Where a
formula would become too large TooLarge is raised: what takes that long to read is no explanation.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Atom = Any
Product = tuple[tuple[Atom, "Formula"], ...]
Formula = tuple[tuple[Product, float], ...]
Expression = tuple[Any, ...]
TERMS, PAIRS, MOST_WORK = 60, 400, 20_000


class Work:
    """How many products have been multiplied out in one reading; who sends what nobody wrote gets no more."""

    done = 0


def begin() -> None:
    """Count from 0 again, for the next reading."""
    Work.done = 0


@contextmanager
def uncounted() -> Iterator[None]:
    """What is multiplied out in here is not a part of any reading."""
    before, Work.done = Work.done, 0
    try:
        yield
    finally:
        Work.done = before


class TooLarge(Exception):
    """An expression has no formula of a size that anybody would read."""


def name(of: str) -> Formula:
    """The formula that is one symbol."""
    return _atom(of)


def number(value: float) -> Formula:
    """The formula that is one number."""
    value = _tidy(value)
    return (((), value),) if value != 0 else ()


def _tidy(value: float) -> float:
    """A coefficient in one form: an int where it is whole, else without the noise of rounding."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TooLarge
        rounded = round(value, 10)
        return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded
    return value


ONE: Formula = (((), 1),)
ZERO: Formula = ()


def _atom(atom: Atom, exponent: Formula = ONE) -> Formula:
    return ((((atom, exponent),), 1),)


def constant(formula: Formula) -> float | None:
    """The number that a formula is, or None."""
    if not formula:
        return 0
    return formula[0][1] if len(formula) == 1 and not formula[0][0] else None


def _gathered(terms: Mapping[Product, float]) -> Formula:
    kept = [(product, _tidy(factor)) for product, factor in terms.items()]
    kept = [term for term in kept if term[1] != 0]
    if len(kept) > TERMS:
        raise TooLarge
    if len(kept) < 2:
        return tuple(kept)
    # Any order will do that does not depend on the order of computing; what is compared is of mixed kinds.
    return tuple(sorted(kept, key=lambda term: repr(term[0])))


def add(one: Formula, two: Formula, factor: float = 1) -> Formula:
    """Give one + factor * two."""
    terms = dict(one)
    for product, coefficient in two:
        terms[product] = terms.get(product, 0) + factor * coefficient
    return _gathered(terms)


def sub(one: Formula, two: Formula) -> Formula:
    """Give one - two."""
    return add(one, two, -1)


def scale(formula: Formula, factor: float) -> Formula:
    """The formula, so many times."""
    return _gathered({product: coefficient * factor for product, coefficient in formula})


def mul(one: Formula, two: Formula) -> Formula:
    """Give one * two."""
    pairs = len(one) * len(two)
    Work.done += pairs
    if pairs > PAIRS or Work.done > MOST_WORK:
        raise TooLarge
    terms: dict[Product, float] = {}
    for left, c in one:
        for right, d in two:
            factor, product = _joined(left, right)
            terms[product] = terms.get(product, 0) + c * d * factor
    return _gathered(terms)


def _joined(left: Product, right: Product) -> tuple[float, Product]:
    """The product of two, and the number that comes out of it."""
    exponents = dict(left)
    for atom, exponent in right:
        exponents[atom] = add(exponents[atom], exponent) if atom in exponents else exponent
    factor: float = 1
    kept = []
    for atom, exponent in exponents.items():
        power = constant(exponent)
        if isinstance(atom, tuple) and atom[0] == "num" and power is not None:
            factor *= _raised(atom[1], power)
        elif exponent != ZERO:
            kept.append((atom, exponent))
    return factor, tuple(sorted(kept, key=repr))


def power(base: Formula, exponent: Formula) -> Formula:
    """Raise to a power, where that is one term or a small sum; else an atom."""
    k, c = constant(exponent), constant(base)
    if k == 0:
        return ONE
    if k == 1:
        return base
    if c is not None:
        return _power_of_number(c, exponent, k)
    if len(base) == 1:
        return _power_of_product(base, exponent, k)
    if isinstance(k, int) and 2 <= k <= 4:
        made = base
        for _ in range(k - 1):
            made = mul(made, base)
        return made
    return _atom(("of", base), exponent)


def _power_of_number(c: float, exponent: Formula, k: float | None) -> Formula:
    if k is None:
        return ONE if c == 1 else _atom(("num", c), exponent)
    return number(_raised(c, k))


def _raised(c: float, k: float) -> float:
    """Give c ** k as a float: whole numbers would be computed to their last digit, however many there are."""
    try:
        value = float(c) ** k
    except (ZeroDivisionError, OverflowError):
        raise TooLarge from None
    if isinstance(value, complex):
        raise TooLarge
    return float(value)


def _power_of_product(base: Formula, exponent: Formula, k: float | None) -> Formula:
    ((product, c),) = base
    whole = isinstance(k, int)
    raised = (tuple(sorted(((a, mul(e, exponent)) for a, e in product), key=repr)), 1)
    if k is not None and (whole or (c > 0 and all(constant(e) is not None for _, e in product))):
        return scale((raised,), _raised(c, k))
    if k is None and c == 1:
        return (raised,)
    if k is None and c > 0:
        return mul(_atom(("num", c), exponent), (raised,))
    return _atom(("of", base), exponent)


FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "int": int,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": lambda x, n=None: round(x) if n is None else round(x, int(n)),
    "relu": lambda x: max(0, x),
    "sign": lambda x: math.copysign(1, x),
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "^": lambda x, y: int(x) ^ int(y),
    **{n: getattr(math, n) for n in ("log", "exp", "tanh", "sin", "cos", "sinh", "cosh", "log2", "log10")},
}


def function(of: str, *arguments: Formula) -> Formula:
    """A function of formulas; of numbers it is computed."""
    numbers = [constant(argument) for argument in arguments]
    if all(n is not None for n in numbers):
        try:
            return number(FUNCTIONS[of](*numbers))
        except (ValueError, ArithmeticError):
            raise TooLarge from None
    if of == "abs" and len(arguments[0]) == 1 and abs(arguments[0][0][1]) != 1:
        ((product, c),) = arguments[0]
        return scale(function("abs", ((product, 1),)), abs(c))
    return _atom((of, *arguments))


def normal(expression: Expression) -> Formula:
    """The formula of an expression as a worker's symbols have it; raises TooLarge."""
    op, *rest = expression
    if op == "sym":
        return name(rest[0])
    if op == "num":
        return number(rest[0])
    arguments = [normal(x) for x in rest]
    match op:
        case "+":
            return add(arguments[0], arguments[1])
        case "-":
            return sub(arguments[0], arguments[1])
        case "neg":
            return scale(arguments[0], -1)
        case "*":
            return mul(*arguments)
        case "/":
            return mul(arguments[0], power(arguments[1], number(-1)))
        case "**":
            return power(*arguments)
        case "sqrt":
            return power(arguments[0], number(0.5))
        case "exp":
            return _exponential(arguments[0])
    return function(op, *arguments)


def _exponential(exponent: Formula) -> Formula:
    """exp(k * log(a)) is a ** k."""
    if len(exponent) == 1:
        ((product, c),) = exponent
        logs = [a for a, e in product if isinstance(a, tuple) and a[0] == "log" and e == ONE]
        if len(logs) == 1:
            rest = tuple((a, e) for a, e in product if a != logs[0])
            return power(logs[0][1], ((rest, c),))
    return function("exp", exponent)


def substitute(formula: Formula, symbol: str, by: Formula) -> Formula:
    """The formula with a symbol replaced by another formula, everywhere."""
    made = ZERO
    for product, coefficient in formula:
        term = number(coefficient)
        for atom, exponent in product:
            term = mul(term, power(_substituted(atom, symbol, by), substitute(exponent, symbol, by)))
        made = add(made, term)
    return made


def _substituted(atom: Atom, symbol: str, by: Formula) -> Formula:
    if isinstance(atom, str):
        return by if atom == symbol else _atom(atom)
    if atom[0] == "num":
        return number(atom[1])
    if atom[0] == "of":
        return substitute(atom[1], symbol, by)
    return function(atom[0], *(substitute(x, symbol, by) for x in atom[1:]))


def symbols(formula: Formula) -> set[str]:
    """Every symbol in it."""
    return {
        found for product, _ in formula for atom, e in product for found in _symbols_of(atom) | symbols(e)
    }


def _symbols_of(atom: Atom) -> set[str]:
    if isinstance(atom, str):
        return {atom}
    return set() if atom[0] == "num" else {found for x in atom[1:] for found in symbols(x)}


def functions(formula: Formula) -> set[str]:
    """Every function in it."""
    found: set[str] = set()
    for product, _ in formula:
        for atom, exponent in product:
            found |= functions(exponent)
            if isinstance(atom, tuple) and atom[0] != "num":
                found |= {atom[0]}.union(*(functions(x) for x in atom[1:]))
    return found


Point = Mapping[str, float]
# What a formula may raise where it is evaluated at a point.
UNDEFINED = (ArithmeticError, ValueError, KeyError, TypeError)


def value(formula: Formula, at: Point) -> float:
    """The number that it has at a point; raises one of UNDEFINED."""
    total = 0.0
    for product, coefficient in formula:
        term = coefficient
        for atom, exponent in product:
            k = value(exponent, at)
            term *= float(_value_of(atom, at)) ** (int(k) if k == int(k) else k)
        total += term
    if isinstance(total, complex):
        raise ValueError("no real number")
    return total


def _value_of(atom: Atom, at: Point) -> float:
    if isinstance(atom, str):
        return at[atom]
    if atom[0] == "num":
        return float(atom[1])
    if atom[0] == "of":
        return value(atom[1], at)
    return FUNCTIONS[atom[0]](*(value(x, at) for x in atom[1:]))


def size(formula: Formula) -> int:
    """How much of it there is to read."""
    total = 0
    for product, coefficient in formula:
        total += 1 + (coefficient not in (1, -1))
        for atom, exponent in product:
            total += 1 + (0 if exponent == ONE else size(exponent))
            if isinstance(atom, tuple) and atom[0] != "num":
                total += sum(map(size, atom[1:]))
    return total


# ---- as Python


def text(formula: Formula, names: Mapping[str, str]) -> str:
    """The formula as Python source; names: what its symbols are called, in the order they are wanted in."""
    if not formula:
        return "0"
    places = {symbol: place for place, symbol in enumerate(names)}

    def first(product: Product) -> int:
        return min((places.get(a, 99) if isinstance(a, str) else 50 for a, _ in product), default=99)

    # What is added comes before what is taken away, symbols before numbers.
    terms = sorted(formula, key=lambda t: (t[1] < 0, not t[0], first(t[0]), repr(t[0])))
    said = ""
    for product, coefficient in terms:
        sign = "-" if coefficient < 0 else "+"
        term = _product(product, abs(coefficient), names, places)
        said += f" {sign} {term}" if said else f"{'-' if coefficient < 0 else ''}{term}"
    return said


def _product(product: Product, factor: float, names: Mapping[str, str], places: Mapping[str, int]) -> str:
    over, under = [], []
    ordered = sorted(product, key=lambda f: (places.get(f[0], 50) if isinstance(f[0], str) else 50, repr(f)))
    for atom, exponent in ordered:
        k = constant(exponent)
        if k is not None and k < 0 and len(product) > 1:
            under.append(_factor(atom, number(-k), names))
        else:
            over.append(_factor(atom, exponent, names))
    if factor != 1 or not over:
        over.insert(0, figure(factor))
    return " / ".join([" * ".join(over), *under])


def _factor(atom: Atom, exponent: Formula, names: Mapping[str, str]) -> str:
    if isinstance(atom, str):
        base = names.get(atom, atom)
    elif atom[0] == "num":
        base = figure(atom[1])
    elif atom[0] == "of":
        base = f"({text(atom[1], names)})"
    elif atom[0] in ("//", "%", "^"):
        one, two = (text(x, names) for x in atom[1:])
        base = f"({one} {atom[0]} {two})"
    elif atom[0] == "relu":
        base = f"max(0, {text(atom[1], names)})"
    else:
        base = f"{atom[0]}({_listed(atom[1:], names)})"
    if exponent == ONE:
        return base
    k = constant(exponent)
    plain = (k is not None and k >= 0) or (len(exponent) == 1 and symbols(exponent) == {_only(exponent)})
    return f"{base}**{text(exponent, names)}" if plain else f"{base}**({text(exponent, names)})"


def _only(exponent: Formula) -> str | None:
    """The symbol that an exponent is, if it is just one."""
    ((product, coefficient),) = exponent
    single = coefficient == 1 and len(product) == 1 and product[0][1] == ONE
    return product[0][0] if single and isinstance(product[0][0], str) else None


def _listed(formulas: Iterable[Formula], names: Mapping[str, str]) -> str:
    return ", ".join(text(x, names) for x in formulas)


def figure(value: float) -> str:
    """A number as it is said in a formula."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


# ---- which formulas a number follows, and where: from formulas and numbers at many points


MOST_FORMULAS, MOST_ASKED, MOST_TOGETHER = 3, 40, 24
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding; nothing is close to a NaN."""
    return one == other or abs(one - other) <= 1e-9 + 1e-8 * max(abs(one), abs(other))


def follows(formula: Formula, at: Point, got: float) -> bool:
    """Whether a formula gives this number at a point."""
    try:
        return close(value(formula, at), got)
    except UNDEFINED:
        return False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on a point: left sign right; or, with the sign "is", that left is an int or a float."""

    sign: str
    left: Formula
    right: Formula | str

    def at(self, point: Point) -> bool:
        try:
            if isinstance(self.right, str):
                ((product, _),) = self.left
                return type(point[product[0][0]]).__name__ == self.right
            return HOLDS[self.sign](value(self.left, point), value(self.right, point))
        except UNDEFINED:
            return False

    def text(self, names: dict[str, str]) -> str:
        left = text(self.left, names)
        if isinstance(self.right, str):
            return f"{left} is {'an' if self.right == 'int' else 'a'} {self.right}"
        return f"{left} {self.sign} {text(self.right, names)}"


# All of them together; none is a condition that always holds.
Condition = tuple[Comparison, ...]


def condition_text(condition: Condition | None, names: dict[str, str]) -> str:
    """A condition in Python; empty where it always holds, and in words where none was found."""
    return "at some numbers" if condition is None else " and ".join(part.text(names) for part in condition)


def against_numbers(symbols: Iterable[str]) -> list[Comparison]:
    """Comparisons of symbols with 0 and 1, which is where operations change what they do."""
    return [
        Comparison(sign, name(symbol), number)
        for symbol in symbols
        for number in (ZERO, ONE)
        for sign in ("<", ">", "==", "!=", "<=", ">=")
    ]


def by_type(symbols: Iterable[str]) -> list[Comparison]:
    """Whether a number is a whole one to Python."""
    return [Comparison("is", name(symbol), kind) for symbol in symbols for kind in ("float", "int")]


def asked(comparisons: Iterable[tuple[str, Expression, Expression]]) -> list[Comparison]:
    """What the code itself asked, and the opposite."""
    found: dict[Comparison, None] = {}
    for sign, left, right in comparisons:
        try:
            one, other = normal(left), normal(right)
        except TooLarge:
            continue
        for each in (sign, OPPOSITE[sign]):
            found.setdefault(Comparison(each, one, other))
    return list(found)[:MOST_ASKED]


def separate(
    inside: Sequence[Point], outside: Sequence[Point], known: Sequence[Comparison]
) -> Condition | None:
    """The simplest condition that holds at all points inside and none outside, or None."""
    if not outside:
        return ()
    useful = []
    for part in known:
        if not all(part.at(point) for point in inside):
            continue
        wrong = {place for place, point in enumerate(outside) if part.at(point)}
        if not wrong:
            return (part,)
        if len(wrong) < len(outside):
            useful.append((part, wrong))
    for together in (2, 3):
        for chosen in itertools.combinations(useful[:MOST_TOGETHER], together):
            if not set.intersection(*(wrong for _, wrong in chosen)):
                return tuple(part for part, _ in chosen)
    return None


@dataclass(frozen=True, slots=True)
class Sample:
    """One number at one point.

    wanted: the formula that it should follow. formula: the one that symbols gave, where they gave one.
    """

    at: Point
    got: float
    right: bool
    wanted: Formula
    formula: Formula | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A formula that wrong numbers follow, where it holds, and the samples that it explains."""

    formula: Formula
    where: Condition | None
    samples: tuple[Sample, ...]


def fit(samples: Sequence[Sample], known: Sequence[Comparison]) -> tuple[list[Fitted], list[Sample]]:
    """The fewest formulas that explain what is wrong; and the wrong samples that none of them explains."""
    left = [sample for sample in samples if not sample.right]
    formulas = list(dict.fromkeys(s.formula for s in left if s.formula is not None))
    found: list[Fitted] = []
    while left and formulas and len(found) < MOST_FORMULAS:
        # The one that explains most; of those the shortest.
        best = max(formulas, key=lambda f: (sum(follows(f, s.at, s.got) for s in left), -size(f)))
        explained = [s for s in left if follows(best, s.at, s.got)]
        if not explained:
            break
        formulas.remove(best)
        # Where it gives the right number as well the code may do the same thing: it need not be left out.
        inside = [s for s in samples if best != s.wanted and follows(best, s.at, s.got)]
        outside = [s.at for s in samples if not any(s is other for other in inside)]
        where = separate([s.at for s in inside], outside, known)
        if where is None:
            where = separate([s.at for s in explained], outside, known)
        found.append(Fitted(best, where, tuple(explained)))
        left = [s for s in left if not follows(best, s.at, s.got)]
    return found, left
