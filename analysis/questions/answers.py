"""The manifest of an answer: what the commands on the difference between two policies say of their folder.

It is that of a run without its `schema`, so that nothing takes it for one: the `command`, its `options` with defaults
filled in, what was `asked`, the `design`, the `run` that was read, if one was, and the files `written`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.beliefs import moved, standing
from sim.results import manifest
from sim.scenario.experiment import Experiment, Worldview

if TYPE_CHECKING:
    from analysis.questions.designs import Design
    from sim.results.manifest import Manifest
    from sim.results.result import Result

OF_A_RUN = ("experiment", "set", "seed", "trials", "lucks")  # options that mean nothing where a finished run is read
OF_NO_RESULT = ("workers", "no_figures", "out")  # options on which no number depends


def made(command: str, options: Mapping[str, Any], design: Design, run: tuple[Path, Result] | None = None) -> Manifest:
    """The manifest of an answer, but for its files and its times; `options` as typed, those left out None."""
    used = {name.rstrip("_"): value for name, value in options.items()}
    out, read = Path(used["out"]), used.get("run") or used.get("folder")
    filled = {
        "outcome": design.asked["outcomes"], "start": design.asked["starts"], "seed": design.exp.seed,
        "worldview": design.asked["worldviews"], "lucks": design.exp.lucks, "claim": design.sizes.get("claims"),
    }  # fmt: skip
    for name, value in used.items():
        if read and name in OF_A_RUN:
            used[name] = None
        elif value in (None, [], ()) and name in filled:
            used[name] = filled[name]
        elif isinstance(value, Path):
            used[name] = value.as_posix()
    said = {
        "program": manifest.PROGRAM, "command": command, "options": used, "asked": design.asked,
        "design": design.sizes, "run": _read(out, *run) if run else None, **manifest.describe_experiment(design.exp),
    }  # fmt: skip
    return said | ({"rules_sha256": said["run"]["rules_sha256"]} if run else {})


def _read(out: Path, folder: Path, result: Result) -> dict[str, Any]:
    """The run that was read: where it lies, from the answer's own folder if it is in it, and who played it."""
    said = result.manifest or {}
    place = folder.relative_to(out) if folder.is_relative_to(out) else folder
    names = ("seed", "trials", "started", "finished", "rules_sha256", "versions", "platform")
    exp = result.experiment
    return {
        "folder": place.as_posix(),
        "experiment": exp.name,
        "lucks": exp.lucks,
        **{name: said[name] for name in names},
    }


def withdrawn(folder: Path) -> Manifest | None:
    """Take back the manifest of an answer whose tables are about to be replaced; that of a run stays."""
    found = manifest.read(folder)
    if not found or "command" not in found:
        return None
    (folder / manifest.MANIFEST).unlink()
    return found


def keep(folder: Path, answer: Manifest, before: Manifest | None) -> str | None:
    """Write an answer's manifest; an answer given before began when it did then.

    Returns
    -------
    str or None
        What is to be told, if the folder holds a run, whose manifest stays.
    """
    if manifest.read(folder):
        return (
            f"{folder} holds a run, whose manifest stays and says nothing of these tables; "
            "for strait methods of them, give the same command another folder."
        )
    answer = json.loads(json.dumps(answer, default=_plain)) | {"finished": manifest.utc_now()}
    if before and _same(before) == _same(answer):
        answer["started"] = before["started"]
    manifest.write(folder, answer)
    return None


def _same(answer: Manifest) -> Manifest:
    """What makes two answers one."""
    options = {name: value for name, value in answer["options"].items() if name not in OF_NO_RESULT}
    left = ("command", "asked", "design", "rules_sha256", "versions", "files", "experiment")
    return {"options": options} | {name: answer[name] for name in left}


def on_dials(said: Manifest) -> bool:
    """Whether an answer moved the dials of claims, from a worldview that held besides."""
    return said["command"] in ("crossover", "flip", "discover") or said["design"].get("over") == "dials"


def experiment(said: Manifest) -> Experiment:
    """What an answer was about: the policies and worldviews that were asked, and both ends of dials that moved."""
    exp = Experiment.from_resolved({**said["experiment"], "files": said["files"]})
    policies = said["design"].get("policies", said["asked"]["policies"])
    views = [view for view in exp.worldviews if view.name in said["asked"]["worldviews"]]
    for end, author in ((0.0, "Self"), (1.0, "Newsham")) if on_dials(said) else ():
        laws = standing(exp.catalogue, dict.fromkeys(moved(exp.catalogue), end)).distributions
        if not any(view.distributions == laws for view in views):
            title, summary = f"All dials at {end:g}", f"Every claim as {author} reads it, the rest neutral."
            views.append(Worldview(f"dials_{end:g}", title, summary, laws))
    return replace(exp, policies=tuple(one for one in exp.policies if one.name in policies), worldviews=tuple(views))


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a manifest cannot hold {type(value).__name__}")
