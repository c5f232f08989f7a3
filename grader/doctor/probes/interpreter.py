"""Ways to more Python than the standard library."""

from __future__ import annotations

import errno
import sys
from importlib.util import find_spec

from .calls import Scene


def package(scene: Scene) -> bool:
    """Imports a package that is installed beside the grader."""
    return _imports(scene["package"])


def package_by_path(scene: Scene) -> bool:
    """Imports a package that is installed beside the grader, by its folder."""
    sys.path.insert(0, scene["packages"])
    return _imports(scene["package"])


def oracle(scene: Scene) -> bool:
    """Finds PyTorch."""
    return find_spec("torch") is not None


def judge(scene: Scene) -> bool:
    """Finds pytest."""
    return find_spec("pytest") is not None


def grader(scene: Scene) -> bool:
    """Finds the grader."""
    return find_spec("grader") is not None


def _imports(name: str) -> bool:
    try:
        return bool(__import__(name))
    except ImportError as error:
        raise FileNotFoundError(errno.ENOENT, str(error)) from None
