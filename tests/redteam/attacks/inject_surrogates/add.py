"""Halves of surrogate pairs, which no encoding takes."""

NAME = "\ud800\udfff \udc80"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
