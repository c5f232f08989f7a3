"""Turns scores into probabilities, and says what they cost."""

import math


def cross_entropy(logits, targets):
    """The probabilities, then the loss, then the gradient of the logits.

    logits: a row of scores for each example. targets: which of each row's is the right one.
    The loss is the mean of -log(probability of the right one).
    """
    # begin solution
    probabilities, losses, gradient = [], [], []
    for row, target in zip(logits, targets, strict=True):
        # 1. Subtract the largest score of the row: the probabilities stay, and exp() cannot overflow.
        largest = max(row)
        powers = [math.exp(score - largest) for score in row]
        # 2. Divide each power by their sum.
        total = sum(powers)
        probabilities.append([power / total for power in powers])
        # 3. The loss of a row is the log of the sum, less the score of the right one. Scores as above.
        losses.append(math.log(total) - (row[target] - largest))
        # 4. The gradient of a score is its probability, less 1 for the right one, by the number of rows.
        slopes = [p - (place == target) for place, p in enumerate(probabilities[-1])]
        gradient.append([slope / len(logits) for slope in slopes])
    return probabilities, sum(losses) / len(logits), gradient
    # end solution
