"""How good a forecast was, once it is known what happened: three scores of probabilities over ordered rungs.

Log score (Good 1952), Brier's score in its form for several categories (1950), ranked probability score (Epstein
1969). All three are proper: on average nobody does better than by saying what he believes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def log_score(probabilities: Sequence[float], observed: int) -> float:
    """The natural logarithm of the probability given to what happened; higher is better, 0 is perfect.

    >>> round(log_score([0.5, 0.25, 0.25], 1), 3)
    -1.386
    """
    return math.log(probabilities[observed])


def brier(probabilities: Sequence[float], observed: int) -> float:
    """The sum over rungs of squared differences from what happened (1 there, 0 elsewhere); lower is better, 0 to 2.

    >>> brier([0.5, 0.25, 0.25], 1)
    0.875
    """
    return sum((p - (rung == observed)) ** 2 for rung, p in enumerate(probabilities))


def rps(probabilities: Sequence[float], observed: int) -> float:
    """The same on cumulated probabilities, so that a near miss costs less; not divided by the number of rungs.

    >>> rps([0.5, 0.25, 0.25], 1)
    0.3125
    """
    cumulated = [sum(probabilities[: rung + 1]) for rung in range(len(probabilities) - 1)]
    return sum((p - (observed <= rung)) ** 2 for rung, p in enumerate(cumulated))
