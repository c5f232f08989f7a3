"""What happens to right work between a student's desk and ours, at random: nobody means any harm."""

from __future__ import annotations

import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable, Mapping

Tree = dict[tuple[str, ...], bytes]
# Before and after an exercise's name, and what comes at the end.
BEFORE = ("", "", "student_hw1_", "hw1-", "Copy of ", "ada lovelace ", "1. ", "my")
AFTER = ("", "", " (1)", "-2", "_final", " - Copy", ".v2", " FINAL final", "_new", "(2)")
ENDINGS = (".py", ".py", ".PY", ".Py", ".py.txt", ".txt", ".pyw", ".py.bak", "")
FOLDERS = (
    "Desktop",
    "uni",
    "exercises",
    "Exercises",
    "hw1",
    "NanoGrad main",
    "Übung 1",
    "src",
    "a",
    "solution",
)


class Accidents:
    """One hand-in's accidents.

    right: the exercises' texts by name. stubs: as they are handed out.
    """

    def __init__(self, seed: int, right: Mapping[str, str], stubs: Mapping[str, str]) -> None:
        self.random = random.Random(seed)
        self.right, self.stubs = right, stubs
        self.names = list(right)
        self.tree: Tree = {(f"{name}.py",): text.encode() for name, text in right.items()}
        self.done: list[str] = []

    def happen(self) -> Tree:
        """The hand-in after one to three of them, and what packs it last."""
        for accident in self.random.sample(ACCIDENTS, self.random.choice((1, 1, 2, 3))):
            accident(self)
            self.done.append(accident.__name__)
        if self.random.random() < 0.4:
            self.pack()
        return self.tree

    def some(self) -> list[tuple[str, ...]]:
        """One of the files, or all of them."""
        paths = [path for path in self.tree if any(name in path[-1].lower() for name in self.names)]
        return self.random.choice((paths, paths[:1], [self.random.choice(paths)])) if paths else []

    def move(self, path: tuple[str, ...], to: tuple[str, ...]) -> None:
        self.tree[to] = self.tree.pop(path)

    def rename(self) -> None:
        before, after, ending = map(self.random.choice, (BEFORE, AFTER, ENDINGS))
        for path in self.some():
            self.move(path, (*path[:-1], f"{before}{path[-1].split('.')[0]}{after}{ending}"))

    def change_case(self) -> None:
        change = self.random.choice((str.upper, str.title, str.capitalize, str.swapcase))
        for path in self.some():
            self.move(path, (*path[:-1], change(path[-1])))

    def nest(self) -> None:
        deep = tuple(self.random.choices(FOLDERS, k=self.random.randint(1, 6)))
        for path in self.random.choice((list(self.tree), self.some())):
            self.move(path, (*deep, *path))

    def encode(self) -> None:
        change = self.random.choice(ENCODINGS)
        for path in self.some():
            self.tree[path] = change(self.tree[path])

    def add_odd_files(self) -> None:
        for name, data in self.random.sample(sorted(ODD.items()), 4):
            self.tree[tuple(name.split("/"))] = data

    def add_stubs(self) -> None:
        folder = self.random.choice(("handed out", "exercises", "a/b/exercises", "zzz")).split("/")
        for name, text in self.stubs.items():
            self.tree.setdefault((*folder, f"{name}.py"), text.encode())

    def add_backup(self) -> None:
        """An older state beside the right one: the same, or not right yet."""
        folder = self.random.choice(("backup", "old", "exercises (1)", "exercises_old"))
        for name in self.random.choice((self.names, self.names[:1])):
            text = self.right[name]
            worse = text.replace("+=", "=").replace("* out.grad", "").replace("random.uniform", "abs")
            self.tree[folder, f"{name}.py"] = self.random.choice((text, worse)).encode()

    def add_project(self) -> None:
        """All of the project around it."""
        self.tree[("course.toml",)] = b"title = 'x'"
        for place in ("grader/layer.py", "tests/properties/test_add.py", "solutions/add.py"):
            self.tree[tuple(place.split("/"))] = b"class Layer: ...\n\n\ndef add(a, b):\n    return a\n"

    def add_git(self) -> None:
        for place in (".git/HEAD", ".git/add.py", ".venv/lib/add.py", "__pycache__/add.cpython-312.pyc"):
            self.tree[tuple(place.split("/"))] = b"def add(a, b): ..."

    def into_notebook(self) -> None:
        paths = self.some()
        cells = [(self.tree.pop(path)).decode("utf-8", "ignore") for path in paths]
        made = [{"cell_type": "code", "source": ["%matplotlib inline\n", "print(Value(1) + 2)\n"]}]
        made += [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
        self.tree[("homework.ipynb",)] = json.dumps({"cells": made, "nbformat": 4}).encode()

    def into_one_file(self) -> None:
        texts = [text.replace("from __future__ import annotations\n", "") for text in self.right.values()]
        self.tree = {("hw1.py",): b"from __future__ import annotations\n\n" + "\n\n".join(texts).encode()}

    def into_rar(self) -> None:
        paths = self.some()
        for path in paths:
            del self.tree[path]
        self.tree[("work.rar",)] = b"Rar!\x1a\x07\x01\x00" + bytes(100)

    def pack(self) -> None:
        """All of it into one archive, whose name says which."""
        pack, ending = self.random.choice(PACKED)
        self.done.append(f"packed as {ending}")
        self.tree = {(f"work{ending}",): pack(self.tree)}


def _utf16(mark: bytes, encoding: str) -> Callable[[bytes], bytes]:
    return lambda data: mark + data.decode("utf-8", "ignore").encode(encoding)


ENCODINGS = (
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"\n", b"\r"),
    lambda data: data.rstrip(),
    lambda data: data.replace(b"\n", b"  \n"),
    lambda data: b"# gr\xf6\xdfer als 5 \x80\n" + data,
    lambda data: b"# -*- coding: latin-1 -*-\n# gr\xf6\xdfer\n" + data,
    _utf16(b"\xff\xfe", "utf-16-le"),
    _utf16(b"\xfe\xff", "utf-16-be"),
    _utf16(b"", "utf-16-le"),
)
ODD = {
    ".DS_Store": b"\0\0\0\1Bud1",
    "__MACOSX/._add.py": b"\0\5\x16\7",
    "README.md": b"# My homework\n\nadd, mul and relu are done.\n",
    "notes.txt": b"def of add: see the lecture\n",
    "report.pdf": b"%PDF-1.4\n\xff\xfe",
    "plots/add.png": b"\x89PNG\r\n\x1a\n",
    "data.csv": b"a,b\n" * 1000,
    "test_mine.py": b"def test_it():\n    assert True\n",
    "helpers.py": b"def wrap(x):\n    return x\n",
    "add.docx": b"PK\3\4 not really",
    "requirements.txt": b"torch\n",
    "scratch/try add.py": b"print(1 + 2)\n",
}


def _zip(tree: Tree, between: str = "/") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in tree.items():
            info = zipfile.ZipInfo(between.join(path))
            info.filename = between.join(path)
            archive.writestr(info, data)
    return file.getvalue()


def _tar(tree: Tree) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for path, data in tree.items():
            info = tarfile.TarInfo("/".join(path))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


PACKED = (
    (_zip, ".zip"),
    (lambda tree: _zip(tree, "\\"), ".ZIP"),
    (lambda tree: _zip({("inner.zip",): _zip(tree)}), ".zip"),
    (_tar, ".tar.gz"),
)
ACCIDENTS = [
    *(Accidents.rename, Accidents.change_case, Accidents.nest, Accidents.encode, Accidents.add_odd_files),
    *(Accidents.add_stubs, Accidents.add_backup, Accidents.add_project, Accidents.add_git),
    *(Accidents.into_notebook, Accidents.into_one_file, Accidents.into_rar),
]
