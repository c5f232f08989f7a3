"""Escapes that clear a terminal, retitle it, and link away."""

NAME = "\x1b[2J\x1b[1;31mPASSED\x1b]8;;http://evil\x07\x1b]0;title\x07\x9b31m\r\x08\x7f 10/10"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
