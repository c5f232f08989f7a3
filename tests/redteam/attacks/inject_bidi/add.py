"""Marks that turn lines around, and characters that XML does not know."""

NAME = "\u202e0/0 \u2066deksap\u2069 \u200f\u061c\ufeff\u2028\u2029\x00\ufffe"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
