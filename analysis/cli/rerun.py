"""`strait rerun`: repeat what a folder of results was made by, and compare every byte."""

from __future__ import annotations

import shlex
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, FAILED, exit_with, readable_errors, run

if TYPE_CHECKING:
    from sim.results.manifest import Manifest

MOST_NAMED = 5  # files in one message


def rerun(
    context: typer.Context,
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder of a finished run, or of a question's tables.")],
    out: Annotated[
        Path | None, Option("--out", metavar="DIR", help="Keep the repeated files here.", show_default="not kept")
    ] = None,
) -> None:
    """Repeat a run or a question from its folder, and compare each new file with the old one, byte by byte.

    A run is repeated from its manifest, which holds the experiment in full, so its scenario files may have changed. A
    question is repeated by its command. If nothing differs, the exit code is 0, else 1.
    """
    with readable_errors():
        from analysis.paper import methods
        from sim.results import disk, manifest

        record = manifest.read(folder)
        if record is None:
            exit_with(f"{folder}: there is no manifest.json of Strait; name a folder of results.", BAD_INPUT)
        if out and out.exists() and any(out.iterdir()):
            exit_with(f"{out}: not empty; name a new folder with --out.", BAD_INPUT)
        words = record.get("command_line")
        if words:
            typer.echo(f"Repeating: {shlex.join(words)}")
        with nullcontext(out) if out else tempfile.TemporaryDirectory() as place:
            new = Path(place)
            if "command" in record:
                _repeat_question(context, folder, words, new)
            else:
                _repeat_run(folder, record, new)
            repeated = [name for name in record["written"] if Path(name).parts[0] != methods.FOLDER]
            compared, different = disk.compare_files(folder, new, repeated)
            versions = {"rules": record["rules_sha256"][:12], **record["versions"]}
            now = manifest.read(new) or {}
            here = {"rules": now.get("rules_sha256", "")[:12], **now.get("versions", {})}
        if different:
            more = f" and {len(different) - MOST_NAMED} more" if len(different) > MOST_NAMED else ""
            names, why = ", ".join(different[:MOST_NAMED]) + more, manifest.differing_values(versions, here)
            reason = f" Then and now differ: {'; '.join(why)}." if why else ""
            exit_with(f"{len(different)} of {compared} files differ: {names}.{reason}", FAILED)
        typer.echo(f"All {compared} files are the same, byte by byte.")


def _repeat_run(folder: Path, record: Manifest, new: Path) -> None:
    from sim.results import manifest, store
    from sim.results.parts import Share

    record = manifest.require_run(folder)
    if record["status"] != "complete":
        exit_with(f"{folder}: the run is not finished. Give its command again first.", BAD_INPUT)
    exp = replace(manifest.read_experiment(folder, record), trials=record["trials"])
    share = Share.parse(record["share"]) if record.get("share") else None
    result = run.play(new, partial(store.write_folder, exp, new, share=share))
    if any(name.startswith("figures/") for name in record["written"]):
        run.draw(result, new)


def _repeat_question(context: typer.Context, folder: Path, words: list[str] | None, new: Path) -> None:
    if not words:
        exit_with(f"{folder}: its manifest has no command line, so there is no command to repeat.", BAD_INPUT)
    kept, rest = [], iter(words[1:])
    for word in rest:
        if word == "--out":
            next(rest, None)
        elif not word.startswith("--out="):
            kept.append(word)
    if code := context.find_root().command.main([*kept, "--out", str(new)], standalone_mode=False):
        raise typer.Exit(code)
