"""HTML for reports, pages and comments."""

NAME = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>{{7*7}}&lt;"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
