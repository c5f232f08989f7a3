"""What a commit changed, and its exercises read from git's objects: nothing is followed, filtered or run."""

import subprocess
from pathlib import Path

import pytest

from grader.errors import MachineError, UsageError
from grader.submission import commit as grader_git
from grader.submission.commit import LISTED, affected, changes, committed_at, folder_of, submission
from grader.submission.commit import commit as named
from grader.submission.submission import LARGEST
from tests.grader.platforms.pull import commit, git
from tests.needs import root


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, {"exercises/add.py": "x = 1\n", "exercises/mul.py": "y = 1\n", "README.md": "read\n"})
    git(folder, "switch", "--quiet", "--create", "work")
    return folder


def changed(repository, course):
    return changes(repository, "main", "work", course, "exercises")


def read(repository, course):
    return submission(repository, "work", "exercises", course.names)


@root
def test_repository_of_another_user_is_told_with_the_remedy(repository):
    subprocess.run(["chown", "-R", "12345", repository], check=True)
    with pytest.raises(UsageError, match="belongs to another user, so git does not read it") as caught:
        named(repository, "main")
    assert caught.value.next_step.endswith(f"git config --global --add safe.directory {repository}")


# What changed


def test_changed_exercises_are_named_in_the_course_s_order(repository, course):
    commit(repository, {"exercises/mul.py": "y = 2\n", "exercises/add.py": "x = 2\n"})
    assert changed(repository, course).exercises == ("add", "mul")


def test_what_depends_on_a_change_is_graded_with_it(course):
    assert affected(course.exercises, ("mlp",)) == ("mlp",)
    assert affected(course.exercises, ("layer",)) == ("layer", "mlp")
    assert affected(course.exercises, ("neuron",)) == ("neuron", "layer", "mlp")
    assert affected(course.exercises, ("add",)) == course.names


def test_everything_is_graded_where_no_exercise_changed(repository, course):
    commit(repository, {"README.md": "other\n"})
    found = changed(repository, course)
    assert (found.exercises, found.graded) == ((), course.names)


def test_helper_of_the_student_s_own_touches_every_exercise(repository, course):
    commit(repository, {"exercises/mlp.py": "z = 1\n", "exercises/helping.py": "h = 1\n"})
    found = changed(repository, course)
    assert (found.exercises, found.graded, found.elsewhere) == (("mlp",), course.names, ())


def test_what_counts_for_nothing_is_listed(repository, course):
    commit(
        repository,
        {"Makefile": "", "exercises/value.py": "", "exercises/deep/add.py": "", "exercises/a.txt": ""},
    )
    assert set(changed(repository, course).elsewhere) == {
        *("Makefile", "exercises/value.py", "exercises/deep/add.py", "exercises/a.txt")
    }


def test_list_of_what_counts_for_nothing_ends_somewhere(repository, course):
    commit(repository, {f"files/{number}": "" for number in range(LISTED + 7)})
    found = changed(repository, course)
    assert (len(found.elsewhere), found.more) == (LISTED, 7)


def test_what_the_base_changed_meanwhile_is_not_the_head_s(repository, course):
    commit(repository, {"exercises/add.py": "x = 2\n"})
    git(repository, "switch", "--quiet", "main")
    commit(repository, {"exercises/mul.py": "y = 3\n", "course.toml": "new"})
    found = changed(repository, course)
    assert (found.exercises, found.elsewhere) == (("add",), ())


def test_histories_without_a_common_commit_are_compared_as_they_are(repository, course):
    git(repository, "switch", "--quiet", "--orphan", "other")
    commit(repository, {"exercises/add.py": "x = 1\n", "exercises/mul.py": "y = 9\n"})
    found = changes(repository, "main", "other", course, "exercises")
    assert (found.exercises, found.elsewhere) == (("mul",), ("README.md",))


def test_names_of_files_are_listed_as_they_are_printed(repository, course):
    commit(repository, {"\x1b[31m\u202ered\n.txt": ""})
    assert changed(repository, course).elsewhere == ("\\x1b[31m\\u202ered\\n.txt",)


@pytest.mark.parametrize("name", ["nothing", "--output=/tmp/x", "-h", "main:README.md", ""])
def test_what_is_no_commit_is_refused(repository, name):
    with pytest.raises(UsageError, match="there is no commit"):
        named(repository, name)


def test_folder_without_a_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(UsageError, match="is no git repository"):
        named(Path("/"), "HEAD")


def test_commit_says_when_it_was_made(repository):
    assert committed_at(repository, "work").tzinfo is not None
    assert committed_at(repository, "nothing") is None


# What is read


def test_files_are_read_as_they_were_committed(repository, course):
    commit(repository, {"exercises/add.py": "x = 2\n", "exercises/helping.py": "h\n"})
    (repository / "exercises/add.py").write_text("not committed\n")
    found = read(repository, course)
    assert found.sources == {"add": "x = 2\n", "mul": "y = 1\n", "helping": "h\n"}
    assert found.unreadable == {}


def test_deleted_exercise_was_not_handed_in(repository, course):
    git(repository, "rm", "--quiet", "exercises/mul.py")
    commit(repository, {})
    assert set(read(repository, course).sources) == {"add"}
    assert changed(repository, course).exercises == ("mul",)


def test_link_is_not_followed(repository, course):
    (repository / "exercises/pow.py").symlink_to("/etc/passwd")
    commit(repository, {})
    assert read(repository, course).unreadable == {"pow": "pow.py is a link, not a regular file"}


def test_folder_that_is_a_link_is_refused(repository, course):
    git(repository, "rm", "-r", "--quiet", "exercises")
    (repository / "exercises").symlink_to("/etc")
    commit(repository, {})
    with pytest.raises(UsageError, match="exercises is a link in work, not a folder"):
        read(repository, course)


def test_submodule_is_not_fetched(repository, course):
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},exercises/relu.py")
    git(repository, "commit", "--quiet", "--message", "submodule")
    assert read(repository, course).unreadable == {"relu": "relu.py is a submodule, not a regular file"}


def test_pointer_to_large_storage_is_not_followed(repository, course):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    commit(repository, {"exercises/add.py": pointer})
    assert read(repository, course).unreadable == {
        "add": "add.py is a pointer to Git LFS, not the file itself"
    }


def test_large_file_is_not_read(repository, course):
    commit(repository, {"exercises/add.py": "#" * (LARGEST + 1)})
    assert read(repository, course).unreadable == {"add": "add.py is larger than 1 MiB"}


def test_no_filter_hook_or_attribute_of_the_commit_is_run(repository, course, tmp_path):
    trap = tmp_path / "ran"
    script = f"touch {trap}; cat"
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "diff.evil.command"):
        git(repository, "config", key, script)
    git(repository, "config", "core.fsmonitor", f"touch {trap}")
    hook = repository / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    commit(repository, {".gitattributes": "*.py filter=evil diff=evil\n", "exercises/add.py": "x = 2\n"})
    trap.unlink(missing_ok=True)  # committing with git itself runs them
    assert changed(repository, course).exercises == ("add",)
    assert read(repository, course).sources["add"] == "x = 2\n"
    assert not trap.exists()


def test_replaced_object_is_not_taken(repository, course):
    before = git(repository, "rev-parse", "work:exercises/add.py")
    commit(repository, {"exercises/add.py": "x = 2\n"})
    after = git(repository, "rev-parse", "work:exercises/add.py")
    git(repository, "replace", after, before)
    assert read(repository, course).sources["add"] == "x = 2\n"


# What git cannot say


def test_commits_of_which_one_was_not_fetched_cannot_be_compared(repository):
    with pytest.raises(UsageError, match="cannot be compared"):
        grader_git.changed(repository, "main", "0" * 40)


def test_without_git_that_is_the_machines_fault(repository, monkeypatch):
    monkeypatch.setattr(grader_git, "program", lambda _: None)
    with pytest.raises(MachineError, match="git is not installed"):
        named(repository, "main")


def test_git_that_does_not_answer_is_given_up(repository, monkeypatch):
    monkeypatch.setattr(grader_git, "SECONDS", 0.0)
    with pytest.raises(MachineError, match="git took longer"):
        named(repository, "main")


@pytest.mark.parametrize("said", [b"soon 0123", b"9" * 30 + b" 0123"])
def test_commit_that_says_an_impossible_time_says_none(said, repository, monkeypatch):
    monkeypatch.setattr(grader_git, "_git", lambda *_: said)
    assert committed_at(repository, "main") is None


# Exercises that are elsewhere


def found_in(repository, course, files, **options):
    commit(repository, files)
    head = named(repository, "HEAD")
    return submission(repository, head, options.pop("folder", "exercises"), course, **options)


@pytest.fixture
def bare_of_exercises(repository):
    git(repository, "rm", "-r", "--quiet", "exercises")
    return repository


@pytest.mark.parametrize("folder", ["hw1/exercises", "Exercises", "src", "a/b/c d/ü"])
def test_exercises_are_found_wherever_a_commit_has_them(bare_of_exercises, course, solutions, folder):
    files = {f"{folder}/{name}.py": text for name, text in solutions.items()}
    found = found_in(bare_of_exercises, course, files)
    assert found.sources == solutions
    assert found.taken["add"] == f"{folder}/add.py"


def test_a_commit_without_exercises_is_refused(bare_of_exercises, course):
    with pytest.raises(UsageError, match="has none of the exercises"):
        found_in(bare_of_exercises, course, {"src/main.c": "int main;"})


def test_exercises_in_two_folders_that_differ_are_refused(bare_of_exercises, course, solutions):
    files = {"hw1/add.py": solutions["add"], "hw2/add.py": solutions["add"] + "x = 1\n"}
    with pytest.raises(UsageError, match="in two places, hw1 and hw2"):
        found_in(bare_of_exercises, course, files)


def test_the_folder_that_is_named_is_the_only_one(bare_of_exercises, course, solutions):
    files = {"hw1/add.py": solutions["add"], "hw2/mul.py": solutions["mul"]}
    assert set(found_in(bare_of_exercises, course, files, folder="hw2", must=True).sources) == {"mul"}
    with pytest.raises(UsageError, match="in hw3"):
        found_in(bare_of_exercises, course, {}, folder="hw3", must=True)


def test_a_folder_of_a_repository_is_a_repository_of_its_own(bare_of_exercises, course, solutions):
    files = {"hw1/exercises/add.py": solutions["add"], "hw2/exercises/add.py": "x = 1\n"}
    found = found_in(bare_of_exercises, course, files, within=("hw1",))
    assert (found.sources, found.taken) == ({"add": solutions["add"]}, {})
    assert folder_of(bare_of_exercises / "hw1" / "exercises") == ("hw1", "exercises")


def test_what_changed_is_told_of_the_files_that_are_graded(bare_of_exercises, course, solutions):
    commit(bare_of_exercises, {"hw1/Add.py": solutions["add"], "hw1/mul.py": solutions["mul"]})
    git(bare_of_exercises, "switch", "--quiet", "--create", "more")
    found = found_in(
        bare_of_exercises, course, {"hw1/Add.py": solutions["add"] + "# done\n", "README.md": "x"}
    )
    seen = changes(bare_of_exercises, "work", "more", course, "exercises", found)
    assert (seen.exercises, seen.elsewhere) == (("add",), ("README.md",))


def test_files_that_were_not_fetched_are_the_machine_s_fault(repository, course, solutions, tmp_path):
    commit(repository, {f"exercises/{name}.py": text for name, text in solutions.items()})
    git(repository, "config", "uploadpack.allowFilter", "true")
    for filtered in ("blob:none", "tree:0"):
        clone = tmp_path / filtered.replace(":", "_")
        git(
            tmp_path,
            "clone",
            "--quiet",
            "--no-checkout",
            f"--filter={filtered}",
            f"file://{repository}",
            clone,
        )
        with pytest.raises(MachineError, match="not fetched"):
            submission(clone, named(clone, "HEAD"), "exercises", course)


def test_a_shallow_clone_has_all_that_is_needed(repository, course, solutions, tmp_path):
    commit(repository, {f"exercises/{name}.py": text for name, text in solutions.items()})
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", tmp_path / "shallow")
    found = submission(tmp_path / "shallow", named(tmp_path / "shallow", "HEAD"), "exercises", course)
    assert found.sources == solutions
