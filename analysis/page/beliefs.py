"""Claims as the page shows them: where each reading stands on its slider, and the numbers of each reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.engine.beliefs import dialled_parameters
from sim.scenario.distributions import Blend, Distribution
from sim.scenario.layers import ExperimentFile, merge_beliefs

if TYPE_CHECKING:
    from sim.scenario.catalogue import Catalogue, Claim
    from sim.scenario.experiment import Worldview

SELF, EVIDENCE, NEWSHAM = -1.0, 0.0, 1.0
WORDS = {"self": SELF, "neutral": EVIDENCE, "newsham": NEWSHAM}
"""Where the readings stand on every slider."""


class Anchor(NamedTuple):
    """A reading on a slider: its position, and the number of the dial that means the same in a file."""

    position: float
    dial: float
    reading: str


def anchors(claim: Claim) -> list[Anchor]:
    """Return the readings of a claim, from Self's to Newsham's; a silent author has none.

    A slider counts as the dial of a file: from -1, Self, over 0, the evidence, to 1, Newsham.

    Examples
    --------
    >>> import sim
    >>> claims = sim.load("debate").catalogue.claims
    >>> anchors(claims["S9"])
    [Anchor(position=-1.0, dial=-1.0, reading='self'), Anchor(position=0.0, dial=0.0, reading='neutral')]
    >>> [anchor.reading for anchor in anchors(claims["N12"])]
    ['self', 'neutral', 'newsham']
    """
    low, high = claim.dial_range
    return [Anchor(dial, dial, word) for word, dial in WORDS.items() if low <= dial <= high]


def readings(catalogue: Catalogue, claim: str) -> dict[str, dict[str, Distribution]]:
    """Return what each reading of a claim says of its parameters: `self`, `neutral` and `newsham`."""
    low, high = catalogue.claims[claim].dial_range
    return {word: _at(catalogue, claim, min(max(dial, low), high)) for word, dial in WORDS.items()}


def position_of(catalogue: Catalogue, claim: str, worldview: Worldview) -> float | None:
    """Return where a worldview stands on the slider of a claim; None if no position has its numbers.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", worldviews="neutral", set_="claim.N12=0.7")
    >>> position_of(exp.catalogue, "N12", exp.worldviews[0]), position_of(exp.catalogue, "N1", exp.worldviews[0])
    (0.7, 0.0)
    """
    own = {name: worldview.distributions[name] for name in dialled_parameters(catalogue)[claim]}
    of = anchors(catalogue.claims[claim])
    dials = {entry.dial for entry in own.values() if isinstance(entry, Blend)}
    for dial in (EVIDENCE, *(anchor.dial for anchor in of), *dials):
        if own == _at(catalogue, claim, dial):
            return dial
    return None


def _at(catalogue: Catalogue, claim: str, dial: float) -> dict[str, Distribution]:
    beliefs = merge_beliefs(catalogue, [ExperimentFile(claims={claim: dial})])
    return {name: beliefs[name] for name in dialled_parameters(catalogue)[claim]}


def median(distribution: Distribution) -> float:
    """Return the median of a distribution."""
    return float(distribution.ppf(np.array([0.5]))[0])
