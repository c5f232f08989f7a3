"""Grades the exercises of an automatic-differentiation course against PyTorch."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(ipython: "InteractiveShell") -> None:
    """Give a notebook that says %load_ext grader its magics; see grader.notebook.magics.load."""
    from grader.start import OnTrustedPath

    with OnTrustedPath():
        # Nothing else needs IPython, and it is not always there.
        from grader.notebook.magics import load

    load(ipython)
