"""Follows a Dockerfile's steps without any container engine: each stage is a folder that is chrooted into.

    sudo python3 -I platforms/docker/fresh_root.py BASE WORK [ARGUMENT]…

BASE is a fresh root with Python from 3.11 up, in place of the image that the Dockerfile starts from:
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm BASE
WORK is a new folder for the stages. What is built is run in the end, with the ARGUMENTs in place of CMD, as
the user that the Dockerfile names. It knows the instructions that ours uses, and no others.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Stage:
    """A root under way, and what the next instruction runs in."""

    root: Path
    env: dict = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    workdir: str = "/"
    user: str = "0:0"
    entrypoint: list = field(default_factory=list)
    cmd: list = field(default_factory=list)

    def inside(self, path):
        """A place of the image as a path of this machine."""
        return self.root / str(Path(self.workdir, path)).lstrip("/")

    def run(self, command):
        self.inside(".").mkdir(parents=True, exist_ok=True)
        line = f"cd {shlex.quote(self.workdir)} && exec {shlex.join(command)}"
        chroot = ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", line]
        return subprocess.run(chroot, env=self.env, check=False).returncode


def instructions(text):
    """The instructions of a Dockerfile, each as its name and its words as they stand."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.partition(" ")
        yield name, rest.strip()


def build(base, work):
    """All stages in their order; gives the last."""
    stages = {}
    stage = None
    for name, rest in instructions((PROJECT / "Dockerfile").read_text("utf-8")):
        print(f"--- {name} {rest}", flush=True)
        if name == "FROM":
            image, _, alias = rest.partition(" AS ")
            stage = _begun(stages.get(image), base, work / (alias or "last"))
            stages[alias] = stage
        else:
            _follow(stage, name, rest, stages)
    return stage


def _begun(before, base, root):
    shutil.copytree(before.root if before else base, root, symlinks=True, ignore=_nothing_running)
    for device in ("null", "urandom"):
        (root / "dev" / device).unlink(missing_ok=True)
        subprocess.run(["/bin/cp", "-a", f"/dev/{device}", str(root / "dev" / device)], check=True)
    python = root / "usr" / "local" / "bin" / "python"
    if not python.exists():
        python.symlink_to("/usr/bin/python3")
    return Stage(root, dict(before.env), before.workdir, before.user) if before else Stage(root)


def _nothing_running(folder, names):
    return [name for name in names if Path(folder).name in ("proc", "dev", "sys")]


def _follow(stage, name, rest, stages):
    match name:
        case "ENV":
            stage.env |= dict(word.split("=", 1) for word in shlex.split(rest))
        case "ARG":
            stage.env |= {rest: os.environ[rest]} if rest in os.environ else {}
        case "WORKDIR":
            stage.workdir = rest
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case "CMD":
            stage.cmd = json.loads(rest)
        case "COPY":
            _copy(stage, rest.split(), stages)
        case "RUN":
            if stage.run(["/bin/sh", "-c", rest]):
                sys.exit(f"this step failed: {rest}")
        case _:
            sys.exit(f"nothing is known of {name}")


def _copy(stage, words, stages):
    options = dict(word[2:].split("=") for word in words if word.startswith("--"))
    *sources, to = [word for word in words if not word.startswith("--")]
    there = stages[options["from"]].root if "from" in options else PROJECT
    place = stage.inside(to)
    for source in (there / name.lstrip("/") for name in sources):
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target = place / source.name if to.endswith("/") else place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    if owner := options.get("chown"):
        command = ["chroot", str(stage.root), "chown", "-R", owner, str(Path(stage.workdir, to))]
        subprocess.run(command, check=True)  # found by PATH, wherever a system has it


def main(base, work, *arguments):
    """Build, and run what was built."""
    stage = build(Path(base), Path(work))
    sys.exit(stage.run([*stage.entrypoint, *(arguments or stage.cmd)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
