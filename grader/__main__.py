"""The command; python -P -m grader is the same. Without -P Python looks into the current folder first."""

import sys

from grader.start import trusted


def main() -> None:
    """Do as the arguments say, with no module of the folder that the command is called in."""
    sys.path[:] = trusted()
    try:
        _run()
    except KeyboardInterrupt:
        # Whoever stops it while it still imports is told as by the command itself.
        print("\nAborted!", file=sys.stderr)
        sys.exit(1)


def _run() -> None:
    from grader.machine.processes import begin_anew

    begin_anew()
    from grader.cli import main as command
    from grader.printable import place_doors

    place_doors()
    command()


if __name__ == "__main__":
    main()
