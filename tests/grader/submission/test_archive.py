"""One archive of one student: what is read of it, and why each hostile one is refused."""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import time
import tracemalloc
import warnings
import zipfile
import zlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.machine.folders import Root
from grader.submission import tree
from grader.submission.archive import members
from grader.submission.submission import LARGEST
from grader.submission.tree import read_path

WANTED = ("add", "mul")


@pytest.fixture
def read(tmp_path):
    """Reads bytes as somebody's archive."""

    def read(data, name="alice.zip"):
        (tmp_path / name).write_bytes(data)
        return read_path(Root(tmp_path), (name,), "alice", WANTED)

    return read


@pytest.fixture
def refusal(read):
    """Why bytes are refused as somebody's archive."""

    def refusal(data, name="alice.zip"):
        with pytest.raises(UsageError) as caught:
            read(data, name)
        assert caught.value.what.isprintable()
        assert caught.value.next_step
        return caught.value.what

    return refusal


def zipped(*members, compression=zipfile.ZIP_DEFLATED):
    """A zip of pairs of name (or ZipInfo) and content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def tarred(*members, mode="w", form=tarfile.GNU_FORMAT):
    """A tar of pairs of name (or TarInfo) and content."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=form) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def linked(name, mode=stat.S_IFLNK):
    """A zip's member that is a link or a device."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o777) << 16
    return info, "/etc/passwd"


FORMS = {
    "zip": zipped,
    "stored": lambda *members: zipped(*members, compression=zipfile.ZIP_STORED),
    "tar": tarred,
    "pax": lambda *members: tarred(*members, form=tarfile.PAX_FORMAT),
    "ustar": lambda *members: tarred(*members, form=tarfile.USTAR_FORMAT),
    "gz": lambda *members: tarred(*members, mode="w:gz"),
    "bz2": lambda *members: tarred(*members, mode="w:bz2"),
    "xz": lambda *members: tarred(*members, mode="w:xz"),
}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
both_kinds = pytest.mark.parametrize("form", [FORMS["zip"], FORMS["tar"]], ids=["zip", "tar"])


# What is read


@every_form
def test_files_are_read_from_every_kind_of_archive(form, read):
    submission = read(form(("add.py", b"x = 1\n"), ("helper.py", b"y = 2\n"), ("notes.txt", b"z")))
    assert submission.sources == {"add": "x = 1\n", "helper": "y = 2\n"}
    assert submission.unreadable == {}
    assert submission.name == "alice"


@every_form
def test_archive_is_told_by_its_content_not_by_its_name(form, read):
    for name in ("a.zip", "a.tar", "a.tgz"):
        assert read(form(("add.py", b"x = 1\n")), name).sources == {"add": "x = 1\n"}


@both_kinds
@pytest.mark.parametrize("folder", ["", "./", "exercises/", "repo/exercises/", "./a//b/"])
def test_files_may_lie_two_folders_down(form, folder, read):
    assert set(read(form((f"{folder}add.py", b""), (f"{folder}mul.py", b""))).sources) == {"add", "mul"}


@both_kinds
def test_files_three_folders_down_are_not_found(form, refusal):
    assert refusal(form(("a/b/c/add.py", b""))) == "alice.zip holds no Python file; wanted are add.py, mul.py"


@both_kinds
def test_shallowest_folder_counts(form, read):
    data = form(("repo/old/add.py", b"old"), ("repo/add.py", b"new"), ("repo/old/mul.py", b"old"))
    assert read(data).sources == {"add": "new"}


@both_kinds
def test_folder_called_exercises_counts_among_equally_deep_ones(form, read):
    data = form(("repo/solutions/add.py", b"no"), ("repo/exercises/add.py", b"yes"))
    assert read(data).sources == {"add": "yes"}


@both_kinds
def test_two_equally_deep_folders_are_refused(form, refusal):
    data = form(("one/add.py", b""), ("two/mul.py", b""))
    assert refusal(data) == "alice.zip has the exercises in two places, one and two"


@both_kinds
def test_leftovers_of_programs_are_passed_over(form, read):
    junk = (
        "__MACOSX/._add.py",
        "__MACOSX/add.py",
        "._add.py",
        ".DS_Store",
        "__pycache__/add.py",
        ".git/add.py",
    )
    assert set(read(form(("add.py", b"x"), *((name, b"\0") for name in junk))).sources) == {"add"}


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_name_too_long_for_a_header_is_read(form, read):
    data = tarred((f"{'long' * 60}/{'ö' * 90}/add.py", b"x = 1\n"), form=form)
    assert read(data, "alice.tar").sources == {"add": "x = 1\n"}


def test_folders_and_other_files_between_do_not_matter(read):
    folder = special("exercises/", tarfile.DIRTYPE)
    data = tarred(folder, ("exercises/data.bin", os.urandom(5000)), ("exercises/add.py", b"x"), ("z", b"1"))
    assert read(data).sources == {"add": "x"}


@both_kinds
def test_file_that_is_no_source_is_refused_alone(form, read):
    submission = read(form(("add.py", b"x"), ("mul.py", b"\0"), ("pow.py", b"\xff")))
    assert submission.sources == {"add": "x"}
    assert submission.unreadable == {
        "mul": "mul.py holds a NUL byte, so it is no Python source",
        "pow": "pow.py is not UTF-8 text",
    }


@every_form
def test_file_that_is_too_large_is_refused_alone(form, read):
    submission = read(form(("add.py", b"#" * LARGEST), ("mul.py", b"#" * (LARGEST + 1))))
    assert len(submission.sources["add"]) == LARGEST
    assert submission.unreadable == {"mul": "mul.py is larger than 1 MiB"}


# Hostile names


@both_kinds
@pytest.mark.parametrize(
    "name",
    [
        "/add.py",
        "../add.py",
        "a/../../add.py",
        "../x/notes.txt",
        "a/..",
        "a\\..\\..\\b.txt",
        "C:add.py",
        "c:/add.py",
        "c:\\x\\add.py",
        "..\\add.py",
        "\\\\x\\add.py",
    ],
)
def test_path_that_leads_out_is_refused(form, name, refusal):
    reason = refusal(form(("add.py", b""), (name, b"")))
    assert reason.startswith("alice.zip holds a path that leads out of it or is not plain: ")


@both_kinds
@pytest.mark.parametrize(
    "name", ["/etc/passwd", "C:\\temp\\x.tmp", "C:notes.py", "x\\y.txt", "\\\\server\\notes.txt"]
)
def test_odd_path_that_nobody_needs_spoils_nothing(form, name, read):
    assert read(form(("exercises/add.py", b"x"), (name, b"y"))).sources == {"add": "x"}


@both_kinds
@pytest.mark.parametrize("folder", ["a\\", ".\\a\\", "a/b\\", "a\\b/"])
def test_backslash_parts_a_path(form, folder, read):
    members = ((f"{folder}add.py", b"x"), (f"{folder}mul.py", b"y"), ("a\\", b""))
    assert read(form(*members)).sources == {"add": "x", "mul": "y"}


def test_name_with_a_nul_is_refused(refusal):
    data = zipped(("add.py", b"x"), ("mul.pyXtxt", b"y"))
    assert "is not plain" in refusal(data.replace(b"mul.pyXtxt", b"mul.py\0txt"))


@both_kinds
@pytest.mark.parametrize(
    "name", ["add\n.py", "add\u202e.py", "\u0430dd.py", "a b.py", "größe.py", "add.PY", "-.py"]
)
def test_file_with_an_odd_name_is_left_out(form, name, read):
    assert set(read(form(("add.py", b"x"), (name, b"y"))).sources) == {"add"}


@both_kinds
def test_name_that_steers_a_terminal_is_shown_escaped(form, refusal):
    assert refusal(form(("\x1b[31m\u202e/../add.py", b""))).endswith("\\x1b[31m\\u202e/../add.py")


@both_kinds
def test_file_that_is_twice_where_nobody_looks_does_not_matter(form, read):
    with warnings.catch_warnings(action="ignore"):
        data = form(("add.py", b"x"), ("old/add.py", b"one"), ("old/add.py", b"two"))
    assert read(data).sources == {"add": "x"}


@every_form
def test_file_that_is_there_twice_is_refused(form, refusal):
    with warnings.catch_warnings(action="ignore"):
        data = form(("add.py", b"one"), ("add.py", b"two"))
    assert refusal(data) == "alice.zip holds add.py twice, and they differ"


@every_form
def test_file_that_is_there_twice_and_says_the_same_is_read(form, read):
    with warnings.catch_warnings(action="ignore"):
        data = form(("add.py", b"x"), ("mul.py", b"y"), ("add.py", b"x"))
    assert read(data).sources == {"add": "x", "mul": "y"}


def test_file_that_is_there_twice_by_another_way_is_refused(refusal):
    assert refusal(tarred(("a/add.py", b"one"), ("./a//add.py", b"two"))).endswith("twice, and they differ")


# Names that are not marked as UTF-8


def unmarked(*members, extra=b""):
    """A zip whose names are bytes, of which nothing says what they mean."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, (name, content) in enumerate(members):
            info = zipfile.ZipInfo(f"{number:0{len(name)}}")
            info.extra = extra
            archive.writestr(info, content)
    data = file.getvalue()
    for number, (name, _) in enumerate(members):
        data = data.replace(f"{number:0{len(name)}}".encode(), name)
    return data


NAMES = ["Zoë", "Łukasz", "李雷", "אבי", "Zoe\u0308", "🎓"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_name_that_is_utf8_by_its_bytes_is_read_as_that(name):
    (member,) = members(io.BytesIO(unmarked((f"{name}/add.py".encode(), b"x"))), tree.LIMITS)
    assert (member.name, member.read(9)) == (f"{name}/add.py", b"x")


def test_name_of_an_old_codepage_stays_as_it_was():
    (member,) = members(io.BytesIO(unmarked(("Zoë/add.py".encode("cp437"), b"x"))), tree.LIMITS)
    assert member.name == "Zoë/add.py"


def test_name_is_taken_from_the_field_that_says_it_in_utf8():
    raw, meant = "李雷/add.py".encode("gbk"), "李雷/add.py".encode()
    body = struct.pack("<BL", 1, zlib.crc32(raw)) + meant
    for extra, name in [
        (struct.pack("<HH", 0x7075, len(body)) + body, "李雷/add.py"),
        (struct.pack("<HH", 0x7075, len(body) + 1) + body + b"\xff", None),
        (struct.pack("<HHBL", 0x7075, 8, 1, 7) + b"add", None),
    ]:
        (member,) = members(io.BytesIO(unmarked((raw, b"x"), extra=extra)), tree.LIMITS)
        assert member.name == (name or raw.decode("cp437"))


# Environments of Python's, which are large and nobody's work


def environment(name, *, sign="pyvenv.cfg"):
    """What python -m venv makes, in small."""
    lib = f"{name}lib/python3.11/site-packages/torch"
    places = (f"{name}{sign}", f"{name}bin/add.py", f"{name}lib/add.py", f"{lib}/add.py", f"{lib}/big.so")
    return tuple((place, b"not yours") for place in places)


@both_kinds
@pytest.mark.parametrize("name", [".venv/", "venv/", "my env/", "repo/e/", ""])
@pytest.mark.parametrize("sign", ["pyvenv.cfg", "conda-meta/history"])
def test_environment_is_passed_over_wherever_it_is(form, name, sign, read):
    data = form(*environment(name, sign=sign), ("repo/exercises/add.py", b"x"))
    assert read(data).sources == {"add": "x"}


@both_kinds
@pytest.mark.parametrize("folder", ["site-packages", "dist-packages", "node_modules", ".git", "__pycache__"])
def test_what_is_installed_is_passed_over(form, folder, read):
    data = form((f"{folder}/add.py", b"no"), (f"{folder}/a/add.py", b"no"), ("a/b/add.py", b"x"))
    assert read(data).sources == {"add": "x"}


@both_kinds
def test_folder_that_is_called_like_an_environments_is_read_where_there_is_none(form, read):
    assert read(form(("lib/add.py", b"x"))).sources == {"add": "x"}


def test_of_what_nobody_reads_neither_size_nor_form_matters(read):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exercises/add.py", "x")
        for number in range(100):  # more in all than may be read
            archive.writestr(f".venv/lib/{number}.so", bytes(1 << 20))
        archive.writestr("notes.txt", "y", zipfile.ZIP_LZMA)
    data = bytearray(file.getvalue())
    at = data.rindex(b"PK\1\2")
    data[at + 8] |= 1  # encrypted, too
    assert read(bytes(data)).sources == {"add": "x"}


def test_helper_that_cannot_be_read_is_refused_alone(read):
    data = bytearray(zipped(("add.py", b"x"), ("notes.py", os.urandom(500).hex().encode())))
    data[data.index(b"notes.py") + 40] ^= 0x55
    submission = read(bytes(data))
    assert submission.sources == {"add": "x"}
    assert submission.unreadable == {"notes": "notes.py is damaged, so it cannot be unpacked"}


# Links and devices


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_link_or_device_in_a_tar_is_refused_alone(kind, read):
    submission = read(tarred(("add.py", b"x"), special("mul.py", kind, "/etc/passwd"), ("z.py", b"")))
    assert submission.sources == {"add": "x", "z": ""}
    assert submission.unreadable == {"mul": "mul.py is a link or a device, not a regular file"}


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_link_or_device_in_a_zip_is_refused_alone(mode, read):
    submission = read(zipped(("add.py", b"x"), linked("mul.py", mode)))
    assert submission.unreadable == {"mul": "mul.py is a link or a device, not a regular file"}
    assert "passwd" not in str(submission.sources)


def test_link_to_a_folder_takes_nothing_along(refusal):
    data = tarred(special("exercises", tarfile.SYMTYPE, "/etc"), ("notes.txt", b""))
    assert "holds no Python file" in refusal(data)


def test_file_with_holes_is_refused(refusal):
    assert refusal(tarred(special("add.py", tarfile.GNUTYPE_SPARSE))) == (
        "alice.zip holds a file with holes, which is not read"
    )


# Archives in archives, and none


@both_kinds
@pytest.mark.parametrize("inner", FORMS.values(), ids=FORMS)
def test_archive_that_is_all_an_archive_holds_is_opened(inner, form, read):
    data = form(("notes.txt", b""), ("deep/work.zip", inner(("exercises/add.py", b"x"))), ("a.txt", b""))
    assert read(data).sources == {"add": "x"}


@both_kinds
def test_archive_beside_exercises_does_not_matter(form, read):
    data = form(("old.zip", zipped(("add.py", b"old"))), ("add.py", b"new"), ("b.zip", b"no archive"))
    assert read(data).sources == {"add": "new"}


@both_kinds
def test_two_archives_in_an_archive_are_refused(form, refusal):
    inner = zipped(("add.py", b"x"))
    reason = refusal(form(("one.zip", inner), ("two.zip", inner)))
    assert reason == "alice.zip holds 2 archives, and no word which one counts"


def test_archives_are_opened_no_deeper_than_three(read, refusal):
    three = zipped(("c.zip", zipped(("b.zip", zipped(("add.py", b"x"))))))
    assert read(three).sources == {"add": "x"}
    reason = refusal(zipped(("d.zip", three)))
    assert reason == "alice.zip/d.zip/c.zip holds an archive, b.zip, and no exercise file"


def test_inner_archive_that_cannot_be_read_is_named(refusal):
    assert refusal(zipped(("a/b.zip", b"Rar!"))) == "alice.zip/a/b.zip is neither a zip nor a tar archive"


def test_inner_archive_that_is_too_large_is_refused(monkeypatch, refusal):
    monkeypatch.setattr(tree, "INNER", 1 << 20)
    reason = refusal(zipped(("b.zip", bytes(3 << 20))))
    assert reason == "alice.zip holds an archive of more than 1 MiB: b.zip"


@every_form
def test_archive_without_exercises_is_refused(form, refusal):
    assert refusal(form(("other.py", b""))) == "alice.zip holds none of the exercises (add.py, mul.py)"


@every_form
def test_archive_without_members_is_refused(form, refusal):
    assert "holds no Python file" in refusal(form())


@pytest.mark.parametrize(
    "data", [b"x", b"hello\n" * 200, b"PK", b"Rar!\x1a\7\0" + bytes(600), b"7z\xbc\xaf" * 300]
)
def test_what_is_no_archive_is_refused(data, refusal):
    assert refusal(data) == "alice.zip is neither a zip nor a tar archive"


def test_empty_file_is_refused(refusal):
    assert refusal(b"") == "alice.zip is empty"


# Damage


@every_form
def test_archive_that_is_cut_off_anywhere_is_refused(form, read, refusal):
    data = form(("add.py", os.urandom(700).hex().encode()), ("mul.py", b"y = 2\n"))
    for end in range(1, len(data) - 1, max(1, len(data) // 40)):
        try:
            submission = read(data[:end])
        except UsageError:
            continue
        # All that may be missing is what fills a tar's last block.
        assert set(submission.sources) == {"add", "mul"}
        assert not any(data[end:])


@pytest.mark.parametrize("form", ["zip", "stored", "gz", "bz2", "xz"])
def test_content_that_does_not_fit_its_checksum_is_refused(form, refusal):
    data = bytearray(FORMS[form](("add.py", os.urandom(500).hex().encode())))
    data[len(data) // 3] ^= 0x55
    assert refusal(bytes(data)).startswith("alice.zip is ")


def test_header_that_does_not_fit_its_checksum_is_refused(refusal):
    data = bytearray(tarred(("add.py", b"x"), ("mul.py", b"y")))
    data[1024 + 3] ^= 1
    assert refusal(bytes(data)) == "alice.zip is damaged, so it cannot be unpacked"


def header(**fields):
    """A tar header with fields as bytes, and a right checksum."""
    block = bytearray(tarfile.TarInfo("add.py").tobuf())
    places = {"size": 124, "kind": 156, "name": 0}
    for field, data in fields.items():
        block[places[field] : places[field] + len(data)] = data
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("size", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0", b"abcdefghijk\0"])
def test_impossible_size_is_refused_at_once(size, refusal):
    start = time.monotonic()
    assert refusal(header(size=size) + bytes(2048)).startswith("alice.zip is ")
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "record",
    [
        b"-5 path=x\n",
        b"0 path=x\n",
        b"99999999999999999999 path=x\n",
        b"7 path=\n" * 9000,
        b"12 size=-99\n",
        b"x",
        b"\xff",
    ],
    ids=ascii,
)
def test_extended_header_that_makes_no_sense_is_refused_at_once(record, refusal):
    body = record + bytes(-len(record) % 512)
    data = header(kind=b"x", size=b"%011o\0" % len(record)) + body + header() + bytes(1024)
    start = time.monotonic()
    assert refusal(data).startswith("alice.zip has a longer header" if len(record) > 65536 else "alice.zip ")
    assert time.monotonic() - start < 1


def test_endless_chain_of_extended_headers_ends(refusal):
    record = b"12 path=abc\n"
    link = header(kind=b"x", size=b"%011o\0" % len(record)) + record + bytes(512 - len(record))
    data = link * 20_000
    assert refusal(data) == "alice.zip is cut off before its end"


def test_header_that_is_longer_than_any_name_is_refused(refusal):
    data = header(kind=b"L", size=b"%011o\0" % (1 << 20)) + bytes(1 << 20)
    assert refusal(data) == "alice.zip has a longer header than anybody needs"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_compression_in_a_zip_is_refused(method, refusal):
    data = zipped(("add.py", b"x"), compression=method)
    assert refusal(data) == "alice.zip uses a rare kind of compression, which is not read"


@pytest.mark.parametrize("flag", [0x1, 0x41])
def test_encrypted_zip_is_refused(flag, refusal):
    data = bytearray(zipped(("add.py", b"x")))
    data[6] |= flag
    data[data.index(b"PK\1\2") + 8] |= flag
    assert refusal(bytes(data)) == "alice.zip is encrypted"


@pytest.mark.parametrize("size", [0, 1, 0xFFFF, 0xFFFFFFFE])
@pytest.mark.parametrize("place", ["offset", "length", "entries"])
def test_directory_of_a_zip_that_lies_is_refused_or_read_right(place, size, read):
    data = bytearray(zipped(("add.py", b"x"), ("mul.py", b"y")))
    end = data.index(b"PK\5\6")
    form, at = {"entries": ("<H", 10), "length": ("<L", 12), "offset": ("<L", 16)}[place]
    struct.pack_into(form, data, end + at, size & (0xFFFF if form == "<H" else 0xFFFFFFFF))
    try:
        sources = read(bytes(data)).sources
    except UsageError as error:
        sources, what = {}, error.what
    else:
        what = "alice.zip "
    assert sources.items() <= {"add": "x", "mul": "y"}.items()
    assert what.startswith("alice.zip ")


def test_zip64_that_promises_too_much_is_refused(refusal):
    data = bytearray(zipped(("add.py", b"x")))
    at = data.index(b"PK\1\2")
    struct.pack_into("<LL", data, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    assert refusal(bytes(data)).startswith("alice.zip is damaged")


# Exhaustion


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_bomb_in_a_tar_is_refused_in_time_and_room(pack, monkeypatch, refusal):
    monkeypatch.setattr(tree, "LIMITS", replace(tree.LIMITS, passed=16 << 20))
    bomb = header(name=b"bomb.bin", size=b"%011o\0" % (200 << 20)) + bytes(20 << 20)
    data = pack(bomb)
    tracemalloc.start()
    start = time.monotonic()
    assert refusal(data) == "alice.zip unpacks to more than 16 MiB"
    assert time.monotonic() - start < 10
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_bomb_in_a_zip_is_read_no_further_than_the_largest_file(read):
    data = zipped(("add.py", b"x"), ("mul.py", bytes(50 << 20)))
    tracemalloc.start()
    assert read(data).unreadable == {"mul": "mul.py is larger than 1 MiB"}
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_many_bombs_in_a_zip_are_refused_together(monkeypatch, refusal):
    monkeypatch.setattr(tree, "LIMITS", replace(tree.LIMITS, read=16 << 20))
    data = zipped(("add.py", b"x"), *((f"a{number}.py", bytes(LARGEST)) for number in range(20)))
    assert refusal(data) == "alice.zip unpacks to more than 16 MiB"


def test_members_of_a_zip_that_overlap_are_refused(refusal):
    # Many entries of the directory lead to the same bytes.
    base = zipped(("add.py", zlib.compress(os.urandom(3000))))
    at, end = base.index(b"PK\1\2"), base.index(b"PK\5\6")
    entry = base[at:end]
    entries = entry.replace(b"add.py", b"add.py") + b"".join(
        entry.replace(b"add.py", b"a%02d.py" % number) for number in range(50)
    )
    tail = bytearray(base[end:])
    struct.pack_into("<HHL", tail, 8, 51, 51, len(entries))
    assert refusal(base[:at] + entries + bytes(tail)).startswith("alice.zip is damaged")


def test_xz_that_asks_for_gigabytes_is_refused(refusal):
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    try:
        data = lzma.compress(tarred(("add.py", b"x")), filters=filters)
    except MemoryError:
        pytest.skip("there is no room to make one; free some memory")
    assert refusal(data) == "alice.zip is damaged, so it cannot be unpacked"


@both_kinds
def test_archive_of_too_many_members_is_refused(form, monkeypatch, refusal):
    monkeypatch.setattr(tree, "LIMITS", replace(tree.LIMITS, members=1000))
    data = form(*((f"{number}.txt", b"") for number in range(1001)))
    assert refusal(data) == "alice.zip holds more than 1,000 files and folders"


def test_directory_of_a_zip_that_is_too_long_is_refused_before_it_is_read(monkeypatch, refusal):
    monkeypatch.setattr(tree, "LIMITS", replace(tree.LIMITS, members=10_000))
    base = zipped(("add.py", b"x"))
    at, end = base.index(b"PK\1\2"), base.index(b"PK\5\6")
    entries = base[at:end] * 100_000
    tail = bytearray(base[end:])
    struct.pack_into("<L", tail, 12, len(entries))
    tracemalloc.start()
    assert refusal(base[:at] + entries + bytes(tail)) == "alice.zip holds more than 10,000 files and folders"
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


def test_huge_hollow_archive_is_refused_at_once(tmp_path):
    with (tmp_path / "alice.zip").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError, match=r"alice\.zip is larger than 4 GiB"):
        read_path(Root(tmp_path), ("alice.zip",), "alice", WANTED)


def test_reading_leaves_no_descriptor_open(read, refusal):
    good, bad = zipped(("add.py", b"x")), tarred(("add.py", b"x"))[:700]
    read(good)
    before = os.listdir("/dev/fd")
    for _ in range(3):
        read(good)
        refusal(bad)
    assert os.listdir("/dev/fd") == before


# Whatever the bytes are

SAMPLES = [form(("add.py", b"x = 1\n"), ("a/mul.py", b"y" * 600)) for form in FORMS.values()]
CHANGES = st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5)


def read_bytes(folder, data):
    (folder / "any.zip").write_bytes(data)
    what = "any.zip "
    try:
        read_path(Root(folder), ("any.zip",), "any", WANTED)
    except UsageError as error:
        what = error.what
    assert what.startswith("any.zip ")
    assert what.isprintable()


@settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sample=st.sampled_from(SAMPLES), changes=CHANGES)
def test_changed_archive_is_read_or_refused_in_words(tmp_path, sample, changes):
    data = bytearray(sample)
    for place, patch in changes:
        at = place % len(data)
        data[at : at + len(patch)] = patch
    read_bytes(tmp_path, bytes(data))


@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    magic=st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]),
    rest=st.binary(max_size=1500),
)
@example(b"PK\5\6", bytes(18))
def test_any_bytes_are_read_or_refused_in_words(tmp_path, magic, rest):
    read_bytes(tmp_path, magic + rest)
