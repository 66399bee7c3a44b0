"""The golden baseline: means of the main columns for each cell of the debate, kept in golden.csv.

Whoever changes what the model does says why, and the reason is kept too:

    python tests/make_golden.py "bases now open only after consultation"
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from playing import columns, play

from sim.model import outcomes
from sim.scenario.loader import load

HERE = Path(__file__).parent
TABLE, REASONS = HERE / "golden.csv", HERE / "golden.md"
TRIALS, SEED = 200, 2020
CELL = ("start", "worldview", "policy")
MAIN = (
    "use_of_force", "taiwan_falls", "japan_in_combat", "japan_gdp_loss_pct", "taiwan_gdp_loss_pct",
    "deterrence_holds", "quarantine", "blockade", "limited_strike", "invasion", "us_prc_war", "japan_struck",
    "crisis", "prc_gave_up", "relations_ruptured", "japan_backs_down", "unofficial_contact", "public_support",
    "prc_buildup_pct", "japan_economic_months_2", "japan_military_months_1", "taiwan_economic_months_1",
    "taiwan_military_months_2", "use_of_force_compensator", "taiwan_falls_compensator",
    "japan_in_combat_compensator", "japan_gdp_loss_pct_compensator", "taiwan_gdp_loss_pct_compensator",
    "nuclear_use_compensator", "settlement_broken_compensator", "peace_years", "hazard_of_force",
)  # fmt: skip


def rows() -> list[dict[str, str]]:
    """A row for each cell: its names and the means of its main columns, to ten digits."""
    made = []
    for cell, record in play(load("debate", trials=TRIALS, seed=SEED)).records.items():
        means = dict(zip(outcomes.COLUMNS, columns(record).mean(axis=0), strict=True))
        made.append(dict(zip(CELL, cell, strict=True)) | {name: f"{means[name]:.10g}" for name in MAIN})
    return made


def kept() -> list[dict[str, str]]:
    """The rows as they were last written."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(reason: str) -> None:
    """Write the table anew and add the reason to those given before."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*CELL, *MAIN], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    before = REASONS.read_text(encoding="utf-8") if REASONS.exists() else "# Why the golden baseline changed\n\n"
    REASONS.write_text(f"{before}- {reason}\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or len(sys.argv[1].split()) < 2:
        sys.exit('Say why, in a few words: python tests/make_golden.py "reason"')
    write(sys.argv[1].strip())
