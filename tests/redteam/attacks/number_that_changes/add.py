from .value import Value


class Dice:
    """Another number each time that it is asked, and on the first of them an error."""

    asked = 0

    def __float__(self):
        Dice.asked += 1
        if Dice.asked % 3 == 1:
            raise TypeError
        return float(Dice.asked)


def add(self, other):
    return Value(Dice(), (self,))
