"""The register of forecasts: what each forecaster expects after the next trigger of each kind in 2027.

It is a record of its date. Only `python -m tools forecasts` writes it, and not once the year has begun. The kinds of
trigger are in scenarios/history/next_triggers.yaml. The forecasters are those of the back-test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.evidence.backtest import report
from analysis.evidence.backtest.forecasts import FORECASTERS, run_backtest
from analysis.evidence.episodes import load_next_triggers, load_record
from analysis.paper.markdown import table
from sim.model import compiled
from sim.model.rules import prc

YEAR = 2027
FILE = f"forecasts_{YEAR}.csv"
SHOWN = {("economic", prc.SELECTIVE): "trade coercion", ("military", prc.DRILL): "large drill or force"}
DATE = re.compile(r"20\d\d-[01]\d-[0-3]\d")


def is_open(date: str) -> bool:
    """Whether the register may still be written on a date.

    >>> is_open("2026-12-31"), is_open("2027-01-01"), is_open("tomorrow")
    (True, False, False)
    """
    return DATE.fullmatch(date) is not None and date < f"{YEAR}-01-01"


def make(date: str, worlds: int = 10_000) -> pd.DataFrame:
    """The chance of each rung, by kind of trigger, domain and forecaster: a row each.

    Columns are `kind`, `trigger`, `target`, `domain`, `rung`, `forecaster`, `probability`, the date when it was `made`,
    and the `rules` that made it (first 12 digits of their SHA-256).

    >>> list(make("2026-12-01", worlds=50)["domain"].unique())
    ['economic', 'military']
    """
    record = load_record()
    kinds = load_next_triggers(f"{YEAR}-01", record)
    found = run_backtest(kinds, record, worlds=worlds).forecasts
    # The chained rivals are the same for 2027.
    found = found[found["forecaster"].isin(FORECASTERS)].reset_index(drop=True)
    words = {kind.name: kind.happened for kind in kinds}
    found = found.rename(columns={"episode": "kind"}).drop(columns="observed")
    found.insert(1, "trigger", found["kind"].map(words))
    return found.assign(probability=found["probability"].round(4), made=date, rules=compiled.hash_rules()[:12])


def write(register: pd.DataFrame, folder: Path) -> None:
    """Write the register into a folder."""
    register.to_csv(folder / FILE, index=False, lineterminator="\n")


def read(folder: Path) -> pd.DataFrame:
    """The register as it stands in a folder."""
    return pd.read_csv(folder / FILE)


def as_markdown(register: pd.DataFrame) -> str:
    """The chances of the two answers that matter most, in per cent, by kind of trigger and forecaster."""
    parts = [f"Made on {register['made'].iloc[0]}, by rules `{register['rules'].iloc[0]}`. In 100 such triggers:"]
    for (domain, rung), answer in SHOWN.items():
        chosen = register[(register["domain"] == domain) & (register["rung"] >= rung)]
        chances = chosen.pivot_table(index=["target", "trigger"], columns="forecaster", values="probability",
                                     aggfunc="sum", sort=False)[list(FORECASTERS)]  # fmt: skip
        rows = [[target, trigger, *(f"{100 * chance:.0f}" for chance in row)]
                for (target, trigger), row in zip(chances.index, chances.to_numpy(), strict=True)]  # fmt: skip
        head = ["target", f"{answer} after", *(report.LABELS[name] for name in FORECASTERS)]
        parts.append(table(head, rows))
    return "\n\n".join(parts)
