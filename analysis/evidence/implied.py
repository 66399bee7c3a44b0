"""What the model implies where a claim restates the answer, beside what evidence allows and each author would say.

Composite claims have no dial: to set them would be to decide the debate in advance. So they can be held against the
model instead. All figures are from the reference start, under each worldview of the experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.evidence import composites
from analysis.evidence.composites import Played
from analysis.questions import averages

if TYPE_CHECKING:
    from analysis.questions.averages import Update
    from sim.scenario.experiment import Experiment
    from sim.statistics.intervals import Interval

COLUMNS = ["claim", "what", "worldview", "implied", "low", "high", "evidence_low", "evidence_likeliest",
           "evidence_high", "newsham", "self"]  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A figure for a claim: what it is, the range that evidence allows (low, likeliest, high), what each author says.

    Ranges are readings of the sources that claims.yaml names for the claim; the likeliest is None where there is none.
    """

    claim: str
    what: str
    evidence: tuple[float, float | None, float]
    newsham: str
    self: str
    implied: Callable[[Played], Mapping[str, Interval]]


VALUES = (
    Value("N1", "Hazard of force if Japan seems .3 likelier to fight, over before (its price; success apart)",
          (0.55, 0.8, 1.0), "well below 1", "silent", composites.price),
    Value("N5", "Hazard a year that the PRC takes islands from Japan after a fall", (0.005, 0.02, 0.08), "high",
          "silent", composites.given_a_fall("islands_seized", per_year=True)),
    Value("N5", "The same for islands of the Ryukyus", (0.0005, None, 0.01), "high", "silent",
          composites.given_a_fall("ryukyus_seized", per_year=True)),
    Value("N8", "Fall in the PRC's chance against the US if Japan's bases are open and Japan fights",
          (0.35, 0.6, 0.8), "large", "silent", composites.with_japan),
    Value("N14", "Unprovoked pressure on Japan after a fall, over before", (0.7, 1.4, 3.0), "well above 1", "silent",
          composites.pressure),
    Value("N16", "Log-odds of the use of force for .25 of direct ties in place (readiness with no ally)",
          (-0.15, None, 0.25), "below 0", "above 0", composites.readiness("direct_ties", "direct_ties")),
    Value("N16", "The same for .25 of interoperability (readiness among allies)", (-0.35, None, 0.0), "below 0",
          "below 0", composites.readiness("interoperability", "interoperability")),
    Value("N21", "Chance of a clash between the PRC and Japan in the ten years after a fall", (0.03, 0.1, 0.3),
          "high", "silent", composites.given_a_fall("prc_japan_clash", per_year=False)),
    Value("S1", "Rise in the chance of coercion or a surge at Japan in the year after one direct tie opens in full",
          (0.25, 0.5, 0.8), "silent", "high", composites.reaction),
    Value("S11", "Hazard of force with interoperability in full, over that with half", (0.65, 0.85, 1.0), "silent",
          "below 1", composites.integration),
)  # fmt: skip


def table(exp: Experiment, trials: int, update: Update | None = None, *, keep: bool = False) -> pd.DataFrame:
    """Each figure under each worldview, with its 95 % interval, beside the evidence and the two authors.

    Parameters
    ----------
    exp
        Its policies and worldviews are played from its reference start.
    trials
        Of each cell: a multiple of a hundred.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        `claim`, `what`, `worldview`, `implied`, `low`, `high`; `evidence_low`, `evidence_likeliest`,
        `evidence_high`; `newsham`, `self` (what each would expect).
    """
    exp = replace(exp, starts=(exp.reference,), trials=trials)
    cells = averages.play({"": exp}, trials, update=update, keep=keep)[""]
    played = Played(exp, trials, {(view, policy): one for (_, view, policy), one in cells.items()})
    rows = [
        [value.claim, value.what, view, *interval, *value.evidence, value.newsham, value.self]
        for value in VALUES
        for view, interval in value.implied(played).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
