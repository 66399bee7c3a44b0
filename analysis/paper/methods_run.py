"""What a paper says of how a run was played: its own paragraphs, all from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.captions import gap, listed, margin
from analysis.paper import paragraphs
from analysis.paper.paragraphs import counted, titles
from sim.statistics import intervals

if TYPE_CHECKING:
    from sim.results.manifest import Manifest
    from sim.results.result import Result
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment


def text(result: Result, said: Manifest, folder: Path) -> str:
    """The page; `said` is the run's manifest."""
    exp = result.experiment
    parts = ["# Methods", *([] if _whole(said) else [_unfinished(exp, said)])]
    parts += [f"{paragraphs.model(exp, said)} {_cases(exp)} {paragraphs.beliefs(exp)}"]
    parts += [f"{_play(result, said)} {_estimates(exp)}"]
    parts += [_comparisons(exp, said, folder)] if len(exp.policies) > 1 else []
    return "\n\n".join([*parts, paragraphs.program(said), paragraphs.NO_FORECAST, *paragraphs.tables(exp)]) + "\n"


def _whole(said: Manifest) -> bool:
    return bool(said["status"] == "complete") and not said.get("share")


def _unfinished(exp: Experiment, said: Manifest) -> str:
    share = said.get("share")
    what = f"This is part {share} of a run" if share else "This run is not finished"
    done = f"{exp.trials:,} of {said['trials']:,} trials of each cell are done"
    return f"**{what}: {done}.** Don't cite it yet."


def _cases(exp: Experiment) -> str:
    policies = counted(len(exp.policies), "policy for Japan", "policies for Japan")
    views = counted(len(exp.worldviews), "worldview", "worldviews")
    return (
        f"We played {policies} ({titles(exp.policies)}) under {views} ({titles(exp.worldviews)}) from "
        f"{counted(len(exp.starts), 'start', 'starts')} ({titles(exp.starts)})."
    )


def _play(result: Result, said: Manifest) -> str:
    exp, cells, failed = result.experiment, said["cells"], len(result.failures)
    left = f" {failed} trials failed; their worlds are left out of every cell." if failed else ""
    return (
        f"Each of the {cells} cells (a start, a worldview, a policy) was played {exp.trials:,} times: in "
        f"{exp.trials // exp.lucks:,} worlds, draws of all parameters, with {counted(exp.lucks, 'luck', 'lucks')} "
        f"in each; {cells * exp.trials:,} trials in all, from seed {said['seed']}. Worlds and luck are the "
        f"same in every cell (common random numbers).{left}"
    )


def _estimates(exp: Experiment) -> str:
    blocks = min(intervals.BLOCKS, exp.trials // exp.lucks)
    by = paragraphs.compensators(_primary(exp))
    return (
        f"Estimates have {intervals.LEVEL:.0%} intervals.{by} Intervals of compensators and of means are Student's "
        f"t over {blocks} blocks of worlds; counted shares have Wilson's, and their differences Tango's."
    )


def _comparisons(exp: Experiment, run: Manifest, folder: Path) -> str:
    margins = listed([f"{margin(one)} in “{one.label}”" for one in _primary(exp)])
    said = (
        "Policies were compared trial by trial, in the same worlds and with the same luck; a difference of less "
        f"than {margins} counts as none."
    )
    if not _whole(run):
        return said
    found = pd.read_csv(folder / "differences.csv", dtype={"start": str})
    main = found[found["simultaneous_low"].notna()]
    if main.empty:
        return f"{said} Intervals hold for one comparison at a time."
    half = ((main["simultaneous_high"] - main["simultaneous_low"]) / 2).groupby(main["outcome"]).max()
    widest = [f"± {gap(float(half[one.name]), one)} in “{one.label}”"
              for one in _primary(exp) if one.name in half]  # fmt: skip
    at_once = int(main.groupby(["start", "worldview"]).size().max())
    return (
        f"{said} The {at_once} main comparisons of each start and worldview have simultaneous "
        f"{intervals.LEVEL:.0%} intervals (single-step max-t), which decide their verdicts; the widest are "
        f"{listed(widest)}. Intervals of the other {len(found) - len(main):,} comparisons in differences.csv "
        "hold one at a time."
    )


def _primary(exp: Experiment) -> list[Outcome]:
    return [one for one in exp.catalogue.outcomes.values() if one.primary]
