"""The power rule, for plain numbers."""


def slope(base, exponent):
    if exponent == 0:
        return 0.0
    return exponent * base ** (exponent - 1)
