"""Answers wrongly, and once the answer is out, from a timer, again and otherwise."""

import os
import signal
import sys


def answer_and_programs():
    """The worker's own objects, from the frames that called this code."""
    frame, answer, programs = sys._getframe(), None, None
    while frame is not None:
        answer = frame.f_locals.get("answer", answer)
        programs = frame.f_locals.get("programs", programs)
        frame = frame.f_back
    return answer, programs


from .value import Value

seen = []


def again(*_):
    for answer in seen[:1]:
        os.write(answer.numbers_fd, answer.nonce + bytes(20_000) + answer.nonce)


def add(self, other):
    if not seen:
        seen.append(answer_and_programs()[0])
        signal.signal(signal.SIGALRM, again)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    return Value(0.0, (self,))
