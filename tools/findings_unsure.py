"""More sentences of docs/findings.md: what follows if one sides with nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.captions import listed, title
from analysis.questions.variance import ALL
from sim.statistics.indices import LUCK, SOBOL
from tools.findings import DISPUTED
from tools.recorded import Part
from tools.sentences import by_start, said, share

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Start

NAMED = 5  # beliefs that are named
VARYING = ("use_of_force", "taiwan_falls", "japan_gdp_loss_pct")  # outcomes whose spread is told


def weights(exp: Experiment, found: pd.DataFrame) -> str:
    """Which beliefs weigh most when all lie anywhere between the two men."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        sobol = rows[rows["method"] == SOBOL]
        for name in DISPUTED:
            yield said(_weighed(exp, sobol[sobol["outcome"] == name]), f"strait sensitivity --start {start.name}")

    return by_start(exp, found, lines)


def _weighed(exp: Experiment, rows: pd.DataFrame) -> str:
    label = exp.catalogue.outcomes[rows.iloc[0]["outcome"]].label
    beliefs = rows[rows["input"] != LUCK]
    totals = beliefs[beliefs["measure"] == "ST"].sort_values("value", ascending=False, kind="stable")
    heaviest = [f"{row['input']} {share(*_figures(row))}" for row in totals.head(NAMED).to_dict("records")]
    loose = int((totals["verdict"] != "settled").sum())
    luck = rows[(rows["input"] == LUCK) & (rows["measure"] == "ST")].to_dict("records")[0]
    alone = float(beliefs.loc[beliefs["measure"] == "S1", "value"].sum())
    open_ = f" The shares of {loose} are not settled." if loose else ""
    of_luck = f"Luck makes {share(*_figures(luck))} of how the played rows vary."
    return (
        f"On “{label}” the spread of the difference hangs most on {listed(heaviest)}, of {len(totals)} beliefs; what "
        f"each does alone adds up to {100 * alone:.0f} %. {of_luck}{open_}"
    )


def _figures(row: Mapping[Any, Any]) -> list[float]:
    return [float(row[name]) for name in ("value", "low", "high")]


def spreads(exp: Experiment, found: pd.DataFrame) -> str:
    """How much of what happens is luck."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        of_all = rows[rows["worldview"] == ALL]
        for name in VARYING:
            here = of_all[of_all["outcome"] == name]
            compared = here[here["policy_b"].fillna("") != ""]
            a, b = (title(exp, str(compared.iloc[0][column])) for column in ("policy_a", "policy_b"))
            one = here[(here["policy_a"] == compared.iloc[0]["policy_a"]) & (here["policy_b"].fillna("") == "")]
            label = exp.catalogue.outcomes[name].label
            yield said(
                f"Of how “{label}” varies from history to history with {a}, {_made_of(one)}; of how it differs from "
                f"{b} in the same history, {_made_of(compared)}.",
                f"strait variance --start {start.name}",
            )

    return by_start(exp, found, lines)


def _made_of(rows: pd.DataFrame) -> str:
    part: dict[str, dict[Any, Any]] = {row["part"]: row for row in rows.to_dict("records")}
    luck, worlds, views = (
        share(*(float(part[name][figure]) for figure in ("share", "share_low", "share_high")))
        for name in ("luck", "worlds", "worldviews")
    )
    return f"luck makes {luck}, what a worldview leaves open {worlds}, and which worldview holds {views}"


def boxes(exp: Experiment, found: pd.DataFrame) -> str:
    """With which beliefs the exception does better, as the command says it."""
    return _as_told(exp, found, "strait discover")


def regrets(exp: Experiment, found: pd.DataFrame) -> str:
    """Which policy one would regret least, as the command says it."""
    return _as_told(exp, found, "strait robust")


def _as_told(exp: Experiment, found: pd.DataFrame, command: str) -> str:
    """Sentences that a command's own lines make; those on one outcome stand together."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        for name, part in rows.fillna("").groupby("outcome", sort=False):
            head = f"“{exp.catalogue.outcomes[str(name)].label}”: " if name else ""
            yield said(head + " ".join(part["line"]), f"{command} --start {start.name}")

    return by_start(exp, found, lines)


PARTS: Mapping[str, tuple[str, Part]] = {
    "findings-weights": ("weights", weights), "findings-spreads": ("spreads", spreads),
    "findings-boxes": ("boxes", boxes), "findings-regrets": ("regrets", regrets),
}  # fmt: skip
