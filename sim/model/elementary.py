"""exp and log from + - * and tables alone: the same bits on every processor, in every way of running the rules.

Systems differ in the last bit of their own exp and log, so results would differ from one computer to the next. These
two are written in the rules' own subset. Their error is at most .52 units in the last place (measured in a test), as
good as the systems' own. Both split a number into a part that a table knows and a small rest, for which a short
series is enough; where a product or sum must not lose bits, a number is held as a high part with few bits and a low
part that corrects it (Tang 1989, 1990). The tables are worked out here, in decimals of 60 digits.
"""

from __future__ import annotations

import decimal
import math

from sim.translate.primitives import high_word, low_word, times_power

STEPS = 128  # a power of two is split into this many steps
FIRST, LAST = 90, 182  # numbers near i / 128, with i from FIRST to LAST, have a reciprocal of ten bits in the table


def _cut(number: decimal.Decimal, bits: int) -> float:
    """A number without what lies below `bits` binary places, so that sums and products with it stay exact."""
    return float((number * 2**bits).to_integral_value(decimal.ROUND_FLOOR) / 2**bits)


def _rest(number: decimal.Decimal, high: float) -> float:
    """What a high part leaves out."""
    return float(number - decimal.Decimal(high))


with decimal.localcontext(prec=60):
    _LN2 = decimal.Decimal(2).ln()
    _POWERS = [(_LN2 * i / STEPS).exp() for i in range(STEPS)]
    POWER_HIGH = tuple(map(float, _POWERS))
    POWER_LOW = tuple(map(_rest, _POWERS, POWER_HIGH))
    INVERSE = tuple(round(512 * 128 / i) / 512 for i in range(FIRST, LAST + 1))
    _LOGS = [-decimal.Decimal(inverse).ln() for inverse in INVERSE]
    LOG_HIGH = tuple(_cut(log, 42) for log in _LOGS)
    LOG_LOW = tuple(map(_rest, _LOGS, LOG_HIGH))
    STEPS_PER_UNIT = float(STEPS / _LN2)
    STEP_HIGH = _cut(_LN2 / STEPS, 40)
    STEP_LOW = _rest(_LN2 / STEPS, STEP_HIGH)
    LN2_HIGH = _cut(_LN2, 42)
    LN2_LOW = _rest(_LN2, LN2_HIGH)

THIRD, FIFTH, SIXTH, SEVENTH, TWENTYFOURTH, HUNDREDTWENTIETH = 1 / 3, 0.2, 1 / 6, 1 / 7, 1 / 24, 1 / 120
TO_WHOLE = 1.5 * 2.0**52  # adding and taking away rounds to a whole number
TO_25_BITS = 2.0**28  # the same to 25 bits, for numbers near one
SMALLEST = 2.0**-1022  # of normal numbers
TOO_LARGE = 708.0  # beyond it e to the x, or its inverse, is no normal number
ROOT_HALF = 612194  # added to a high word it moves the exponent so that the rest lies between the roots of 1/2 and 2


def exp(x: float) -> float:
    """Give e to the x; 0 below -708 and infinity above 708, where the true value is beyond 300 digits.

    With k steps of ln 2 / 128 taken off, r is at most half a step, and five terms of the series of e to the r are
    enough. 2 to the (k / 128) is a table's number times a power of two.

    >>> exp(1.0) == math.e, exp(-1000.0), exp(1000.0)
    (True, 0.0, inf)
    """
    if not abs(x) < TOO_LARGE:
        return x if x != x else math.inf if x > 0 else 0.0
    whole = x * STEPS_PER_UNIT + TO_WHOLE  # the steps are its last bits
    steps = whole - TO_WHOLE
    r = (x - steps * STEP_HIGH) - steps * STEP_LOW
    k = low_word(whole)
    i = k & 127
    square = r * r
    series = r + square * ((0.5 + r * SIXTH) + square * (TWENTYFOURTH + r * HUNDREDTWENTIETH))
    power = times_power(1.0, k >> 7)
    high, low = POWER_HIGH[i] * power, POWER_LOW[i] * power  # exact but for tiny results; known before the series
    return high + (low + high * series)


def log(x: float) -> float:
    """Give the natural logarithm; of 0 minus infinity, of a negative number NaN.

    >>> log(math.e), log(1.0), log(0.0)
    (1.0, 0.0, -inf)
    """
    if x >= SMALLEST and x < math.inf:
        return log_of_normal(x, 0)
    if x > 0.0:
        return math.inf if x == math.inf else log_of_normal(x * 2.0**54, 54)
    return -math.inf if x == 0.0 else math.nan


def log_of_normal(x: float, shift: int) -> float:
    """Give the logarithm of x / 2**shift.

    x is 2**e times z, with z near 1, and z times a short reciprocal of the table is 1 + r with a small r: so
    log x = e ln 2 + (the table's log) + log(1 + r). The product is exact, since the reciprocal has ten bits and
    `short` 25; what `short` leaves of z is added apart.
    """
    e = ((high_word(x) + ROOT_HALF) >> 20) - 1023
    z = times_power(x, -e)
    i = low_word(z * 128.0 + TO_WHOLE) - FIRST
    short = (z + TO_25_BITS) - TO_25_BITS
    near, far = short * INVERSE[i] - 1.0, (z - short) * INVERSE[i]
    r = near + far
    square = r * r
    series = square * ((-0.5 + r * THIRD) + square * ((-0.25 + r * FIFTH) + square * (-SIXTH + r * SEVENTH)))
    base = (e - shift) * LN2_HIGH + LOG_HIGH[i]
    top = base + r
    return top + (((base - top) + r) + (((near - r) + far) + ((e - shift) * LN2_LOW + LOG_LOW[i]) + series))
