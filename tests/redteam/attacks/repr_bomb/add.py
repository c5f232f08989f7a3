class Bomb(BaseException):
    """Asked for its text, it gives a hundred million characters, or itself again."""

    gone_off = False

    def __str__(self):
        if Bomb.gone_off:
            return repr(self)
        Bomb.gone_off = True
        return "ha" * 50_000_000

    def __repr__(self):
        return repr(self)


def add(self, other):
    raise Bomb
