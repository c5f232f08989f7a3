import os
import tempfile

written = 0
for place in (".", "/tmp", "/var/tmp", "/dev/shm", "/run", os.path.expanduser("~")):
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            for _ in range(64):
                written += file.write(bytes(1 << 20))
    except OSError:
        pass
if written:
    raise RuntimeError(f"BREACH: wrote {written} bytes")


def add(self, other):
    raise OSError("no room anywhere")
