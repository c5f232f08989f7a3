"""The findings: what code does otherwise than it should, by name, and what is said of it.

A finding's sentence says what was seen, and why that goes wrong; the right formula is no part of it, since
that is the solution. Whatever stands in braces is filled in by the reader that found it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter

from grader.autograd.reading.naming import Names, line_of, of_trouble
from grader.model import Exercise, Finding, Raised

PLAIN = ("a Value", "a new Value")  # what a side may be instead of code
SHOWN = 120  # characters of one side that anybody reads
PLACES = ("part", "node", "used")  # what in a sentence says of which part it is


@dataclass(frozen=True, slots=True)
class Kind:
    """A finding as it is told: name for a list, explanation for a student, hint: the heading that helps.

    In a hint {exercise} stands for the exercise's name.
    """

    name: str
    explanation: str
    hint: str


ACCUMULATION, CHAIN, GRAPH = "Accumulation", "Chain rule", "Graph"
FORWARD, ORDER = "Forward pass", "Topological order"
IDEA, MATHEMATICS = "{exercise}: level 1, the idea", "{exercise}: level 2, the mathematics"

OPERATION: dict[str, Kind] = {
    "raises": Kind(
        "It raises an exception.",
        "It stops with an exception before it has done its work. {idea}",
        "Debugging",
    ),
    "calls-itself": Kind(
        "It calls itself without end.",
        "Computing with Values inside of the operation calls the same operation again, without end. What it "
        "computes with are the numbers inside: the data. {idea}",
        FORWARD,
    ),
    "result": Kind(
        "What comes back is not a new Value.",
        "What comes back is {got}. The next operation, and backward(), need a new Value.",
        FORWARD,
    ),
    "operand-changed": Kind(
        "It changes an operand.",
        "The operation itself changes {part}, so that whoever uses that operand next computes with something "
        "else.",
        FORWARD,
    ),
    "data": Kind(
        "The number that it computes is another one.",
        "The forward pass computes another number than the operation asks for. {idea}",
        FORWARD,
    ),
    "data-type": Kind(
        "The result's data is no number.",
        "The result's data is {got}. Values hold plain numbers; only the graph is made of Values.",
        FORWARD,
    ),
    "wrapped-again": Kind(
        "A Value is wrapped in another one.",
        "{part} already is a Value. Wrapped in a new one it is a copy, and what arrives at the copy never "
        "reaches the operand.",
        GRAPH,
    ),
    "operand-missing": Kind(
        "An operand is missing from the graph.",
        "{node} is not among the operands that the result was made with, so backward() never comes to it.",
        GRAPH,
    ),
    "operand-type": Kind(
        "The graph holds something that is no Value.",
        "Among the result's operands is {got}. backward() walks over Values.",
        GRAPH,
    ),
    "rule-not-stored": Kind(
        "No rule is stored in the result.",
        "The result's _backward is still what every new Value has, so that it sends nothing back.",
        IDEA,
    ),
    "rule-elsewhere": Kind(
        "The rule is stored somewhere else than in the result.",
        "The rule is stored in {got}. backward() calls the one that the result has.",
        IDEA,
    ),
    "rule-called": Kind(
        "The result's _backward cannot be called.",
        "The result's _backward is {got} and no function. Where a function is called when it is stored, what "
        "is kept is what it gave back.",
        IDEA,
    ),
    "overwrites": Kind(
        "A gradient is set instead of added to.",
        "{part} is set. Whatever another use of the same Value had put there is lost.",
        ACCUMULATION,
    ),
    "old-gradient": Kind(
        "What a gradient held before counts again.",
        "What {part} held before counts {times} times. Each use adds its own share, and leaves the rest.",
        ACCUMULATION,
    ),
    "times-gradient": Kind(
        "The share is multiplied into the gradient.",
        "The share is multiplied into {part}. Shares of several uses add up.",
        ACCUMULATION,
    ),
    "other-gradient": Kind(
        "One operand's gradient goes on from the other's.",
        "{part} is computed from {got_from}, and not from what it was itself.",
        ACCUMULATION,
    ),
    "no-share": Kind(
        "An operand receives nothing.",
        "{node} receives nothing, although the result should change when it does. {idea}",
        MATHEMATICS,
    ),
    "share-undue": Kind(
        "An operand receives something where nothing is due.",
        "{node} receives something where the result should not change with it: the slope is 0 there.",
        MATHEMATICS,
    ),
    "upstream-missing": Kind(
        "What arrives at the result is left out.",
        "The share of {node} does not depend on {upstream}. That is how much the root changes with this "
        "result, and by the chain rule it multiplies the derivative.",
        CHAIN,
    ),
    "upstream-misused": Kind(
        "What arrives at the result does not multiply the derivative.",
        "In the share of {node}, {upstream} {how}. By the chain rule it multiplies the derivative.",
        CHAIN,
    ),
    "upstream-early": Kind(
        "The gradient that arrives is read too early.",
        "{upstream} is read while the result is made, when nothing has arrived yet. It has to be read when "
        "the rule runs.",
        CHAIN,
    ),
    "wrong-number": Kind(
        "One number stands where another belongs.",
        "In the share of {node} stands {used}, which is not the number that belongs there.",
        MATHEMATICS,
    ),
    "derivative": Kind(
        "The derivative is another one.",
        "What {node} receives is not the derivative times what arrives. {idea}",
        MATHEMATICS,
    ),
    "sign": Kind(
        "A share has the wrong sign.",
        "The share of {node} has the opposite sign of what it should have.",
        MATHEMATICS,
    ),
    "gradient-type": Kind(
        "A gradient is no number.",
        "{part} becomes {got}. A gradient is a plain number: the rule computes with the numbers inside.",
        CHAIN,
    ),
    "rule-changes-data": Kind(
        "The rule changes data.",
        "The rule changes {part}. The backward pass only says how the root would change; it changes "
        "gradients and nothing else.",
        MATHEMATICS,
    ),
    "runs-operands": Kind(
        "The rule runs the operands' rules.",
        "The rule also calls {part}. When an operand has its turn is backward()'s to decide.",
        ORDER,
    ),
    "depends-on-before": Kind(
        "It depends on what ran before.",
        "The same call on the same numbers gives something else the second time: something is kept between "
        "calls, in a global name, an attribute of a class or a default argument.",
        FORWARD,
    ),
    "same-operand": Kind(
        "It goes wrong where both operands are the same Value.",
        "In {part} one Value stands on both sides, and both shares are its own.",
        ACCUMULATION,
    ),
    "plain-number": Kind(
        "It goes wrong with a plain number.",
        "With a plain number on the right it gives {got}.",
        FORWARD,
    ),
}

BACKWARD: dict[str, Kind] = {
    "endless": Kind(
        "The walk does not come to an end.",
        "In a graph of a few nodes backward() does not come to an end: {got}. A walk ends when each node "
        "has had its turn.",
        ORDER,
    ),
    "seed-missing": Kind(
        "The root's gradient is never set.",
        "backward() leaves the root's gradient as it was. Each node multiplies what arrives at it, and at "
        "the root nothing arrives: it is where everything starts.",
        IDEA,
    ),
    "seed-wrong": Kind(
        "The root's gradient starts as another number.",
        "The root's gradient {start}. How the root changes with itself is the same for every root, and all "
        "other gradients follow from it.",
        MATHEMATICS,
    ),
    "seed-added": Kind(
        "The root's start is added to what its gradient was.",
        "What the root's gradient was before the call is still in it at its turn. How the root changes with"
        " itself does not depend on earlier calls.",
        MATHEMATICS,
    ),
    "seed-conditional": Kind(
        "The root's gradient is set only if it is 0.",
        "Where the root's gradient was something else than 0 before the call, it stays so. It may come from"
        " a call in which this node was not the root.",
        MATHEMATICS,
    ),
    "seeds-many": Kind(
        "The gradients of other nodes are set to 1, too.",
        "{part} is set to 1{calls}. Only of the root is it known from the start how it changes with itself."
        " All others begin with a 1 that is not theirs, and pass it on.",
        IDEA,
    ),
    "resets": Kind(
        "Gradients are set to 0.",
        "{part} is set to 0. {lost} is gone then.",
        ACCUMULATION,
    ),
    "never-runs": Kind(
        "Some nodes never have their turn.",
        "{node} never has its turn, although there is something to pass on.{pattern}",
        IDEA,
    ),
    "runs-again": Kind(
        "Some nodes have several turns.",
        "{node} has {times} turns{ways}. At each it passes on everything that it has, and what it had "
        "passed on before is among that.",
        ORDER,
    ),
    "order": Kind(
        "Nodes have their turn before others that use them.",
        "{node} has its turn before {user}, which uses it. What {user} sends comes too late to be passed "
        "on.{pattern}",
        ORDER,
    ),
    "order-by-chance": Kind(
        "The order is that of a set, which is by chance.",
        "With other hashes the nodes of the same graph have their turns in another order, and hashes are "
        "others in every run. Such is the order of a set. Here a node has its turn before one that uses it.",
        ORDER,
    ),
    "graph-changed": Kind(
        "The graph is another one afterwards.",
        "backward() changes {part}. Whoever computes with the graph afterwards, or calls backward() once "
        "more, finds another one.",
        GRAPH,
    ),
    "remembers": Kind(
        "A second call depends on the first.",
        "With all gradients at 0 again, a second call on the same graph {what}.{marks} Each call has to "
        "find everything as the first one did.",
        ORDER,
    ),
}

NETWORK: dict[str, Kind] = {
    "attribute": Kind(
        "An attribute is not what it should be.",
        "{part} is {got}. Under that name the grader, and other code, looks for it, by index and more than "
        "once.",
        IDEA,
    ),
    "count": Kind(
        "There are too many or too few of its parts.",
        "{part} holds {count}, and that is not the number that was asked for.",
        MATHEMATICS,
    ),
    "sizes": Kind(
        "Its parts have other sizes.",
        "In {part} the {things} are made for other numbers of inputs or outputs: {got}.",
        MATHEMATICS,
    ),
    "same-object": Kind(
        "One object stands in several places.",
        "{part}: {got}. Training one of these places changes all of them.{idea}",
        IDEA,
    ),
    "start-values": Kind(
        "The weights do not start as different random numbers.",
        "Here {how}. The random numbers are there so that no two start out doing the same.",
        IDEA,
    ),
    "no-value": Kind(
        "A weight or bias is no Value.",
        "{part} holds {got}. Only a Value has a gradient, and so only a Value can be trained.",
        GRAPH,
    ),
    "nonlin-refused": Kind(
        "It cannot be told about nonlin.",
        "{part} raises an exception: __init__ does not know an argument nonlin.",
        IDEA,
    ),
    "nonlin": Kind(
        "The wrong ones use relu.",
        "In {part} the {things} are, in order: {got}. These are not the ones that should use relu.",
        IDEA,
    ),
    "output": Kind(
        "The output is another one.",
        "{part} gives another number than it should.{idea}",
        MATHEMATICS,
    ),
    "way": Kind(
        "The inputs go another way through the layers.",
        "{part} goes {got}. That is not one layer after the other.{idea}",
        IDEA,
    ),
    "output-type": Kind(
        "What comes back is no Value.",
        "{part} gives {got}. Whatever comes next, and backward(), need a Value with a number in it.",
        "{exercise}: level 3, almost code",
    ),
    "cut-off": Kind(
        "The output is cut off from what it was computed from.",
        "After backward() there is {how} for {names}, although the output changes with it. The output was "
        "computed from plain numbers there, or from copies, and these do not remember where they came from.",
        GRAPH,
    ),
    "call-changes": Kind(
        "A call changes the network.",
        "{part} puts {got}. A call reads weights and biases; only training changes them.",
        GRAPH,
    ),
    "calls-depend": Kind(
        "A call depends on the calls before it.",
        "The same call gives another answer the second time: {got}. Something is kept between calls.",
        FORWARD,
    ),
    "call-resets": Kind(
        "A call changes gradients.",
        "{part} changes the gradients of weights or biases. They add up until somebody asks for a reset, and "
        "call is no such request.",
        ACCUMULATION,
    ),
    "plain-inputs": Kind(
        "It goes wrong with plain numbers as inputs.",
        "{part} gives {got}. Inputs may be plain numbers as well as Values.",
        FORWARD,
    ),
    "argument-changed": Kind(
        "It changes the caller's list.",
        "The list that is given for {part} is {got}. It belongs to the caller, who may use it again.",
        "{exercise}: level 3, almost code",
    ),
    "parameters-missing": Kind(
        "parameters() leaves something out.",
        "{part} does not list {what}. What is not listed is neither trained nor reset.",
        IDEA,
    ),
    "parameters-repeated": Kind(
        "parameters() lists something several times.",
        "{part} lists {what} several times. Training moves it once for each time.",
        "{exercise}: level 3, almost code",
    ),
    "parameters-kind": Kind(
        "parameters() gives something else than a flat list of Values.",
        "What there is for {part}: {got}. Training and zero_grad() call it, go through it, and expect a "
        "Value each time.",
        "{exercise}: level 3, almost code",
    ),
    "parameters-others": Kind(
        "parameters() does not give the network's own Values each time.",
        "{part} {how}. Training needs the network's own Values, the same at each call.",
        "{exercise}: level 3, almost code",
    ),
}


class Findings:
    """Collects what was found in one exercise, in the order of importance in which it is told."""

    def __init__(self, exercise: Exercise, source: str, names: Names) -> None:
        self.exercise = exercise
        self.names = names
        self.file = names.file or exercise.name
        self.source = source
        self._lines = source.count("\n") + 1
        self.found: list[Finding] = []

    def add(
        self,
        finding: str,
        part: str,
        does: str = "",
        should: str = "",
        condition: str = "",
        line: int = 0,
        **words: str,
    ) -> None:
        """Take a finding, once for each part and condition; words fill its sentence."""
        kind = KINDS[finding]
        does, should = (self.names.said(x) if x in PLAIN else x for x in (does, should))
        said = defaultdict(str, words, part=part, got=does)
        sentence = self.names.said(kind.explanation).format_map(said).strip()
        hint = kind.hint.format(exercise=self.exercise.name)
        # A line that the file does not have is no line, whoever says so.
        line = line if 0 < line <= self._lines else 0
        shown = _short(does), _short(should), condition, sentence, hint, line
        made = Finding(finding, self.names.said(kind.name), part, *shown, _cause(finding, kind, said))
        if not any((f.finding, f.part, f.condition) == (finding, part, condition) for f in self.found):
            self.found.append(made)

    def raised(self, part: str, trouble: Raised, condition: str = "", finding: str = "raises") -> None:
        """Take an exception, with the line of the student's that it comes from and what that shows."""
        line = line_of(trouble, self.file)
        idea = of_trouble(trouble, self.source, self.exercise.defines, line)
        self.add(finding, part, trouble.error, "", condition, line, idea=idea)

    def has(self, *findings: str) -> bool:
        """Whether one of these has been found."""
        return any(f.finding in findings for f in self.found)

    def everywhere(self, *findings: str) -> None:
        """Make one of those that hold for one part under several conditions."""
        kept: list[Finding] = []
        for found in self.found:
            same = [f for f in kept if (f.finding, f.part) == (found.finding, found.part)]
            if same and found.finding in findings:
                place = kept.index(same[0])
                kept[place] = replace(same[0], condition="")
            else:
                kept.append(found)
        self.found = kept


def _cause(finding: str, kind: Kind, said: Mapping[str, str]) -> str:
    """What is the same wherever one mistake shows: all that its sentence says but of which part."""
    used = sorted({field for _, field, _, _ in Formatter().parse(kind.explanation) if field})
    told = [f"{field}: {said[field]}" for field in used if field not in PLACES and said[field]]
    return _short("; ".join([finding, *told]))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


KINDS: dict[str, Kind] = {**OPERATION, **BACKWARD, **NETWORK}


def name(finding: str) -> str:
    """What a finding is called in a list of many."""
    return KINDS[finding].name
