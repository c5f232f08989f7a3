"""Ways to what the grader's environment says, tokens for example."""

from __future__ import annotations

import os

from .calls import Scene


def variable(scene: Scene) -> bool:
    """Reads a variable of the grader's environment."""
    return bool(os.environ.get(scene["variable"]) == scene["variable_says"])


def own_process(scene: Scene) -> bool:
    """Reads the grader's environment from what its own process was started with."""
    return _tells("self", scene["variable_says"])


def other_process(scene: Scene) -> bool:
    """Reads the environment of another process."""
    return _tells(str(scene["bystander"]), scene["secret"])


def _tells(process: str, secret: str) -> bool:
    with open(f"/proc/{process}/environ") as file:
        return secret in file.read()
