"""How high pressure stood: counts of trials on each rung, month by month, from blocks to a table of shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.model.codes import FALLEN, TRACKS
from sim.results import tables

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment

FALLEN_RUNG = -1  # of a month after Taiwan's fall


def flat(experiment: Experiment, counts: Mapping[Cell, NDArray[Any]]) -> NDArray[np.int64]:
    """Counts int64[month, track, slot] of each cell as one column, in the order of `places`."""
    columns = []
    for cell in tables.cells(experiment):
        for track, (_, _, size) in enumerate(TRACKS):
            columns.append(counts[cell][:, track, [*range(size), FALLEN]].ravel())
    return np.concatenate(columns)


def places(experiment: Experiment, months: int) -> pd.DataFrame:
    """What each count stands for: `start`, `worldview`, `policy`, `target`, `domain`, `month` (from 1), `rung`."""
    slots = [size + 1 for _, _, size in TRACKS]
    cells, a_cell = len(tables.cells(experiment)), months * sum(slots)

    def of_tracks(labels: list[str]) -> Any:
        entries = sorted({*labels})
        codes = np.repeat([entries.index(label) for label in labels], np.multiply(slots, months))
        return pd.Categorical.from_codes(np.tile(codes, cells), dtype=tables.category(entries))

    month = np.concatenate([np.repeat(np.arange(1, months + 1), size) for size in slots])
    rung = np.concatenate([np.tile([*range(size), FALLEN_RUNG], months) for _, _, size in TRACKS])
    columns = {
        **tables.of_cells(experiment, a_cell),
        "target": of_tracks([target for target, _, _ in TRACKS]),
        "domain": of_tracks([domain for _, domain, _ in TRACKS]),
        "month": np.tile(month, cells),
        "rung": np.tile(rung, cells),
    }
    return pd.DataFrame(columns, copy=False)


def shares(experiment: Experiment, counts: NDArray[np.int64], trials: int) -> pd.DataFrame:
    """The table of rungs: `places` with the share of trials there; counts as `flat` gives them."""
    a_month = len(tables.cells(experiment)) * sum(size + 1 for _, _, size in TRACKS)
    return places(experiment, len(counts) // a_month).assign(share=counts / trials)
