"""Operations that the printers know and that Python has no short word for."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def high_product(a: Any, b: Any) -> Any:
    """The upper 64 bits of the product of two unsigned 64-bit words, by halves: no sum below passes 64 bits.

    It is a rule itself; machine code multiplies in one step.

    >>> int(high_product(np.uint64(2**63), np.uint64(6)))
    3
    """
    low_a, high_a, low_b, high_b = a & LOW, a >> HALF, b & LOW, b >> HALF
    first = high_a * low_b + (low_a * low_b >> HALF)
    second = low_a * high_b + (first & LOW)
    return high_a * high_b + (first >> HALF) + (second >> HALF)


def high_word(x: float) -> int:
    """The upper 32 bits of a real number, sign first, as a signed whole number.

    >>> hex(high_word(1.0))
    '0x3ff00000'
    """
    word: int = struct.unpack("<i", struct.pack("<d", x)[4:])[0]
    return word


def low_word(x: float) -> int:
    """The lower 32 bits of a real number, as a signed whole number.

    >>> low_word(1.5 * 2.0**52 - 3)
    -3
    """
    word: int = struct.unpack("<i", struct.pack("<d", x)[:4])[0]
    return word


def times_power(x: float, k: int) -> float:
    """`x` times 2**k, where both `x` and the result are normal numbers: `k` is added to the bits of the exponent.

    >>> times_power(1.5, 3)
    12.0
    """
    product: float = struct.unpack("<d", struct.pack("<d", x)[:4] + struct.pack("<i", high_word(x) + (k << 20)))[0]
    return product
