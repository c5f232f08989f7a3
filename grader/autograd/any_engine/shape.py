"""The shape that an implementation has, the ways in which it may be right, and how that is said."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.autograd.program import COURSES_OWN, Names
from grader.model import (
    Claim,
    Ended,
    Exercise,
    Misfit,
    NotStarted,
    Numbers,
    Observation,
    Overtime,
    Raised,
    Result,
)
from grader.printable import shortened
from grader.submission.submission import NOTEBOOK, Submission

LONGEST = 60
GRAPHS = ("closures", "given", "lazy", "shares", "slopes", "pairs", "mapping")
WORD = re.compile(r"[a-z_*+/-]{1,20}")
LINE = re.compile(r"[0-9]{1,6}")
GIVEN = r"[^\W\d]\w{0,40}=(?:True|None|0\.0|''|\(\))"
WANTED = re.compile(rf"{GIVEN}(?:, {GIVEN}){{0,5}}")
CALL = re.compile(r"\w{1,40}\((value)?\)")


@dataclass(frozen=True, slots=True)
class Module:
    """A class of a network.

    name, file: the class's own, for people.
    stub: it is still to be written.
    made: it can be made of sizes. asked: its neurons can be found in it.
    activation: its own; of an MLP the hidden layers'. last: of an MLP's last layer.
    flag: it can be had without an activation.
    parameters: it has a list of them.
    """

    name: str
    file: str
    stub: bool = False
    made: bool = True
    activation: str = "relu"
    last: str = "linear"
    flag: bool = True
    parameters: bool = True
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """What was found.

    name, file: of the class whose instances are numbers in a graph.
    data, grad, backward: what it calls them; empty where it has none.
    graph: how its nodes are linked, where others can be made to fit among them; else empty.
    refused: operations it has not, or turns down: "+", "+right" with a plain number there, "**float", …
    stubs: methods that are still to be written.
    resets: backward() begins by setting gradients to zero. frees: it takes the graph apart.
    single: its numbers are kept in single precision.
    walks_on: a node's rule calls its operands' rules.
    extras: operations that are in no exercise.
    failed: what kept files from being loaded: the file, the line or 0, and the error.
    modules: Neuron, Layer and MLP, by our names.
    operands, rule: attributes by which nodes are linked, where others can be made.
    places: of each method, by our names: its file, its first line, and its name there.
    wanted: what one is made with besides its number, as Python.
    others: classes of numbers besides the one that counts: their files and names.
    dimensions: of the NumPy array of one number that it is made of; None where it is made of the number.
    floats: in its arrays NumPy keeps whole numbers as such.
    arrives: its way back was seen to take a gradient to a leaf.
    """

    name: str
    file: str
    data: str
    grad: str
    backward: str
    graph: str
    refused: frozenset[str]
    stubs: frozenset[str]
    resets: bool
    extras: tuple[str, ...]
    failed: tuple[tuple[str, int, str], ...]
    modules: Mapping[str, Module]
    operands: str = ""
    rule: str = ""
    places: Mapping[str, tuple[str, int, str]] = field(default_factory=dict)
    frees: bool = False
    single: bool = False
    walks_on: bool = False
    others: tuple[tuple[str, str], ...] = ()
    wanted: str = ""
    dimensions: int | None = None
    floats: bool = False
    arrives: bool = True

    @property
    def goes_back(self) -> bool:
        """Whether it has a way back, and an attribute that shows what arrives by it."""
        return bool(self.backward and self.grad)

    def judges(self, exercise: str) -> bool:
        """Whether an exercise can be judged by the gradients that this way back brings, or by ours.

        One that brings none at all costs its own points, and nobody else's.
        """
        return self.goes_back and (self.arrives or bool(self.graph) or exercise == "backward")

    @property
    def lacks(self) -> frozenset[str]:
        """The operations of exercises that it has not, and backward() if it has not that."""
        return self.refused & {*OPERATIONS.values()} | ({"backward"} - {self.backward and "backward"})


def shape_from_numbers(numbers: Sequence[float]) -> Shape:
    """The shape that a worker describes, a byte a number; raises ValueError for what is no text."""
    try:
        text = bytes(int(number) for number in numbers).rstrip(b"\0").decode("utf-8")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"this is no text: {error}") from None
    lines = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    modules = {
        name: _module_from(name, lines) for name in ("Neuron", "Layer", "MLP") if f"{name}.class" in lines
    }
    return Shape(
        name=_identifier(lines["class"]) if "class" in lines else "Value",
        file=shortened(lines.get("file", ""), LONGEST),
        data=_identifier(lines.get("data", "data")),
        grad=_identifier(lines.get("grad", "")),
        backward=lines.get("backward", "") if CALL.fullmatch(lines.get("backward", "")) else "",
        graph=_among(lines.get("graph", ""), GRAPHS, ""),
        refused=_words(lines.get("refused", "")),
        stubs=_words(lines.get("stubs", "")),
        resets=lines.get("resets") == "1",
        frees=lines.get("frees") == "1",
        single=lines.get("single") == "1",
        walks_on=lines.get("walks_on") == "1",
        wanted=lines.get("wanted", "") if WANTED.fullmatch(lines.get("wanted", "")) else "",
        dimensions=int(lines["dimensions"]) if lines.get("dimensions") in ("0", "1", "2") else None,
        floats=lines.get("floats") == "1",
        arrives=lines.get("arrives", "1") == "1",
        others=tuple(_other(name) for name in lines if name.startswith("other.")),
        extras=tuple(sorted(_words(lines.get("extras", "")))),
        failed=tuple(_trouble(name, said) for name, said in lines.items() if name.startswith("trouble.")),
        modules=modules,
        operands=_identifier(lines.get("operands", "")),
        rule=_identifier(lines.get("rule", "")),
        places={name: place for name in METHODS.values() if (place := _place_in(lines, name))},
    )


def _place_in(lines: Mapping[str, str], name: str) -> tuple[str, int, str] | None:
    """Where a method is written, if that is in a file."""
    file, line, own = [*lines.get(f"{name}.place", "").rsplit(":", 2), "", ""][:3]
    known = file.endswith((".py", NOTEBOOK)) and LINE.fullmatch(line) and own.isidentifier()
    return (file.removesuffix(".py"), int(line), own) if known else None


def _other(name: str) -> tuple[str, str]:
    file, _, own = name.removeprefix("other.").rpartition(".")
    return shortened(file, LONGEST), _identifier(own)


def _trouble(name: str, said: str) -> tuple[str, int, str]:
    line, _, error = said.partition(" ")
    return shortened(name.removeprefix("trouble."), LONGEST), int(line) if line.isdecimal() else 0, error


def _module_from(name: str, lines: Mapping[str, str]) -> Module:
    told = {key: lines.get(f"{name}.{key}", "") for key in ("class", "file", "activation", "last")}
    return Module(
        name=_identifier(told["class"]),
        file=shortened(told["file"], LONGEST),
        stub=lines.get(f"{name}.stub") == "1",
        made=lines.get(f"{name}.made") == "1",
        asked=lines.get(f"{name}.asked", "1") == "1",
        activation=_among(told["activation"], ACTIVATIONS, "relu"),
        last=_among(told["last"], ACTIVATIONS, "linear"),
        flag=lines.get(f"{name}.flag") == "1",
        parameters=lines.get(f"{name}.parameters") == "1",
    )


def _identifier(name: str) -> str:
    """The name, where it is one that Python knows; an exercise is never called by anything else."""
    return shortened(name, LONGEST) if name.isidentifier() else ""


def _among(word: str, known: Sequence[str], otherwise: str) -> str:
    return word if word in known else otherwise


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(" ") if WORD.fullmatch(word))


METHODS = {"add": "__add__", "mul": "__mul__", "pow": "__pow__", "relu": "relu", "backward": "backward"}
OPERATIONS = {"add": "+", "mul": "*", "pow": "**int", "relu": "relu"}
MODULES = {"neuron": "Neuron", "layer": "Layer", "mlp": "MLP"}
CHOOSE = "name the class yourself: --value module:Class"


def found(shape: Shape) -> list[str]:
    """What was found, a sentence each."""
    names = [name for name in (shape.data, shape.grad, shape.backward) if name]
    lines = [f"class {shape.name} in {whole_name(shape.file)} ({', '.join(names)})"]
    if shape.others:
        there = ", ".join(f"{name} in {whole_name(file)}" for file, name in shape.others)
        lines.append(f"not graded: {there} (--value says which class counts)")
    lines += [_module(name, module) for name, module in shape.modules.items()]
    files = [shape.file, *(module.file for module in shape.modules.values())]
    if any(file.endswith(NOTEBOOK) for file in files):
        lines.append("lines of a notebook, counted through all its code cells")
    missing = [name for name in MODULES.values() if name not in shape.modules]
    if missing:
        lines.append(f"no {' and no '.join(missing)}{_why_unloaded(shape)}")
    return lines


def _module(name: str, module: Module) -> str:
    own = "" if module.name == name else f" (called {module.name})"
    if module.stub:
        return f"{name}{own} in {whole_name(module.file)}, still to be written"
    if not module.made:
        return f"{name}{own} in {whole_name(module.file)}, which is made of something else than sizes"
    last = f" in hidden layers, {module.last} in the last" if name == "MLP" else ""
    return f"{name}{own} in {whole_name(module.file)}: {module.activation}{last}"


def why_absent(shape: Shape, exercise: Exercise) -> NotStarted | None:
    """Why there is nothing to examine: the code does without, or it is still to be written; else None."""
    if not exercise.own:
        return _absent(shape, exercise.name)
    for part in (*METHODS, *MODULES):
        if why := _absent(shape, part):
            return NotStarted(f"it needs all parts, and {part} is missing", absent=why.absent)
    return None


def _absent(shape: Shape, name: str) -> NotStarted | None:
    if name in MODULES:
        return _module_absent(shape, MODULES[name])
    if METHODS.get(name) in shape.stubs:
        return NotStarted(f"{METHODS[name]} of {shape.name} is still to be written")
    if name == "backward" and shape.backward and not shape.grad:
        return NotStarted(f"no attribute of {shape.name} shows a gradient", absent=True)
    if (name == "backward" and not shape.backward) or OPERATIONS.get(name) in shape.refused:
        return NotStarted(f"{shape.name} has no {name}", absent=True)
    return None


def _module_absent(shape: Shape, name: str) -> NotStarted | None:
    module = shape.modules.get(name)
    if module is None:
        return NotStarted(f"there is no {name}{_why_unloaded(shape)}", absent=True)
    where = f"{module.name} in {whole_name(module.file)}"
    if module.stub:
        return NotStarted(f"{where} is still to be written")
    if not module.made:
        sizes = {"Neuron": "a number of inputs", "Layer": "two sizes", "MLP": "a list of sizes"}[name]
        return NotStarted(f"{where} cannot be made of {sizes} alone", absent=True)
    if not module.asked:
        return NotStarted(f"{where} holds no neurons, and no rows of weights, to be asked", absent=True)
    return None


def _why_unloaded(shape: Shape) -> str:
    """Which file could not be loaded, and why, if there is one."""
    if not shape.failed:
        return ""
    file, line, error = shape.failed[0]
    return f"; {whole_name(file)}{f', line {line},' if line else ''} could not be loaded: {error}"


STRICT = "in a shape of its own, judged by the course's promises"
LENIENT = (
    "in a shape of its own, judged by its own promises: its activations, a backward() that resets, plain "
    "numbers and the exactness of single precision as found in it"
)


def rules(submission: Submission, lenient: bool) -> str:
    """By which promises a submission is judged, in a sentence; nothing for the course's own files."""
    if submission.shape is None:
        return ""
    return LENIENT if lenient else STRICT


def notes_on(
    shape: Shape, exercise: Exercise, with_own: bool, lenient: bool, single: bool
) -> tuple[str, ...]:
    """In what the code differs from ours, and whether an exercise was judged by that.

    with_own: something of it held only among the code's own parts.
    single: it was compared as exactly as single precision allows.
    """
    notes = _notes(shape, exercise) if lenient else _promised(shape, exercise.name)
    return (*notes, *((SINGLE,) if single else ()), *((WITH_OWN,) if with_own else ()))


SINGLE = "Its numbers are float32, so they were compared as exactly as single precision allows."
WITH_OWN = "Some of this holds only among the code's own parts, so it was judged with those."


def _promised(shape: Shape, name: str) -> Iterator[str]:
    """What was asked all the same, as the course promises it."""
    if name == "backward" and shape.resets:
        yield "Its backward() sets every gradient of the graph to zero first, where the course's adds."
    if name in MODULES:
        module = shape.modules[MODULES[name]]
        if module.activation != "relu":
            where = "hidden layers go" if name == "mlp" else "output goes"
            yield f"Its {where} through {module.activation}, where the course promises relu."
        if name == "mlp" and module.last != "linear":
            yield f"Its last layer goes through {module.last}, where the course promises a linear one."


def _notes(shape: Shape, exercise: Exercise) -> Iterator[str]:
    name = exercise.name
    op = OPERATIONS.get(name, "").removesuffix("int")
    if f"{op}right" in shape.refused:
        yield "It takes no plain number as an operand; what needs one was left out."
    elif f"{op}left" in shape.refused:
        sums = ", and so sum()," if op == "+" else ""
        yield f"3 {op} a{sums} is not defined: that takes an __r{METHODS[name].strip('_')}__."
    if shape.floats and name in METHODS:
        yield FLOATS
    if name in OPERATIONS and not shape.judges(name) and not shape.graph:
        yield f"{_why_no_gradient(shape)}, so only its numbers were judged, and no gradient."
    if name == "backward":
        if shape.resets:
            yield (
                "Its backward() sets every gradient of the graph to zero first, where PyTorch's adds; "
                "it was judged by that."
            )
        if shape.frees:
            yield (
                "Its backward() takes the graph apart, as PyTorch's does: no second one over the same "
                "graph was asked for."
            )
        if not shape.graph:
            yield (
                "Its nodes are linked in a way of their own, so each operation was judged with the "
                "code's other ones and its backward()."
            )
    if name == "mlp" and "shallow" in shape.refused:
        yield "It cannot be made with a single layer; what needs one was left out."
    if name in MODULES:
        yield from _differences(shape.modules[MODULES[name]], MODULES[name])


FLOATS = (
    "NumPy keeps whole numbers as such in its arrays, and turns down gradients that are none; so it was "
    "asked with 2.0 in place of 2."
)


def _why_no_gradient(shape: Shape) -> str:
    if not shape.backward:
        return "It has no backward() yet"
    return (
        f"No gradient arrives by its {shape.backward}"
        if shape.grad
        else "No attribute of it shows a gradient"
    )


def _differences(module: Module, name: str) -> Iterator[str]:
    note = "a difference to note, not an error"
    if name == "MLP" and module.last != "linear":
        yield f"Its last layer goes through {module.last}, ours is linear: {note}."
    if module.activation != "relu":
        where = "hidden layers go" if name == "MLP" else "output goes"
        yield f"Its {where} through {module.activation}, ours through relu: {note}."
    if name != "MLP" and not module.flag:
        yield "It cannot be had without its activation, so nothing was asked of it as a linear one."


def retitled(result: Result, shape: Shape) -> Result:
    """The result with titles that speak of the code's own activations instead of ours."""
    module = shape.modules.get(MODULES.get(result.exercise.name, "MLP"))
    if module is None or result.exercise.name not in (*MODULES, "together"):
        return result
    verdicts = (replace(v, claim=replace(v.claim, title=_title(v.claim, module))) for v in result.verdicts)
    return replace(result, verdicts=tuple(verdicts))


def _title(claim: Claim, module: Module) -> str:
    if claim.name == "last_layer_is_linear" and module.last != "linear":
        return f"The last layer goes through {module.last}, as it is built."
    return claim.title if module.activation == "relu" else claim.title.replace("relu", module.activation)


@dataclass(frozen=True, slots=True)
class Unloadable:
    """Why nothing can be graded, in one line for a beginner, and what to do next.

    frames: where it was raised, in their own files.
    """

    what: str
    step: str
    frames: tuple[str, ...]


def unloadable(why: Observation | None, submission: Submission) -> Unloadable:
    """Why an implementation cannot be loaded; why is None where there was nothing to load."""
    what, step = _why(why, submission)
    return Unloadable(what, step, why.frames if isinstance(why, Raised) else ())


def _why(why: Observation | None, submission: Submission) -> tuple[str, str]:
    if submission.unreadable and not isinstance(why, Raised):
        name, reason = next(iter(submission.unreadable.items()))
        return reason, f"save {name}.py as UTF-8 text" if "UTF-8" in reason else "check the file"
    match why:
        case None:
            return "there is no Python file to grade", "give a .py file, or the folder with it"
        case Raised(error, frames):
            return _raised(error, frames, submission)
        case Overtime(limit):
            return (
                f"loading it takes more than {limit:g} seconds",
                'put what computes under if __name__ == "__main__":',
            )
        case Ended(reason):
            return f"while it was loaded, {reason}", 'put what exits under if __name__ == "__main__":'
        case Misfit(reason):
            return reason, CHOOSE
        case Numbers():
            return "it gives no sensible account of itself", CHOOSE


NEWER = re.compile(r"cannot import name '(\w+)' from '(\w+)'.*")


def _raised(error: str, frames: tuple[str, ...], submission: Submission) -> tuple[str, str]:
    kind, _, said = error.partition(": ")
    where = next((frame.partition(", in ")[0] for frame in reversed(frames)), "")
    at = f"{where}: " if where else ""
    if kind == "NotFound":
        return said or f"no class of numbers with gradients was found in {submission.name}", CHOOSE
    if kind == "NeedsNumPy":
        return f"{at}this engine needs NumPy, which is not installed here", "pip install numpy"
    if kind == "Needed":
        return f"{at}{said}", "take what needs it into another file, or compute with math"
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        if "print" in said:
            return f"{at}this is Python 2: {said}", "bring it to Python 3, for instance with 2to3"
        return f"{at}Python cannot read this: {said}", "mend that line first"
    if kind == "FileNotFoundError":
        path = re.search(r"'([^']*)'", said)
        return (
            f"{at}it reads a file, {path[1] if path else said}, which is not there",
            "define first, read files later",
        )
    newer = NEWER.fullmatch(said)
    if kind == "ImportError" and newer and newer[2] in sys.stdlib_module_names:
        here = ".".join(map(str, sys.version_info[:2]))
        return (
            f"{at}{newer[2]} of Python {here} has no {newer[1]}",
            "it needs a newer Python: make the grader's environment with one",
        )
    if kind in ("ModuleNotFoundError", "ImportError"):
        return f"{at}{said}", "hand in the folder that has this file, too"
    return f"{at}{error}", "mend that first; its definitions have to be there before it runs anything"


# They are told apart by what they compute. The worker has the same list, as it imports nothing of ours.
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "leaky_relu", "softplus", "silu", "sin", "exp")
# Nearly flat for large numbers: a network that ends there answers the same whatever its code does, so it is
# asked about small ones.
NARROW = ("tanh", "sigmoid", "softplus", "silu", "sin", "exp")

# What stands beside the code that is examined: an operation's value and slopes, as text for the worker.
RULES = {
    "+": "lambda a, b: (a + b, 1.0, 1.0)",
    "-": "lambda a, b: (a - b, 1.0, -1.0)",
    "*": "lambda a, b: (a * b, b, a)",
    "/": "lambda a, b: (a / b, 1 / b, -a / (b * b))",
    "**": "lambda a, k: (a**k, k * a ** (k - 1) if k else 0.0)",
    "neg": "lambda a: (-a, -1.0)",
    "relu": "lambda a: (a if a > 0 else 0 * a, 1.0 if a > 0 else 0.0)",
}
# Beside a network also these, for it may go through one of them instead of relu.
ACTIVATION_RULES = {
    "tanh": "lambda a, f=__import__('math').tanh: (f(a), 1 - f(a) ** 2)",
    "sigmoid": "lambda a, f=__import__('math').exp: (1 / (1 + f(-a)), f(-a) / (1 + f(-a)) ** 2)",
    "exp": "lambda a, f=__import__('math').exp: (f(a), f(a))",
    "log": "lambda a, f=__import__('math').log: (f(a), 1 / a)",
}
# The operation that an exercise is about. The exercises that are not here are about no single one.
OWN = {"add": "+", "mul": "*", "pow": "**", "relu": "relu"}
# What the course makes "-" and "/" of. A right "-" beside an examined "+" would do its work, so in that
# exercise it is made of the examined one, too.
MADE_OF = {"-": ("+",), "/": ("*", "**")}
# What Layer and MLP are built of is ours where they are examined: the class that stands in for the code's
# own, and the worker's module that has it.
STAND_INS = {"layer": ("Neuron", "neuron"), "mlp": ("Layer", "layer")}


def beside(exercise: str) -> dict[str, str]:
    """The rules of everything but the exercise's own operation, and what would give that away."""
    if exercise == "extras":
        return {op: RULES[op] for op in OWN.values()}
    if exercise in STAND_INS or exercise == "neuron":
        return RULES | ACTIVATION_RULES
    return {op: rule for op, rule in RULES.items() if op != OWN.get(exercise) and op not in made(exercise)}


def made(exercise: str) -> tuple[str, ...]:
    """The operations that are made of the exercise's own."""
    return tuple(op for op, parts in MADE_OF.items() if OWN.get(exercise) in parts)


def own_names(shape: Shape) -> Names:
    """What a counterexample has to call things so that it runs beside this implementation."""
    name, called = shape.backward.partition("(")[::2]
    modules = {"Value": _place(shape.file, shape.name)}
    for ours in MODULES.values():
        module = shape.modules.get(ours)
        modules[ours] = _place(module.file, module.name) if module else modules["Value"]
    return Names(
        data=shape.data or COURSES_OWN.data,
        grad=shape.grad,
        backward=name or COURSES_OWN.backward,
        is_function=called == "value)",
        wanted=shape.wanted,
        dimensions=shape.dimensions,
        modules=modules,
    )


def whole_name(file: str) -> str:
    """A file's name as it lies there: a notebook has its ending, and all else is Python."""
    return file if file.endswith(NOTEBOOK) else f"{file}.py"


def _place(file: str, name: str) -> tuple[str, str]:
    """The module and the name that a class is imported by; no module in a notebook, where it is at hand."""
    if file.endswith(NOTEBOOK):
        return "", name
    return file.replace("/", ".").removesuffix(".__init__"), name
