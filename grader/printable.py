"""Text of strangers, made fit to be shown."""


def printable(text: str) -> str:
    """The text with everything escaped that could steer a terminal or reorder a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
