"""A cluster grades as one machine does: everybody once, equal results, also where a worker is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.classroom.gradebook import reading
from tests.grader.called import grader

pytest.importorskip("distributed", reason="needs Dask; pip install 'nanograd-course[dask]'")
ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.xdist_group("cluster")

PEOPLE, WORKERS = 8, 3


def batch(folder, book, *more):
    return grader("batch", folder, "--gradebook", book, "--sandbox", "process", *more)


def digest(book):
    with reading(book) as reader:
        return reader.digest()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, course):
    """A class in which every file differs and takes its time, and every third one overwrites gradients."""
    folder = tmp_path_factory.mktemp("class")
    for number in range(PEOPLE):
        (folder / f"p{number:02}").mkdir()
        right = course.solution("mul")
        text = right.replace("+=", "=") if number % 3 == 0 else right
        text += f"import time\ntime.sleep(0.3)\n# {number}\n"
        (folder / f"p{number:02}" / "mul.py").write_text(text)
    return folder


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and worker processes on loopback: its address, and the workers."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s"}
    scheduler_file = tmp_path / "scheduler.json"
    shared = ["--scheduler-file", str(scheduler_file)]
    lone = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started = [subprocess.Popen([*lone, "--no-dashboard", *shared], env=environment, **quiet)]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        "--no-nanny",
        "--nthreads",
        "1",
        "--no-dashboard",
    ]
    worker += [*shared, "--host", "127.0.0.1", "--local-directory", str(tmp_path)]
    started += [subprocess.Popen(worker, env=environment, cwd=ROOT, **quiet) for _ in range(WORKERS)]
    try:
        yield _address(scheduler_file), started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def _address(scheduler_file):
    from distributed import Client

    deadline = time.monotonic() + 60
    while not scheduler_file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    with Client(scheduler_file=str(scheduler_file), set_as_default=False) as client:
        client.wait_for_workers(WORKERS, timeout=60)
        return client.scheduler.address


def _kill_when_half_done(book, worker, stop):
    while not stop.is_set():
        time.sleep(0.02)
        if book.exists():
            with closing(sqlite3.connect(book, timeout=10)) as connection:
                try:
                    done = connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
                except sqlite3.OperationalError:
                    continue  # no tables yet
            if done >= PEOPLE // 3:
                worker.send_signal(signal.SIGKILL)
                return


def test_workers_one_of_them_killed_fill_the_gradebook_that_one_machine_fills(handed_in, cluster, tmp_path):
    address, workers = cluster
    stop = threading.Event()
    book = tmp_path / "cluster.sqlite"
    killer = threading.Thread(target=_kill_when_half_done, args=(book, workers[0], stop))
    killer.start()
    run = batch(handed_in, book, "--dask", address)
    stop.set()
    killer.join()
    assert (run.returncode, run.stdout.splitlines()[0]) == (0, f"{PEOPLE} graded"), run.stderr
    assert workers[0].wait(10) == -signal.SIGKILL
    batch(handed_in, tmp_path / "local.sqlite", "--jobs", "2")
    assert digest(book) == digest(tmp_path / "local.sqlite")


def test_nobody_at_the_address_is_one_clear_error(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr("grader.classroom.batch.CONNECTING", 1.0)
    run = batch(handed_in, tmp_path / "b.sqlite", "--dask", "tcp://127.0.0.1:9")
    assert run.returncode == 71
    assert run.stderr.strip().splitlines()[0] == "grader: no dask scheduler answers at tcp://127.0.0.1:9"
    assert "Traceback" not in run.stderr


def test_an_address_that_is_none_is_one_clear_error(handed_in, tmp_path):
    run = batch(handed_in, tmp_path / "b.sqlite", "--dask", "what://ever")
    assert run.returncode == 2
    assert "is no address of a scheduler" in run.stderr
    assert "Traceback" not in run.stderr
