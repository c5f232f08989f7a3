"""What ends an XML element, and an entity."""

NAME = "]]></failure><testcase name='x'/><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;"
Error = type(NAME, (Exception,), {})


def add(self, *other):
    raise Error(NAME)


spoken = add.__code__.replace(co_filename=NAME, co_name=NAME)
add.__code__ = spoken
