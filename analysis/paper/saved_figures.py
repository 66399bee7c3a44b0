"""Saved figures: the files of a name, the caption in each file, and the results behind it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from analysis.figures import captions
from analysis.paper import cite
from analysis.questions import finding
from sim.errors import FolderError
from sim.results import manifest
from sim.scenario.experiment import Experiment

FOLDER = "figures"
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"


def find(name: str, out: Path = Path("out")) -> list[Path]:
    """Return the files of a figure: the file itself if `name` is one, else all of that name in folders of `out`.

    >>> find("differences_2026", Path("nowhere"))
    []
    """
    path = Path(name)
    if path.suffix in (".png", ".svg"):
        return [path.with_suffix(".svg")] if path.with_suffix(".svg").is_file() else []
    return [path for path in sorted(out.glob(f"*/{FOLDER}/*.svg")) if path.stem == name]


def names(out: Path = Path("out")) -> list[str]:
    """Return the names of all figures in folders of `out`."""
    return sorted({path.stem for path in out.glob(f"*/{FOLDER}/*.svg")})


def caption(path: Path) -> str:
    """Return the caption of a figure that Strait saved as SVG; empty if it has none.

    Raises FolderError if the file is not an SVG.
    """
    try:
        description = ElementTree.parse(path).getroot().find(f".//{DESCRIPTION}")
    except ElementTree.ParseError as fault:
        raise FolderError(f"{path}: not a figure that Strait saved ({fault})") from fault
    return (description.text or "").strip() if description is not None else ""


def basis(path: Path, exp: Experiment) -> tuple[cite.Basis, Experiment, str | None]:
    """Return the basis of a figure, its experiment, and the version of Strait that played it, if that is recorded.

    A figure without a manifest beside it belongs to the experiment given.
    """
    folder = path.parent.parent
    record = manifest.read(folder) or {}
    if "command" in record:
        exp, trials = finding.read_experiment(folder, record), record["design"]["trials"]
        how = f"strait {record['command']}, experiment {exp.name}, {trials:,} trials, seed {record['seed']}."
    elif record := (manifest.read_run(folder) if (folder / manifest.MANIFEST).exists() else None) or {}:
        exp = manifest.read_experiment(folder, record)
        how = f"Experiment {exp.name}, {record['trials']:,} trials per cell, seed {record['seed']}"
        how += "." if record["status"] == "complete" else "; the run is not finished."
    else:
        how = "Trials and seed are in its footer."
    if record and exp.changes:
        how += f" Played {captions.changes_phrase(exp)}: {'; '.join(exp.changes)}."
    claims = cite.claims_of(exp, *exp.worldviews) if record else exp.catalogue.claims.values()
    marks = cite.in_order(mark for claim in claims for mark in claim.paragraphs if record or claim.readings)
    basis = cite.Basis(f"figure “{path.stem}”", f"“{caption(path)}” {how}", marks)
    return basis, exp, record["versions"].get(manifest.DISTRIBUTIONS[0]) if record else None
