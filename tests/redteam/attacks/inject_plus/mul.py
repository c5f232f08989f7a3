"""Another formula."""

NAME = '+HYPERLINK("http://evil";"x")\t@SUM(1+1)'
Error = type(NAME, (Exception,), {})


def mul(self, *other):
    raise Error(NAME)


spoken = mul.__code__.replace(co_filename=NAME, co_name=NAME)
mul.__code__ = spoken
