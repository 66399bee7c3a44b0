"""Claims as readers meet them: the numbers of each reading, and where a worldview stands on the dial of a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.beliefs import dialled_parameters, dials_of
from sim.scenario.distributions import Blend, Distribution
from sim.scenario.layers import ExperimentFile, merge_beliefs

if TYPE_CHECKING:
    from sim.scenario.catalogue import Catalogue
    from sim.scenario.experiment import Worldview


def readings(catalogue: Catalogue, claim: str) -> dict[str, dict[str, Distribution]]:
    """Return what each reading of a claim says of its parameters: `self`, `neutral` and `newsham`."""
    words = {"self": "self", "neutral": "evidence", "newsham": "newsham"}
    return {name: _at(catalogue, claim, dials_of(catalogue, word, [claim])[claim]) for name, word in words.items()}


def position_of(catalogue: Catalogue, claim: str, worldview: Worldview) -> float | None:
    """Return where a worldview stands on the dial of a claim; None if no position has its numbers.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", worldviews="neutral", set_="claim.N12=0.4")
    >>> position_of(exp.catalogue, "N12", exp.worldviews[0]), position_of(exp.catalogue, "N1", exp.worldviews[0])
    (0.4, 0.0)
    """
    own = {name: worldview.distributions[name] for name in dialled_parameters(catalogue)[claim]}
    partly = [entry.dial for entry in own.values() if isinstance(entry, Blend)]
    for dial in dict.fromkeys([0.0, *catalogue.claims[claim].dial_range, *partly]):
        if own == _at(catalogue, claim, dial):
            return dial
    return None


def _at(catalogue: Catalogue, claim: str, dial: float) -> dict[str, Distribution]:
    beliefs = merge_beliefs(catalogue, [ExperimentFile(claims={claim: dial})])
    return {name: beliefs[name] for name in dialled_parameters(catalogue)[claim]}


def median(distribution: Distribution) -> float:
    """Return the median of a distribution."""
    return float(distribution.ppf(np.array([0.5]))[0])
