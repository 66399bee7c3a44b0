"""A question's result: the base of each module's own, and the manifest of the folder in which it is written.

That manifest is a run's without its `schema`, so that no program takes it for one: the `command`, its `options` with
the defaults filled in, what was `asked`, the `design`, the `run` that was read, if one was, and the files `written`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.engine.beliefs import dials_of, worldview_at
from sim.errors import QuestionError
from sim.results import manifest
from sim.scenario.experiment import Experiment, Worldview
from sim.scenario.schema import AUTHORS, Author
from sim.statistics.intervals import LEVEL

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.results.manifest import Manifest
    from sim.results.result import Result
    from sim.scenario.catalogue import Outcome

NEWSHAM: Author = "newsham"
SELF: Author = "self"  # the two authors' worldviews
PLAYED_BY_THE_RUN = ("set", "seed", "trials", "lucks")  # options without meaning where a finished run is read
WITHOUT_EFFECT = ("workers", "no_figures", "out")  # options on which no number depends


@dataclass(frozen=True, eq=False)
class Finding(ABC):
    """What every question's result has: the question, the trials of each policy and set of beliefs, and the table."""

    question: Question
    trials: int
    table: pd.DataFrame = field(repr=False)

    @property
    @abstractmethod
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table, by the name of its CSV file."""

    @property
    @abstractmethod
    def design(self) -> dict[str, Any]:
        """Sizes of what was played, and the constants that the method was run with; plain data."""

    @property
    def policies(self) -> list[str]:
        """Names of the policies in question."""
        return [*self.question.contrast]

    @property
    def worldviews(self) -> list[str]:
        """Names of the worldviews in question."""
        return [self.question.worldview.name]


def stakes(experiment: Experiment) -> list[str]:
    """Name the primary outcomes, and the loss by each author's own values, where the experiment has it."""
    entries = experiment.catalogue.outcomes
    own = [f"loss_{author}" for author in (NEWSHAM, SELF) if f"loss_{author}" in entries]
    return list(dict.fromkeys([*(name for name, entry in entries.items() if entry.primary), *own]))


def reject_two_sided(outcome: Outcome) -> None:
    """Reject, by a QuestionError, an outcome in which no policy can be better.

    >>> import sim
    >>> reject_two_sided(sim.load("debate").catalogue.outcomes["use_of_force"])
    """
    if outcome.better == "none":
        raise QuestionError(f"outcome {outcome.name} has no better side, so no policy does better in it")


def describe(
    command: str, options: Mapping[str, Any], findings: Sequence[Finding], run: tuple[Path, Result] | None = None
) -> Manifest:
    """Return the manifest of a question's folder, but for its files and times.

    Parameters
    ----------
    options
        As typed; what was left out is None.
    findings
        All of one command, which differ in their start, worldview or outcomes.
    run
        The run that was read, if one was, and its folder.
    """
    first = findings[0]
    asked = {
        "policies": first.policies,
        "outcomes": _distinct(name for finding in findings for name in finding.question.outcomes),
        "starts": _distinct(finding.question.start.name for finding in findings),
        "worldviews": _distinct(name for finding in findings for name in finding.worldviews),
    }
    design = {"trials": first.trials, "level": LEVEL, **first.design}
    for other in findings[1:]:  # what differs by start is a dict
        design |= {name: {**design[name], **value} for name, value in other.design.items() if isinstance(value, dict)}
    exp = first.question.experiment
    starts = tuple(start for start in exp.starts if start.name in asked["starts"])
    exp = replace(exp, trials=first.trials, starts=starts)
    typed = {name.rstrip("_"): value for name, value in options.items()}
    defaults = {
        "outcome": asked["outcomes"], "start": asked["starts"], "seed": exp.seed, "worldview": asked["worldviews"],
        "policy": asked["policies"], "contrast": ",".join(first.question.contrast), "lucks": exp.lucks,
        "claim": design.get("claims"),
    }  # fmt: skip
    of_run = run is not None and Path(typed["experiment"]) == run[0]  # else the command itself played the run
    used = {name: _used(name, value, defaults, of_run=of_run) for name, value in typed.items()}
    described = {
        "program": manifest.PROGRAM, "command": command, "options": used, "asked": asked, "design": design,
        "run": _describe_run(Path(typed["out"]), *run) if run else None, **manifest.describe_experiment(exp),
    }  # fmt: skip
    return described | ({"rules_sha256": described["run"]["rules_sha256"]} if run else {})


def _distinct(names: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(map(str, names)))


def _used(name: str, value: Any, defaults: Mapping[str, Any], *, of_run: bool) -> Any:
    """The value with which a command was run."""
    if of_run and name in PLAYED_BY_THE_RUN:
        return None
    if value in (None, [], ()) and name in defaults:
        return defaults[name]
    return value.as_posix() if isinstance(value, Path) else value


def _describe_run(out: Path, folder: Path, result: Result) -> dict[str, Any]:
    """The run that was read: where it is, relative to the question's folder if inside it, and how it was played."""
    of_run, exp = result.manifest or {}, result.experiment
    path = folder.relative_to(out) if folder.is_relative_to(out) else folder
    names = ("seed", "trials", "started", "finished", "rules_sha256", "versions", "platform")
    played = {name: of_run[name] for name in names}
    return {"folder": path.as_posix(), "experiment": exp.name, "lucks": exp.lucks, **played}


def remove_manifest(folder: Path) -> Manifest | None:
    """Remove the manifest of an earlier question, whose tables are about to be replaced; that of a run stays."""
    before = manifest.read(folder)
    if not before or "command" not in before:
        return None
    (folder / manifest.MANIFEST).unlink()
    return before


def write_manifest(folder: Path, described: Manifest, before: Manifest | None) -> str | None:
    """Write the manifest of a question's folder; the same question as before keeps its time of beginning.

    Returns
    -------
    str or None
        A note for the user, if the folder holds a run: its manifest stays.
    """
    if manifest.read(folder):
        return (
            f"{folder} holds a run, whose manifest stays and does not describe these tables. For strait methods, "
            "repeat the command with another --out."
        )
    described = json.loads(json.dumps(described, default=_plain)) | {"finished": manifest.utc_now()}
    if before and _identity(before) == _identity(described):
        described["started"] = before["started"]
    manifest.write(folder, described)
    return None


def _identity(described: Manifest) -> Manifest:
    """What makes two questions the same."""
    options = {name: value for name, value in described["options"].items() if name not in WITHOUT_EFFECT}
    names = ("command", "asked", "design", "rules_sha256", "versions", "files", "experiment")
    return {"options": options} | {name: described[name] for name in names}


def moves_dials(described: Manifest) -> bool:
    """True if the question moved the dials of claims, from a worldview that held for the rest."""
    over = described["design"].get("over")
    return described["command"] in ("crossover", "flip", "discover") or over in ("dials", "readings")


def read_experiment(folder: Path, described: Manifest) -> Experiment:
    """Return the experiment of the question in a folder.

    It has the question's policies and worldviews, and both authors' if the question moved dials.
    """
    exp = manifest.read_experiment(folder, described)
    policies = described["design"].get("policies", described["asked"]["policies"])
    views = [view for view in exp.worldviews if view.name in described["asked"]["worldviews"]]
    for author in (SELF, NEWSHAM) if moves_dials(described) else ():
        laws = worldview_at(exp.catalogue, dials_of(exp.catalogue, author)).distributions
        if not any(view.distributions == laws for view in views):
            title = f"Every claim of {AUTHORS[author]} accepted"
            views.append(Worldview(f"claims_{author}", title, f"{title}; elsewhere the evidence stands.", laws))
    kept = tuple(policy for policy in exp.policies if policy.name in policies)
    return replace(exp, policies=kept, worldviews=tuple(views))


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a manifest cannot hold {type(value).__name__}")
