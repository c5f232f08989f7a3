"""Merges intervals: when is anything going on at all."""


def merge(intervals):
    """The same times in as few intervals as there can be, in order.

    intervals: a list of pairs [start, end], in any order. Those that overlap or touch become one.
    The list that is handed in, and the pairs in it, stay as they are.
    """
    # TODO 1: Go through the intervals in the order of their starts.
    # TODO 2: Where one begins before the last one has ended, let that end when the later of both does.
    # TODO 3: Else it is a new one, in a list of its own.
    raise NotImplementedError("intervals: TODO 1 to 3")
