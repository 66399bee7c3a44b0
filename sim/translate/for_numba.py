"""What numba must be told of our primitives. It goes when numba does, one release after the translator came."""

from __future__ import annotations

import functools
from typing import Any

from sim.translate import primitives


@functools.cache
def teach(numba: Any) -> None:
    """Give numba the operations of `sim.translate.primitives`, and what stands for a function in translation."""
    from llvmlite import ir

    types, intrinsic = numba.types, numba.extending.intrinsic

    def define(primitive: Any, result: Any, takes: tuple[Any, ...], build: Any) -> None:
        @intrinsic  # type: ignore[untyped-decorator]
        def operation(typing: Any, *given: Any) -> Any:
            return result(*takes), lambda context, builder, signature, args: build(builder, *args)

        names = [f"a{number}" for number in range(len(takes))]
        space = {"operation": operation}
        given = ", ".join(names)
        exec(f"def overload({given}):\n    return lambda {given}: operation({given})", space)
        numba.extending.overload(primitive)(space["overload"])

    wide, word, real = ir.IntType(128), ir.IntType(64), ir.DoubleType()
    define(primitives.high_product, types.uint64, (types.uint64, types.uint64), lambda b, x, y: b.trunc(
        b.lshr(b.mul(b.zext(x, wide), b.zext(y, wide)), wide(64)), word))  # fmt: skip
    define(primitives.high_word, types.int64, (types.float64,), lambda b, x: b.ashr(b.bitcast(x, word), word(32)))
    define(primitives.times_power, types.float64, (types.float64, types.int64), lambda b, x, k: b.bitcast(
        b.add(b.bitcast(x, word), b.shl(k, word(52))), real))  # fmt: skip
