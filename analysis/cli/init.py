"""`strait init`: a copy of all scenario files, to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, readable_errors


def init(
    folder: Annotated[Path, Argument(metavar="FOLDER", help="The new folder.")] = Path("scenarios"),
) -> None:
    """Copy all scenario files into a new folder, so that you can change them.

    An experiment in that folder uses the files beside it, and not those that come with Strait.
    """
    with readable_errors():
        import shutil

        from sim.scenario.shipped import shipped_folder

        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            exit_with(f"{folder} exists and is not empty; name a new folder: strait init my_scenarios", BAD_INPUT)
        shutil.copytree(shipped_folder(), folder, dirs_exist_ok=True)
        copied = sum(path.is_file() for path in folder.rglob("*"))
        typer.echo(f"{copied} files are in {folder}. Change them, then:")
        debate = folder / "debate.yaml"
        typer.echo(f"  strait check {debate}\n  strait run {debate} --out out/mine")
