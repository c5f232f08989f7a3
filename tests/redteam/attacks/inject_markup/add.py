"""Markup of the library that draws our terminal, and format strings."""

NAME = "[bold red]10/10[/] [link=http://evil]x[/link] :smile: {0} %s %n {score}"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
