"""What numba must know of our primitives. It goes when numba does, one release after the translator came."""

from __future__ import annotations

import functools
from typing import Any

from sim.translate import primitives


@functools.cache
def teach(numba: Any) -> None:
    """Give numba the operations of `sim.translate.primitives`."""
    from llvmlite import ir

    types, intrinsic, overload = numba.types, numba.extending.intrinsic, numba.extending.overload
    wide, word, real = ir.IntType(128), ir.IntType(64), ir.DoubleType()

    @intrinsic  # type: ignore[untyped-decorator]
    def upper(typing: Any, a: Any, b: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
            return builder.trunc(builder.lshr(product, wide(64)), word)

        return types.uint64(types.uint64, types.uint64), build

    @intrinsic  # type: ignore[untyped-decorator]
    def to_bits(typing: Any, x: Any) -> Any:
        return types.int64(types.float64), lambda context, builder, signature, args: builder.bitcast(args[0], word)

    @intrinsic  # type: ignore[untyped-decorator]
    def from_bits(typing: Any, x: Any) -> Any:
        return types.float64(types.int64), lambda context, builder, signature, args: builder.bitcast(args[0], real)

    overload(primitives.high_product)(lambda a, b: lambda a, b: upper(a, b))
    overload(primitives.high_word)(lambda x: lambda x: to_bits(x) >> 32)
    overload(primitives.low_word)(lambda x: lambda x: to_bits(x) << 32 >> 32)
    overload(primitives.times_power)(lambda x, k: lambda x, k: from_bits(to_bits(x) + (k << 52)))
