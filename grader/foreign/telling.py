"""What is said of an implementation: what is found or absent, what differs, why it cannot be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.foreign.shape import Module, Shape
from grader.model import Claim, Crashed, Exercise, NotStarted, Result
from grader.observation import Ended, Misfit, Numbers, Observation, Overtime, Raised
from grader.submission import Submission

METHODS = {"add": "__add__", "mul": "__mul__", "pow": "__pow__", "relu": "relu", "backward": "backward"}
OPERATIONS = {"add": "+", "mul": "*", "pow": "**int", "relu": "relu"}
MODULES = {"neuron": "Neuron", "layer": "Layer", "mlp": "MLP"}
CHOOSE = "name the class yourself: --value module:Class"


def found(shape: Shape) -> list[str]:
    """What was found, a sentence each."""
    names = [name for name in (shape.data, shape.grad, shape.backward) if name]
    lines = [f"class {shape.name} in {shape.file}.py ({', '.join(names)})"]
    lines += [_module(name, module) for name, module in shape.modules.items()]
    missing = [name for name in MODULES.values() if name not in shape.modules]
    if missing:
        lines.append(f"no {' and no '.join(missing)}")
    return lines


def _module(name: str, module: Module) -> str:
    own = "" if module.name == name else f" (called {module.name})"
    if module.stub:
        return f"{name}{own} in {module.file}.py, still to be written"
    if not module.made:
        return f"{name}{own} in {module.file}.py, which is made of something else than sizes"
    last = f" in hidden layers, {module.last} in the last" if name == "MLP" else ""
    return f"{name}{own} in {module.file}.py: {module.activation}{last}"


def why_absent(shape: Shape, exercise: Exercise, submission: Submission) -> NotStarted | None:
    """Why there is nothing to examine: the code does without, or it is still to be written; else None."""
    del submission
    name = exercise.name
    if name in MODULES:
        return _module_absent(shape, MODULES[name])
    if exercise.own:
        lacking = [(part, why) for part in (*METHODS, *MODULES) if (why := _absent(shape, part))]
        if not lacking:
            return None
        part, why = lacking[0]
        return NotStarted(f"it needs all parts, and {part} is missing", absent=why.absent)
    return _absent(shape, name)


def _absent(shape: Shape, name: str) -> NotStarted | None:
    if name in MODULES:
        return _module_absent(shape, MODULES[name])
    if METHODS.get(name) in shape.stubs:
        return NotStarted(f"{METHODS[name]} of {shape.name} is still to be written")
    if (name == "backward" and not shape.backward) or OPERATIONS.get(name) in shape.refused:
        return NotStarted(f"{shape.name} has no {name}", absent=True)
    return None


def _module_absent(shape: Shape, name: str) -> NotStarted | None:
    module = shape.modules.get(name)
    if module is None:
        why = f"; {shape.failed[0]}.py could not be loaded" if shape.failed else ""
        return NotStarted(f"there is no {name}{why}", absent=True)
    if module.stub:
        return NotStarted(f"{module.name} in {module.file}.py is still to be written")
    if not module.made:
        sizes = {"Neuron": "a number of inputs", "Layer": "two sizes", "MLP": "a list of sizes"}[name]
        return NotStarted(f"{module.name} in {module.file}.py cannot be made of {sizes} alone", absent=True)
    return None


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
    if name in OPERATIONS and f"{OPERATIONS[name].removesuffix('int')}right" in shape.refused:
        yield "It takes no plain number as an operand; what needs one was left out."
    if name == "backward":
        if shape.resets:
            yield (
                "Its backward() sets every gradient of the graph to zero first, where PyTorch's adds; "
                "it was judged by that."
            )
        if not shape.graph:
            yield (
                "Its nodes are linked in a way of their own, so each operation was judged with the "
                "code's other ones and its backward()."
            )
    if name in MODULES:
        yield from _differences(shape.modules[MODULES[name]], MODULES[name])


def _differences(module: Module, name: str) -> Iterator[str]:
    note = "a difference to note, not an error"
    if name == "MLP" and module.last != "linear":
        yield f"Its last layer goes through {module.last}, ours is linear: {note}."
    if module.activation != "relu":
        where = "hidden layers go" if name == "MLP" else "output goes"
        yield f"Its {where} through {module.activation}, ours through relu: {note}."
    if name != "MLP" and not module.flag:
        yield "It cannot be had without its activation, so nothing was asked of it as a linear one."


def in_own_words(result: Result, shape: Shape) -> Result:
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


def unloadable(why: Observation | None, submission: Submission) -> Crashed:
    """Why nothing can be graded, in one line for a beginner, and what to do, after a line break."""
    what, step = _why(why, submission)
    return Crashed(0, f"{what}\n{step}", why.frames if isinstance(why, Raised) else ())


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


def _raised(error: str, frames: tuple[str, ...], submission: Submission) -> tuple[str, str]:
    kind, _, said = error.partition(": ")
    where = next((frame.partition(", in ")[0] for frame in reversed(frames)), "")
    at = f"{where}: " if where else ""
    if kind == "NotFound":
        return said or f"no class of numbers with gradients was found in {submission.name}", CHOOSE
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
    if kind in ("ModuleNotFoundError", "ImportError"):
        return f"{at}{said}", "hand in the folder that has this file, too"
    return f"{at}{error}", "mend that first; its definitions have to be there before it runs anything"
