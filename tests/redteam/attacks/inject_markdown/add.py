"""Markdown for comments, with a mention of everyone."""

NAME = "@everyone ![x](http://evil/x.png) [click](javascript:alert(1)) | a | b |\n# Passed\n```\n<details>"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
