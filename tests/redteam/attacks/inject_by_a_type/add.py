"""What comes back in another form is named by its type, and types can be called anything."""

Named = type("<b>::error::=1+1\x1b[31m @everyone {0} {1}", (), {})


def add(self, other):
    return Named()
