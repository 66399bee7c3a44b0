"""Operations that the printers know and that Python has no short word for."""

from __future__ import annotations

import struct
from typing import Any, SupportsInt


def high_product(a: SupportsInt, b: SupportsInt) -> Any:
    """The upper 64 bits of the product of two unsigned 64-bit words.

    >>> high_product(2**63, 6)
    3
    """
    return (int(a) * int(b)) >> 64


def high_word(x: float) -> int:
    """The upper 32 bits of a real number, sign first, as a signed whole number.

    >>> hex(high_word(1.0))
    '0x3ff00000'
    """
    word: int = struct.unpack("<i", struct.pack("<d", x)[4:])[0]
    return word


def times_power(x: float, k: int) -> float:
    """`x` times 2**k, where both `x` and the result are normal numbers: `k` is added to the bits of the exponent.

    >>> times_power(1.5, 3)
    12.0
    """
    product: float = struct.unpack("<d", struct.pack("<d", x)[:4] + struct.pack("<i", high_word(x) + (k << 20)))[0]
    return product
