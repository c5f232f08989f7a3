"""What can be seen of an object from outside: its attributes, and the functions behind its methods."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

# What a function may mention that only checks or wraps what it was given.
IDLE = {
    "isinstance",
    "int",
    "float",
    "super",
    "__init__",
    "NotImplementedError",
    "NotImplemented",
    "list",
    "print",
}


def attributes(thing: Any) -> dict[str, Any]:
    """The instance's own attributes by name, slots included."""
    found = dict(getattr(thing, "__dict__", {}))
    for cls in type(thing).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            place = f"_{cls.__name__.lstrip('_')}{name}" if _private(name) else name
            try:
                found.setdefault(place, getattr(thing, place))
            except AttributeError:
                continue  # a slot that is not filled yet
    return found


def _private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def properties(cls: type) -> list[str]:
    """The names of a class's properties."""
    return [name for base in cls.__mro__ for name, thing in vars(base).items() if isinstance(thing, property)]


def put(thing: Any, name: str, value: Any) -> None:
    """Set an attribute, also where the class forbids it."""
    try:
        setattr(thing, name, value)
    except Exception:
        object.__setattr__(thing, name, value)


def code_of(function: Any) -> CodeType | None:
    """The code behind a function or a bound method; None where it is not Python's."""
    code: CodeType | None = getattr(getattr(function, "__func__", function), "__code__", None)
    return code


def arguments(function: Any) -> tuple[list[str], int] | None:
    """The names of a Python function's arguments without self, and how many of them have no default."""
    if hasattr(function, "func") and hasattr(function, "keywords"):  # a functools.partial
        inner = arguments(function.func)
        given = len(function.args)
        return inner and (inner[0][given:], max(0, inner[1] - given - len(function.keywords)))
    code = code_of(function)
    if code is None:
        return None
    plain = getattr(function, "__func__", function)
    bound = plain is not function
    names = list(code.co_varnames[: code.co_argcount])[bound:]
    return names, max(0, len(names) - len(plain.__defaults__ or ()))


def keywords(function: Any) -> list[str]:
    """The names of a Python function's arguments that are given by name only."""
    code = code_of(function)
    if code is None:
        return []
    return list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])


def names_in(function: Any) -> set[str]:
    """Every name that a function mentions, inner functions included."""
    code = code_of(function)
    found: set[str] = set()
    todo = [code] if code else []
    while todo:
        each = todo.pop()
        found |= {*each.co_names}
        todo += [const for const in each.co_consts if hasattr(const, "co_names")]
    return found


def is_stub(function: Any, own: str) -> bool:
    """Whether a function is still to be written: it looks at nothing and makes nothing.

    own: the name of the class, as a stub may wrap what it is given.
    """
    code = code_of(function)
    if code is None:
        return False
    inner = any(hasattr(const, "co_names") for const in code.co_consts)
    loops = "for" in code.co_varnames
    return not inner and not loops and names_in(function) <= IDLE | {own}


def sequence(thing: Any) -> list[Any] | None:
    """The items of a list, a tuple, a set, a dict's values or an array; None for anything else."""
    if isinstance(thing, (list, tuple, set, frozenset)):
        return list(thing)
    if isinstance(thing, dict):
        return list(thing.values())
    array = type(thing).__name__ == "ndarray" and thing.shape
    return list(thing) if array else None
