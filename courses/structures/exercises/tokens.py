"""Takes an expression apart into its tokens: what a parser begins with."""

OPERATORS = "+-*/()"


def tokens(text):
    """The tokens of an expression, in order: pairs of a kind and what it is.

    ("number", 12) and ("number", 0.5), ("name", "x1") and ("operator", "+") for each of + - * / ( ).
    A number is an int, or a float where it has a point, with digits on both sides of it. A name begins with a
    letter or _, and goes on with these and digits. Spaces part tokens and are none.
    Raises ValueError for anything else.
    """
    # TODO 1: Go past a space; an operator is a token by itself.
    # TODO 2: A digit begins a number: go on to its end. It is a float where a point is in it, else an int.
    # TODO 3: Where a letter or _ stands, go on to the end of the name.
    # TODO 4: Whatever else stands there is a ValueError.
    raise NotImplementedError("tokens: TODO 1 to 4")


def _is_digit(character):
    return character != "" and character in "0123456789"


def _is_letter(character):
    return character == "_" or (character.isascii() and character.isalpha())


def _end(text, at, belongs):
    """The place of the first character from at on that does not belong."""
    while at < len(text) and belongs(text[at]):
        at += 1
    return at
