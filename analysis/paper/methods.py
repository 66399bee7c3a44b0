"""What a paper says of how results were made: paragraphs, tables and a bibliography, all from the results' folder."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.paper import bibtex, cite, methods_asked, methods_run, paragraphs, settings
from analysis.questions import answers, work
from sim.errors import FolderError
from sim.results import disk, manifest, store

if TYPE_CHECKING:
    from sim.results.manifest import Manifest
    from sim.scenario.experiment import Experiment

FOLDER = "methods"
FILES = ("methods.md", "settings.csv", "parameters.csv", "references.bib")
CITED = re.compile(r"@(\w+)")


def write(folder: Path, out: Path | None = None) -> Path:
    """Write methods.md, settings.csv, parameters.csv and references.bib for some results; return where they are.

    Parameters
    ----------
    folder
        Of a run, finished or not, or what another command filled: one with a manifest.
    out
        Where to write; by default `methods` in the folder, which `--fresh` then removes with the rest of a run.

    Raises
    ------
    FolderError
        If there are no results in the folder, or no manifest, or the run in it has no trial yet.
    """
    _refuse_unsaid(folder)
    said = manifest.read(folder) or {}
    if "command" in said:
        exp, text = answers.experiment(said), methods_asked.text(said)
    else:
        run = store.load_folder(folder, partial=True)
        exp, said = run.experiment, dict(run.manifest or {})
        text = methods_run.text(run, said, folder)
    tables = settings.settings(exp, said, exp.trials), settings.parameters(exp)
    where = out or folder / FOLDER
    where.mkdir(parents=True, exist_ok=True)
    paths = [where / name for name in FILES]
    for path, made in zip(paths, (text, *map(_csv, tables), bibtex.text(_works(exp, said, text))), strict=True):
        disk.save(path, made.encode())
    if out is None and "command" not in said:
        with suppress(FolderError):  # another process is at work on the run, and keeps its own list
            store.add_files(folder, paths)
    return where


def _refuse_unsaid(folder: Path) -> None:
    """Refuse tables of a command that kept no manifest."""
    theirs = (folder / work.KEPT).is_dir() or any((folder / f"{name}.csv").exists() for name in methods_asked.COMMANDS)
    if theirs and not (folder / manifest.MANIFEST).exists():
        raise FolderError(
            f"{folder}: it holds tables of strait claims, crossover or the like without a manifest, which says "
            "version, seed and settings, and none of them is guessed: the command was stopped, or an older Strait "
            "wrote them. Give the same command again; what was played is taken from the folder."
        )


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def _works(exp: Experiment, said: Manifest, text: str) -> list[bibtex.Work]:
    """Strait, the essays, the sources of every number that was played, and the methods that the page names."""
    known = exp.catalogue
    levers = {name for policy in exp.policies for name in policy.levers}
    keys = [entry.source for entry in known.parameters.values()]
    keys += [entry.source for entry in known.quantities.values()]
    keys += [known.levers[name].source for name in levers]
    keys += [claim.source for claim in cite.held(exp, *exp.worldviews)]
    names = {name for some in keys for name in some}
    found = bibtex.works(exp, [name for name in known.sources if name in names], paragraphs.version(said))
    methods = bibtex.of_methods()
    return [*found, *(methods[key] for key in dict.fromkeys(CITED.findall(text)) if key in methods)]
