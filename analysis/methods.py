"""What a paper says of how a run was made: paragraphs, tables and a bibliography, all from the run's folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import bibtex, cite, settings, work
from analysis.captions import gap, listed, margin
from sim import estimates, store
from sim.storing import disk, manifest
from sim.storing.disk import FolderError

if TYPE_CHECKING:
    from sim.catalogue import Outcome
    from sim.experiment import Experiment, Policy, Start, Worldview
    from sim.results import Result

FOLDER = "methods"
FILES = ("methods.md", "settings.csv", "parameters.csv", "references.bib")
NO_FORECAST = (
    "The results are cases that follow from stated beliefs; they are not a forecast, and none of the shares is the "
    "probability of a war. Intervals hold what the number of trials leaves open, not whether the model or a belief is "
    "right. The worldviews are readings of two short essays, which their authors have not endorsed."
)
HOW_WRITTEN = "Triangular: lowest, likeliest, highest. Lognormal: median, 95th percentile. Normal: mean, sd."


def write(folder: Path, out: Path | None = None) -> Path:
    """Write methods.md, settings.csv, parameters.csv and references.bib for a run; return where they are.

    Parameters
    ----------
    folder
        Of a run, finished or not; what `strait run` wrote.
    out
        Where to write; by default `methods` in the folder, which `--fresh` then removes with the rest.

    Raises
    ------
    FolderError
        If there is no run in the folder, or it has no trial yet.
    """
    if not (folder / manifest.MANIFEST).exists() and (folder / work.KEPT).is_dir():
        raise FolderError(
            f"{folder}: it holds tables of strait claims, crossover or the like, which keep neither version nor seed "
            "nor settings, and none of them is guessed; the footers of the figures say trials and seed. Methods are "
            "written for the folder of a strait run."
        )
    run = store.load_folder(folder, partial=True)
    made = _Run(run, folder)
    where = out or folder / FOLDER
    where.mkdir(parents=True, exist_ok=True)
    tables = settings.settings(run.experiment, made.said, run.experiment.trials), settings.parameters(run.experiment)
    texts = (made.text(), *map(_csv, tables), bibtex.text(made.works()))
    paths = [where / name for name in FILES]
    for path, text in zip(paths, texts, strict=True):
        disk.save(path, text.encode())
    if out is None:
        with suppress(FolderError):  # another process is at work on the run, and keeps its own list
            store.add_files(folder, paths)
    return where


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


@dataclass(frozen=True)
class _Run:
    """A run as its folder has it."""

    result: Result
    folder: Path

    @property
    def exp(self) -> Experiment:
        return self.result.experiment

    @property
    def said(self) -> Mapping[str, Any]:
        return self.result.manifest or {}

    @property
    def version(self) -> str | None:
        version: str | None = self.said["versions"].get(manifest.DISTRIBUTIONS[0])
        return version

    @property
    def whole(self) -> bool:
        return bool(self.said["status"] == "complete") and not self.said.get("share")

    def works(self) -> list[bibtex.Work]:
        """Strait, the essays, and the sources of every number that was played."""
        known = self.exp.catalogue
        levers = {name for policy in self.exp.policies for name in policy.levers}
        keys = [entry.source for entry in known.parameters.values()]
        keys += [entry.source for entry in known.quantities.values()]
        keys += [known.levers[name].source for name in levers]
        keys += [claim.source for claim in cite.held(self.exp, *self.exp.worldviews)]
        names = {name for some in keys for name in some}
        return bibtex.works(self.exp, [name for name in known.sources if name in names], self.version)

    def text(self) -> str:
        """The page; `[@key]` is a reference to references.bib."""
        parts = ["# Methods", *([] if self.whole else [self._unfinished()])]
        parts += [f"{self._model()} {self._cases()}", f"{self._play()} {self._estimates()}"]
        parts += [self._comparisons()] if len(self.exp.policies) > 1 else []
        parts += [self._program(), NO_FORECAST, "## Table 1. The policies", settings.policies_table(self.exp)]
        parts += ["## Table 2. Parameters that a worldview does not leave neutral", HOW_WRITTEN]
        return "\n\n".join([*parts, settings.parameters_table(self.exp)]) + "\n"

    def _unfinished(self) -> str:
        share = self.said.get("share")
        what = f"This is part {share} of a run" if share else "This run is not finished"
        done = f"{self.exp.trials:,} of {self.said['trials']:,} trials of each cell are done"
        return f"**{what}: {done}.** Don't cite it yet."

    def _model(self) -> str:
        step = self.exp.step_months
        each = "month by month" if step == 1 else f"in steps of {step:g} months"
        numbered = f", version {self.version}" if self.version else ""
        return (
            f"We used Strait [@strait]{numbered}, a simulation of the debate between Newsham and Self [@debate_2020] "
            f"in which China, Japan, the United States and Taiwan decide {each} over {self.exp.months} months."
        )

    def _cases(self) -> str:
        exp, entries = self.exp, self.exp.catalogue.parameters.values()
        off = [
            f"{sum(view.distributions[entry.name] != entry.neutral for entry in entries)} under “{view.title}”"
            for view in exp.worldviews
        ]
        changed = settings.changed(exp)
        set_here = f" Set apart from the authors' readings: {listed(changed)}." if changed else ""
        return (
            f"We played {_titles(exp.policies, 'policy for Japan', 'policies for Japan')} under "
            f"{_titles(exp.worldviews, 'worldview', 'worldviews')} from {_titles(exp.starts, 'start', 'starts')}. "
            f"A worldview gives each of {len(entries)} parameters a distribution; off their neutral ranges are "
            f"{listed(off)} (Table 2).{set_here} All parameters, with units and sources, are in parameters.csv, "
            "everything else that was set in settings.csv."
        )

    def _play(self) -> str:
        exp, cells, failed = self.exp, self.said["cells"], len(self.result.failures)
        left = f" {failed} trials failed; their worlds are left out of every cell." if failed else ""
        return (
            f"Each of the {cells} cells (a start, a worldview, a policy) was played {exp.trials:,} times: in "
            f"{exp.trials // exp.lucks:,} worlds, draws of all parameters, with {_counted(exp.lucks, 'luck', 'lucks')} "
            f"in each; {cells * exp.trials:,} trials in all, from seed {self.said['seed']}. Worlds and luck are the "
            f"same in every cell (common random numbers).{left}"
        )

    def _estimates(self) -> str:
        names = [f"“{one.label}”" for one in _primary(self.exp) if one.compensator]
        by = f" Compensators, expected counts added up as a trial goes on, estimate {listed(names)}." if names else ""
        blocks = min(estimates.BLOCKS, self.exp.trials // self.exp.lucks)
        return (
            f"Estimates have {estimates.LEVEL:.0%} intervals.{by} Intervals of compensators and of means are Student's "
            f"t over {blocks} blocks of worlds; counted shares have Wilson's, and their differences Tango's."
        )

    def _comparisons(self) -> str:
        margins = listed([f"{margin(one)} in “{one.label}”" for one in _primary(self.exp)])
        said = (
            "Policies were compared trial by trial, in the same worlds and with the same luck; a difference of less "
            f"than {margins} counts as none."
        )
        if not self.whole:
            return said
        found = pd.read_csv(self.folder / "differences.csv", dtype={"start": str})
        main = found[found["simultaneous_low"].notna()]
        if main.empty:
            return f"{said} Intervals hold for one comparison at a time."
        half = ((main["simultaneous_high"] - main["simultaneous_low"]) / 2).groupby(main["outcome"]).max()
        widest = [f"± {gap(float(half[one.name]), one)} in “{one.label}”"
                  for one in _primary(self.exp) if one.name in half]  # fmt: skip
        at_once = int(main.groupby(["start", "worldview"]).size().max())
        return (
            f"{said} The {at_once} main comparisons of each start and worldview have simultaneous "
            f"{estimates.LEVEL:.0%} intervals (single-step max-t), which decide their verdicts; the widest are "
            f"{listed(widest)}. Intervals of the other {len(found) - len(main):,} comparisons in differences.csv "
            "hold one at a time."
        )

    def _program(self) -> str:
        versions = {name: number for name, number in self.said["versions"].items() if number}
        versions.pop(manifest.DISTRIBUTIONS[0], None)
        python = versions.pop("python")
        libraries = listed([f"{name} {number}" for name, number in versions.items()])
        days = dict.fromkeys(day[:10] for day in (self.said["started"], self.said["finished"]) if day)
        return (
            f"It ran on Python {python} with {libraries} ({self.said['platform']}), {' to '.join(days)}. The rules' "
            f"sources have the SHA-256 {self.said['rules_sha256'][:12]}; the same version and settings give the same "
            "numbers again."
        )


def _primary(exp: Experiment) -> list[Outcome]:
    return [one for one in exp.catalogue.outcomes.values() if one.primary]


def _titles(entries: Sequence[Policy | Worldview | Start], one: str, many: str) -> str:
    """How many, and their titles."""
    titles = listed([f"“{entry.title}”" for entry in entries])
    return f"{_counted(len(entries), one, many)} ({titles})"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
