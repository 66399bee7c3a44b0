"""The only random numbers in the project.

Every draw has the key (seed, world, luck, name, index) and comes from one block of Philox4x64-10, so it does not
depend on the order of play, on the block of trials, on the worker, on the policy or on the worldview. A new draw
has a new name and moves no other. NumPy's own Philox gives the same four numbers:

>>> counter = np.array([0, name_id("who"), 1, 0], dtype=np.uint64)
>>> bits = np.random.Philox(key=[7, 3], counter=counter).random_raw(4)
>>> four(7, 3, 1, name_id("who"), 0) == tuple(to_unit(bits))
True

Keys: what belongs to a world alone has luck 0; the lucks of a world are numbered from 1.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.compiled import kernel
from sim.model.elementary import log
from sim.translate.primitives import high_product

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Worldview

Name = int | np.uint64  # the number of a draw's name


LEAST_LUCK = 2.0**-53  # the least uniform number that is drawn


def name_id(name: str) -> int:
    """The number, below 2**64, by which the draw called `name` is known."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def key_of(name: str) -> int:
    """A key for what happens once in a trial and has a name, from 2**40 to 2**41: counted keys stay far below."""
    return (1 << 40) + name_id(name) % (1 << 40)


def to_unit(bits: Any) -> Any:
    """Uniform numbers strictly between 0 and 1 from 64 random bits each, on a grid of 2**-52."""
    return (bits >> np.uint64(12)) * 2.0**-52 + LEAST_LUCK


def four(seed: int, world: int, luck: int, name: Name, index: int) -> tuple[float, float, float, float]:
    """Four uniform numbers for a key (seed, world, luck, name, index)."""
    counter = np.array([index, name, luck, 0], dtype=np.uint64)
    philox = np.random.Philox(key=np.array([seed, world], dtype=np.uint64), counter=counter)
    a, b, c, d = to_unit(philox.random_raw(4)).tolist()
    return a, b, c, d


M0, M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)  # the generator's multipliers
W0, W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)  # and what it adds to its key each round
NONE, ONE, TWELVE_BITS = np.uint64(0), np.uint64(1), np.uint64(12)


def four_in_words(seed: int, world: int, luck: int, name: Name, index: int) -> tuple[float, float, float, float]:
    """Four uniform numbers for a key, as a rule (Salmon et al. 2011, Philox4x64 with ten rounds).

    It is what `four` is translated as: Python has no words of 64 bits.
    """
    k0, k1 = np.uint64(seed), np.uint64(world)
    c0, c1, c2, c3 = np.uint64(index) + ONE, np.uint64(name), np.uint64(luck), NONE
    for _ in range(10):
        h0, l0 = high_product(M0, c0), M0 * c0
        h1, l1 = high_product(M1, c2), M1 * c2
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0, k1 = k0 + W0, k1 + W1
    return (
        float(c0 >> TWELVE_BITS) * 2.0**-52 + 2.0**-53,
        float(c1 >> TWELVE_BITS) * 2.0**-52 + 2.0**-53,
        float(c2 >> TWELVE_BITS) * 2.0**-52 + 2.0**-53,
        float(c3 >> TWELVE_BITS) * 2.0**-52 + 2.0**-53,
    )


four.translated_as = four_in_words  # type: ignore[attr-defined]


def exponential(u: float) -> float:
    """The unit exponential that `u` stands for: how much hazard an event waits for."""
    return -log(u)


def logistic(u: float) -> float:
    """A logistic deviate with mean 0 and standard deviation 1: a bell curve with somewhat heavier tails."""
    return log(u / (1 - u)) * (math.sqrt(3.0) / math.pi)


@kernel
def _fill(seed: int, names: Any, first_world: int, worlds: int, out: Any) -> None:
    """Fill `out`, float64[world * name], world by world."""
    for row in range(worlds):
        for column in range(len(names)):
            u, _, _, _ = four(seed, first_world + row, 0, names[column], 0)
            out[row * len(names) + column] = u


def draw_uniforms(seed: int, names: list[str], first_world: int, worlds: int) -> np.ndarray:
    """One uniform number for each world and parameter: float64[world, name]."""
    out = np.empty(worlds * len(names))
    _fill(seed, np.array([name_id("parameter " + name) for name in names], dtype=np.uint64), first_world, worlds, out)
    return out.reshape(worlds, len(names))


def draw_parameters(exp: Experiment, worldview: Worldview, first_world: int, worlds: int) -> np.ndarray:
    """What the worlds of a worldview are like: float64[world, parameter], in the catalogue's order.

    The uniform number of a parameter depends on its name and the world only, so worldviews are coupled: a world
    that is bad luck for one is bad luck for all. Correlated parameters share a Gaussian copula: their uniform numbers
    become independent normal deviates, which the triangle L mixes into correlated ones, which become uniform again. So
    each parameter keeps its own distribution, and its rank goes with those of the others.
    """
    names = list(exp.catalogue.parameters)
    u = draw_uniforms(exp.seed, names, first_world, worlds)
    if exp.correlations:
        from scipy.special import ndtr, ndtri

        group, lower = _copula(exp.correlations)
        columns = [names.index(name) for name in group]
        z = ndtri(u[:, columns])
        # Added up by column: a product of matrices rounds otherwise on another processor, or for a single world.
        u[:, columns] = ndtr(sum(z[:, [j]] * lower[:, j] for j in range(len(group))))
    return np.column_stack([worldview.distributions[name].ppf(u[:, i]) for i, name in enumerate(names)])


def _copula(correlations: Sequence[tuple[str, str, float]]) -> tuple[list[str], np.ndarray]:
    """The correlated parameters, by name, and the Cholesky factor of their correlations: L times its transpose.

    >>> _copula([("a", "b", 0.6)])[1].round(12).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    """
    rho = {frozenset((a, b)): value for a, b, value in correlations}
    group = sorted({name for pair in rho for name in pair})  # by name, whatever the order of the file
    lower = np.zeros((len(group), len(group)))
    for i, a in enumerate(group):
        for j, b in enumerate(group[: i + 1]):
            rest = rho.get(frozenset((a, b)), float(i == j)) - sum(lower[i, k] * lower[j, k] for k in range(j))
            lower[i, j] = math.sqrt(rest) if i == j else rest / lower[j, j]
    return group, lower
