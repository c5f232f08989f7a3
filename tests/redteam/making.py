"""Hands attacks in: their files over the solutions, and what only a file system can hold."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import marshal
import os
import random
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.course.course import Course
from grader.course.properties import declared_in
from grader.examine.setting import Setting
from tests.redteam.attack import Attack

FOLDER = Path(__file__).parent / "attacks"
ENGINE = Path(__file__).parent / "engine.py"
MIB = 1 << 20


def hand_in(
    attack: Attack, classroom: Path, course: Course, setting: Setting, words: Mapping[str, str]
) -> Path:
    """Put the submission into the class's folder; what it is then, a folder or an archive.

    words: what stands for @WORD@ in an attack's files.
    """
    where = classroom / attack.person
    where.mkdir()
    for name in () if attack.any_shape else course.names:
        (where / f"{name}.py").write_text(course.solution(name), "utf-8")
    for path in sorted((FOLDER / attack.name).rglob("*")) if (FOLDER / attack.name).is_dir() else ():
        if path.is_file() and "__pycache__" not in path.parts:
            _copy(path, where / _real(path.relative_to(FOLDER / attack.name)), words)
    if attack.any_shape:
        engine = where / "engine.py"
        engine.write_text(f"{ENGINE.read_text('utf-8')}\n\n{engine.read_text('utf-8')}", "utf-8")
    maker = MAKERS.get(attack.name)
    if maker is not None:
        return maker(where, setting, words) or where
    return where


def _real(path: Path) -> Path:
    """Names that git itself would heed are kept as dot-git and the like."""
    return Path(*(f".{part[4:]}" if part.startswith("dot-") else part for part in path.parts))


def _copy(path: Path, to: Path, words: Mapping[str, str]) -> None:
    text = path.read_text("utf-8")
    for word, said in words.items():
        text = text.replace(f"@{word}@", said)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text, "utf-8")


Maker = Callable[[Path, Setting, Mapping[str, str]], Path | None]


def _formatting_bomb(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    (where / "add.py").write_text("x = f'" + "{1}" * 340_000 + "'\n")


def _hundred_megabytes(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    for number in range(100):
        (where / f"helper{number}.py").write_bytes(
            b"# " + random.Random(number).randbytes(500_000).hex().encode()
        )


def _zip_bomb(where: Path, setting: Setting, words: Mapping[str, str]) -> Path:
    (where / "add.py").unlink()
    path = where.with_name(where.name + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(where.iterdir()):
            archive.write(file, file.name)
        with archive.open("add.py", "w") as member:
            for _ in range(1024):
                member.write(bytes(MIB))
    shutil.rmtree(where)
    return path


def _many_files(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    for number in range(100_000):
        os.mknod(where / f"a{number}.py")


def _link(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    (where / "add.py").unlink()
    (where / "add.py").symlink_to(f"{words['SOLUTIONS']}/add.py")


def _link_instead(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    shutil.rmtree(where)
    where.symlink_to(words["SOLUTIONS"])


def _tar(where: Path, odd: tarfile.TarInfo) -> Path:
    """The submission as a tar, whose add.py is an odd member."""
    (where / "add.py").unlink()
    path = where.with_name(where.name + ".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(where, "work")
        archive.addfile(odd, io.BytesIO(b"x" * odd.size))
    shutil.rmtree(where)
    return path


def _hard_link(where: Path, setting: Setting, words: Mapping[str, str]) -> Path:
    member = tarfile.TarInfo("work/add.py")
    member.type, member.linkname = tarfile.LNKTYPE, f"{words['SOLUTIONS']}/add.py"
    return _tar(where, member)


def _device(where: Path, setting: Setting, words: Mapping[str, str]) -> Path:
    member = tarfile.TarInfo("work/add.py")
    member.type, member.devmajor, member.devminor = tarfile.CHRTYPE, 1, 5
    return _tar(where, member)


def _absolute(where: Path, setting: Setting, words: Mapping[str, str]) -> Path:
    member = tarfile.TarInfo(words["MARK"])
    member.size = 4
    return _tar(where, member)


def _way_out(where: Path, setting: Setting, words: Mapping[str, str]) -> Path:
    path = where.with_name(where.name + ".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(where.iterdir()):
            archive.write(file, file.name)
        archive.writestr(f"../../../../../../../..{words['MARK']}", "x")
    shutil.rmtree(where)
    return path


def _pipe(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    (where / "add.py").unlink()
    os.mkfifo(where / "add.py")


def _folder(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    (where / "add.py").unlink()
    (where / "add.py").mkdir()


def _odd_names(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    right = (where / "add.py").read_bytes()
    (where / "add.py").unlink()
    for name in (
        "\u0430dd.py",
        "add\n.py",
        "add.py ",
        "\x1b[31madd.py",
        "\u202eyp.dda",
        "ADD.py",
        "add.pyc",
        "add..py",
    ):
        (where / name).write_bytes(right)
    (Path(os.fsencode(where).decode()) / os.fsdecode(b"add\xff.py")).write_bytes(right)


def _changed(change: Callable[[bytes], bytes]) -> Maker:
    def make(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
        path = where / "add.py"
        path.write_bytes(change(path.read_bytes()))

    return make


def _huge(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    with (where / "add.py").open("ab") as file:
        file.truncate(100 * MIB)


def _table(where: Path, setting: Setting, words: Mapping[str, str]) -> None:
    """What the public seed asks of relu and what PyTorch answers, to look up by the question."""
    exercise = next(part for part in setting.course.exercises if part.name == "relu")
    bank = setting.bank(exercise, declared_in(setting.course.properties("relu")))
    table = {
        hashlib.md5(repr(packed).encode()).digest(): list(bank.answer(place))
        for place, packed in enumerate(bank.programs)
    }
    data = base64.b85encode(zlib.compress(marshal.dumps(table), 9)).decode()
    (where / "relu.py").write_text(TABLE.format(data=json.dumps(data)), "utf-8")


TABLE = '''"""By heart: the grader's protocol, with what somebody noted of the public seed's answers."""

import base64
import hashlib
import marshal
import os
import struct
import sys
import zlib

TABLE = marshal.loads(zlib.decompress(base64.b85decode({data})))


def relu(self):
    frame = sys._getframe()
    while "programs" not in frame.f_locals:
        frame = frame.f_back
    answer, programs = frame.f_locals["answer"], frame.f_locals["programs"]
    forged = bytearray(answer.nonce)
    for packed in programs:
        _, leaves, steps = packed
        length = 2 * (len(leaves) + sum(op not in ("backward", "zero") for op, _ in steps))
        numbers = TABLE.get(hashlib.md5(repr(packed).encode()).digest()) or [0.0] * length
        forged += struct.pack(f"<B{{len(numbers)}}d", 0, *numbers)
    answer.buffer = forged + answer.nonce
    answer.flush()
    os._exit(0)
'''
MAKERS: dict[str, Maker] = {
    "formatting_bomb": _formatting_bomb,
    "hundred_megabytes": _hundred_megabytes,
    "zip_bomb": _zip_bomb,
    "many_files": _many_files,
    "link_to_the_solutions": _link,
    "link_instead_of_a_folder": _link_instead,
    "hard_link_in_an_archive": _hard_link,
    "device_in_an_archive": _device,
    "absolute_names_in_a_tar": _absolute,
    "way_out_of_a_zip": _way_out,
    "pipe_instead_of_a_file": _pipe,
    "folder_instead_of_a_file": _folder,
    "odd_file_names": _odd_names,
    "not_text": _changed(lambda data: data + b"# \xff\xfe\n"),
    "nul_bytes": _changed(lambda data: data + b"# \0\n"),
    "byte_order_mark": _changed(lambda data: b"\xef\xbb\xbf" + data),
    "huge_source": _huge,
    "table_of_answers": _table,
}
