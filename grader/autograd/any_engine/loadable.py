"""An implementation as it is sent to a worker, with what it takes to understand it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.autograd.any_engine.shape import STAND_INS, beside, made
from grader.sandbox.runner import Parts, sent
from grader.submission.submission import AnyShape

WORKER = "autograd.any_engine.worker"


@dataclass(frozen=True, slots=True)
class Loadable(Parts):
    """An implementation for one process; its modules are its files, by path.

    beside: what is examined with our parts beside it; empty for all of the code's own.
    networks: it will be asked about Neuron, Layer or MLP.
    whole: run modules with their demos, where nothing is found without.
    describe: it will be asked what it is.
    usual: parts that stand in go through relu, whatever the code's own go through.
    chains: to read it, its product of two nodes may be used, where no others can be made.
    """

    asked: AnyShape = AnyShape()  # noqa: RUF009 (it is frozen)
    beside: str = ""
    networks: bool = False
    whole: bool = False
    describe: bool = False
    usual: bool = False
    chains: bool = False

    def head(self) -> dict[str, Any]:
        """As the worker is told."""
        spared = set() if self.beside else {"siblings"}
        # What is examined is not sent along, nor what it is made into: each stands in only where it must.
        spared |= set() if self.beside and self.beside != "backward" else {"order"}
        name, module = STAND_INS.get(self.beside, ("", ""))
        spared |= {"neuron", "layer"} - {module} | (set() if module else {"stand_ins"})
        given = {
            "code": {name: code for name, code in sent(WORKER).items() if name not in spared},
            "files": dict(self.modules),
            "value": self.asked.value,
            "map": dict(self.asked.names),
            "whole": self.whole,
            "describe": self.describe,
            "rules": beside(self.beside) if self.beside else {},
            "made": made(self.beside),
            # Where it is read, what we put beside it keeps rules of the engine's own kind.
            "backward": bool(self.beside) and self.beside != "backward" and not self.reading,
            "reading": sent(self.reading) if self.reading else {},
            "chains": self.chains,
            "backward_read": bool(self.reading) and self.beside == "backward",
            "networks": self.networks,
            "stand_in": name,
            "usual": self.usual,
        }
        return {"parts": {}, "foreign": given}
