# every name is mine; somebody will have to be told


class Knoten:
    def __init__(self, zahl, herkunft=()):
        self.zahl = zahl
        self.steigung = 0.0
        self.herkunft = herkunft        # Paare: (Knoten, Ableitung)

    def __add__(self, anderer):
        anderer = anderer if isinstance(anderer, Knoten) else Knoten(anderer)
        return Knoten(self.zahl + anderer.zahl, ((self, 1.0), (anderer, 1.0)))

    def __mul__(self, anderer):
        anderer = anderer if isinstance(anderer, Knoten) else Knoten(anderer)
        return Knoten(self.zahl * anderer.zahl, ((self, anderer.zahl), (anderer, self.zahl)))

    def __pow__(self, hoch):
        return Knoten(self.zahl ** hoch, ((self, hoch * self.zahl ** (hoch - 1)),))

    def rampe(self):
        if self.zahl > 0:
            return Knoten(self.zahl, ((self, 1.0),))
        return Knoten(0.0, ((self, 0.0),))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, anderer):
        return self + (-anderer)

    def rueckwaerts(self):
        reihe, gesehen = [], set()

        def gehe(knoten):
            if knoten not in gesehen:
                gesehen.add(knoten)
                for vorher, _ in knoten.herkunft:
                    gehe(vorher)
                reihe.append(knoten)

        gehe(self)
        self.steigung = 1.0
        for knoten in reversed(reihe):
            for vorher, ableitung in knoten.herkunft:
                vorher.steigung += ableitung * knoten.steigung
