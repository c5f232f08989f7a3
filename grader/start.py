"""Starts a module of the very grader that this file belongs to, in an interpreter that nothing else steers.

    python -I grader/start.py MODULE [ARGUMENT]…
is python -m MODULE [ARGUMENT]… but for the place where Python looks for modules first: with -m that is the
current folder, where a stranger's socket.py may lie. The grader is found by the place of this file, even if
Python has another one; all other modules are found where the interpreter itself has them.
"""

# Until trusted() has been obeyed, whatever is imported may be a stranger's: only these two are there already.
import os
import sys


def trusted() -> list[str]:
    """Where this process finds modules, without the current folder, however that came to be on the path."""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        here = ""  # it is gone, and nothing is found there
    return [place for place in sys.path if os.path.isabs(place) and os.path.realpath(place) != here]


class OnTrustedPath:
    """What a block imports is not looked for in the current folder."""

    def __enter__(self) -> None:
        self._before = sys.path[:]
        sys.path[:] = trusted()

    def __exit__(self, *_: object) -> None:
        sys.path[:] = self._before


def main(module: str, *arguments: str) -> None:
    """Run a module of this grader as the main one."""
    sys.path[:] = trusted()
    from importlib.util import module_from_spec, spec_from_file_location
    from runpy import run_module

    folder = os.path.dirname(os.path.realpath(__file__))
    face = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("grader", face, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules["grader"] = module_from_spec(spec)
    spec.loader.exec_module(package)
    from grader.printable import place_doors

    place_doors()
    sys.argv[:] = [module, *arguments]
    run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
