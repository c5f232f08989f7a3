"""Turns scores into probabilities, and says what they cost."""

import math


def cross_entropy(logits, targets):
    """The probabilities, then the loss, then the gradient of the logits.

    logits: a row of scores for each example. targets: which of each row's is the right one.
    The loss is the mean of -log(probability of the right one).
    """
    # TODO 1: Subtract the largest score of the row: the probabilities stay, and exp() cannot overflow.
    # TODO 2: Divide each power by their sum.
    # TODO 3: The loss of a row is the log of the sum, less the score of the right one. Scores as above.
    # TODO 4: The gradient of a score is its probability, less 1 for the right one, by the number of rows.
    raise NotImplementedError("cross_entropy: TODO 1 to 4")
