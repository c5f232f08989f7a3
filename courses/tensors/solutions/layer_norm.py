"""Gives every row the mean 0 and the variance 1, and then a gain and a bias."""

import math

SMALL = 1e-5  # added to the variance, so that nothing is divided by zero


def layer_norm(x, gain, bias, g):
    """The result, then the gradients of x, of gain and of bias.

    x: rows. gain, bias: a number for each column. g: the gradient that arrives at the result.
    The result is gain * normal + bias, where normal = (x - mean) / sqrt(variance + SMALL), row by row. The
    variance is the mean of the squares of x - mean.
    """
    # begin solution
    result, of_x = [], []
    of_gain, of_bias = [0.0] * len(gain), [0.0] * len(bias)
    for row, arriving in zip(x, g, strict=True):
        count = len(row)
        # 1. Make the row normal.
        mean = sum(row) / count
        scale = 1 / math.sqrt(sum((each - mean) ** 2 for each in row) / count + SMALL)
        normal = [(each - mean) * scale for each in row]
        # 2. The result: the gain times that, and the bias.
        result.append([k * each + b for k, each, b in zip(gain, normal, bias, strict=True)])
        # 3. What arrives at a column goes to its bias, and times the normal number to its gain, in every row.
        for place, (slope, each) in enumerate(zip(arriving, normal, strict=True)):
            of_bias[place] += slope
            of_gain[place] += slope * each
        # 4. What arrives at a normal number goes to all x of its row: they have a part in mean and variance.
        inner = [slope * k for slope, k in zip(arriving, gain, strict=True)]
        level = sum(inner) / count
        tilt = sum(slope * each for slope, each in zip(inner, normal, strict=True)) / count
        pairs = zip(inner, normal, strict=True)
        of_x.append([scale * (slope - level - each * tilt) for slope, each in pairs])
    return result, of_x, of_gain, of_bias
    # end solution
