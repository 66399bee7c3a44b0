"""Figures that were made, by name: their captions as the files keep them, and the run behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from analysis.paper import cite
from analysis.questions import answers
from sim.results import manifest
from sim.scenario import resolved

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

FOLDER = "figures"
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"


def named(name: str, out: Path = Path("out")) -> list[Path]:
    """The files of a figure: the file itself if `name` is one, else every figure of that name in folders of `out`.

    >>> named("differences_2026", Path("nowhere"))
    []
    """
    path = Path(name)
    if path.suffix in (".png", ".svg"):
        return [path.with_suffix(".svg")] if path.with_suffix(".svg").is_file() else []
    return [found for found in sorted(out.glob(f"*/{FOLDER}/*.svg")) if found.stem == name]


def known(out: Path = Path("out")) -> list[str]:
    """Names of all figures in folders of `out`."""
    return sorted({path.stem for path in out.glob(f"*/{FOLDER}/*.svg")})


def caption(path: Path) -> str:
    """The caption of a figure that Strait saved as SVG; empty if it has none.

    Raises
    ------
    ValueError
        If the file is not an SVG.
    """
    try:
        found = ElementTree.parse(path).getroot().find(f".//{DESCRIPTION}")
    except ElementTree.ParseError as fault:
        raise ValueError(f"{path}: not a figure of Strait's ({fault})") from fault
    return (found.text or "").strip() if found is not None else ""


def basis(path: Path, exp: Experiment) -> tuple[cite.Basis, Experiment, str | None]:
    """What a figure rests on, the experiment behind it, and the version of Strait that played it if that was kept.

    Without a manifest beside the figure the experiment is the one given.
    """
    folder = path.parent.parent
    answer = manifest.read(folder) or {}
    if "command" in answer:
        return _of_answer(path, answer)
    said = manifest.held(folder) if (folder / manifest.MANIFEST).exists() else None
    if not said:
        marks = cite.in_order(
            mark for claim in exp.catalogue.claims.values() for mark in claim.paragraphs if claim.readings
        )
        note = "Trials and seed are in its footer."
        return cite.Basis(f"figure “{path.stem}”", f"“{caption(path)}” {note}", marks), exp, None
    own = resolved.experiment({**said["experiment"], "files": said["files"]})
    marks = cite.in_order(mark for claim in cite.held(own, *own.worldviews) for mark in claim.paragraphs)
    run = f"Experiment {own.name}, {said['trials']:,} trials per cell, seed {said['seed']}"
    if said["status"] != "complete":
        run += "; the run is not finished"
    basis = cite.Basis(f"figure “{path.stem}”", f"“{caption(path)}” {run}.", marks)
    return basis, own, said["versions"].get(manifest.DISTRIBUTIONS[0])


def _of_answer(path: Path, said: manifest.Manifest) -> tuple[cite.Basis, Experiment, str | None]:
    """What a figure rests on that another command than strait run drew."""
    exp = answers.experiment(said)
    marks = cite.in_order(mark for claim in cite.held(exp, *exp.worldviews) for mark in claim.paragraphs)
    how = f"strait {said['command']}, experiment {exp.name}, {said['design']['trials']:,} trials, seed {said['seed']}"
    basis = cite.Basis(f"figure “{path.stem}”", f"“{caption(path)}” {how}.", marks)
    return basis, exp, said["versions"].get(manifest.DISTRIBUTIONS[0])
