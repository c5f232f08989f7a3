"""Runs a command as a container has it: root, with every other user, but without namespaces to be had.

    python without_namespaces.py COMMAND [ARGUMENT]…

The command runs in a namespace of users that may hold no other. Where there is none to be had at all,
nothing has to be taken away.
"""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

NEW_USERS = 0x10000000  # CLONE_NEWUSER
EVERYBODY = "0 0 65536\n"
MOST = Path("/proc/sys/user/max_user_namespaces")


def main(command):
    inside, ready = os.pipe()
    mapped, go_on = os.pipe()
    child = os.fork()
    if child == 0:
        alone = ctypes.CDLL(None).unshare(NEW_USERS) == 0
        os.write(ready, b"y" if alone else b"n")
        os.read(mapped, 1)
        if alone:
            # Only for the namespace that this process is in now.
            MOST.write_text("0")
        os.execvp(command[0], command)
    if os.read(inside, 1) == b"y":
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{child}/{name}").write_text(EVERYBODY)
    with suppress(BrokenPipeError):
        os.write(go_on, b"y")
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
