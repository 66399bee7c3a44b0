"""A run played in shares, each in a folder of its own, and merged to the same bytes."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from run_files import files
from typer.testing import CliRunner

import sim
from analysis.cli import main
from sim.errors import FolderError, ShareError
from sim.results import manifest, store
from sim.results.merge import merge
from sim.results.parts import KINDS, Share
from sim.results.store import load_folder, write_folder
from sim.scenario.experiment import Experiment

PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"
BLOCKS = 8
TRIALS = 390  # in blocks of 50, the last one short


@cache
def experiment(trials: int = TRIALS, seed: int = 7) -> Experiment:
    """Give the debate with two policies under one worldview."""
    cells: dict[str, Any] = {"starts": ["2026"], "worldviews": ["neutral"], "policies": ["both", "status_quo"]}
    return sim.load("debate", trials=trials, seed=seed, **cells)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Any:
    """Make blocks small enough to have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "BLOCK_TRIALS", 50)
        yield


@pytest.fixture(scope="module")
def whole(small_blocks: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of one uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    write_folder(experiment(), folder)
    return folder


@pytest.fixture(scope="module")
def thirds(small_blocks: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the three shares of a run, in folders `1`, `2` and `3`."""
    folder = tmp_path_factory.mktemp("thirds")
    for number in (1, 2, 3):
        write_folder(experiment(), folder / str(number), share=Share(number, 3))
    return folder


@pytest.fixture
def parts(thirds: Path, tmp_path: Path) -> Path:
    """Give a copy of these folders, to be spoilt."""
    shutil.copytree(thirds, tmp_path / "parts")
    return tmp_path / "parts"


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a folder."""
    run = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    change(run)
    manifest.write(folder, run)


def play_elsewhere(folder: Path) -> None:
    """Change a share as if another llvmlite had played it."""
    edit(folder, lambda run: run["traits"].update(llvmlite="0.1"))


# The same bytes


@pytest.mark.parametrize("of", [1, 3, BLOCKS])
def test_shares_in_any_order_make_the_run(tmp_path: Path, whole: Path, of: int) -> None:
    numbers = random.Random(of).sample(range(1, of + 1), of)
    for number in numbers:
        result = write_folder(experiment(), tmp_path / "parts" / str(number), share=Share(number, of))
        assert abs(result.experiment.trials * of - TRIALS) <= 50 * of
    folders = [tmp_path / "parts" / str(number) for number in random.Random(of + 1).sample(numbers, of)]
    result = merge(folders, tmp_path / "out")
    assert files(tmp_path / "out") == files(whole)
    assert result.manifest
    assert (result.manifest["status"], result.manifest["share"], result.experiment) == ("complete", None, experiment())
    assert merge(folders, tmp_path / "out").reused


def test_a_share_is_stopped_continued_and_extended(parts: Path, whole: Path, tmp_path: Path) -> None:
    shutil.rmtree(parts / "2")

    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    for trials in (200, TRIALS):
        with pytest.raises(KeyboardInterrupt):
            write_folder(experiment(trials), parts / "2", share=Share(2, 3), progress=interrupted)
    with pytest.raises(FolderError, match=r"2: part 2/3 is not finished \(2 of 3 blocks are done\)"):
        merge([parts], tmp_path / "out")
    calls: list[tuple[int, int]] = []
    write_folder(experiment(), parts / "2", share=Share(2, 3), progress=lambda *how: calls.append(how))
    assert calls == [(280, 280)]  # trials of both cells; the last block is short
    merge([parts], tmp_path / "out")
    assert files(tmp_path / "out") == files(whole)


def test_a_stopped_merge_continues(thirds: Path, whole: Path, tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge([thirds], tmp_path / "out", progress=interrupted)
    left = files(tmp_path / "out")
    assert 0 < len(left) < len(files(whole))
    assert not merge([thirds], tmp_path / "out").reused
    assert files(tmp_path / "out") == files(whole)


# Refused


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda p: shutil.rmtree(p / "2"), "part 2/3 is missing"),
    "twice": (lambda p: shutil.copytree(p / "2", p / "4"), "part 2/3 is in .*2 too"),
    "another seed": (lambda p: edit(p / "3", lambda m: m["experiment"].update(seed=8)), "3: .*seed: 8 there, 7 here"),
    "more trials": (lambda p: edit(p / "3", lambda m: m.update(trials=900)), "3: .*trials: 900 there, 390 here"),
    "another sharing": (lambda p: edit(p / "3", lambda m: m.update(share="3/4")), "3: .*part: 3/4 there, 1/3 here"),
    "other rules": (lambda p: edit(p / "2", lambda m: m.update(rules_sha256="0" * 64)), "2: .*rules' sources"),
    "other rounding": (
        lambda p: edit(p / "2", lambda m: m["traits"].update(dict.fromkeys([*m["traits"]][-1:], "other"))),
        "2: .*a sample of trials .*: other there",
    ),
    "another Strait": (
        lambda p: [*map(play_elsewhere, p.iterdir())],
        r"played by another Strait \(llvmlite: 0.1 there",
    ),
    "unfinished": (lambda p: edit(p / "1", lambda m: m.update(status="running")), "1: part 1/3 is not finished"),
    "a part gone": (lambda p: (p / "1" / KINDS[0] / "part-00003.parquet").unlink(), r"1: .*\(2 of 3 blocks are done"),
    "damaged": (
        lambda p: (p / "3" / KINDS[1] / "part-00005.parquet").write_bytes(b"PAR1"),
        r"part-00005.parquet: damaged; run the command of part 3/3 again",
    ),
    "no manifest": (lambda p: (p / "2" / manifest.MANIFEST).write_text("{}"), "2: not empty, and not a run"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_not_all_of_one_run_is_refused(parts: Path, tmp_path: Path, why: str) -> None:
    spoil, message = REFUSED[why]
    spoil(parts)
    with pytest.raises(FolderError, match=message):
        merge([parts], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_error_names_all_faults(parts: Path, tmp_path: Path) -> None:
    shutil.rmtree(parts / "1")
    (parts / "3" / KINDS[0] / "part-00002.parquet").write_bytes(b"")
    with pytest.raises(FolderError) as error:
        merge([parts], tmp_path / "out")
    assert ["part 1/3 is missing" in str(error.value), "part-00002" in str(error.value)] == [True, True]


def test_a_share_is_not_taken_for_a_run(thirds: Path, whole: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="it holds part 1/3 of a run; join all parts with strait merge"):
        load_folder(thirds / "1")
    with pytest.raises(FolderError, match="part: 1/3 there, 2/3 here"):
        write_folder(experiment(), thirds / "1", share=Share(2, 3))
    with pytest.raises(FolderError, match="part: 1/3 there, all here"):
        write_folder(experiment(), thirds / "1")
    with pytest.raises(FolderError, match="it holds a whole run"):
        merge([whole], tmp_path / "out")
    with pytest.raises(FolderError, match="no part of a run here"):
        merge([tmp_path], tmp_path / "out")
    write_folder(experiment(seed=8), tmp_path / "out")
    with pytest.raises(FolderError, match=r"another run \(seed: 8 there, 7 here\)"):
        merge([thirds], tmp_path / "out")


@pytest.mark.parametrize("text", [" 2/4 ", "2 / 4", "2/4"])
def test_a_share_is_read_as_people_write_it(text: str) -> None:
    assert Share.parse(text) == Share(2, 4)


@pytest.mark.parametrize(("text", "message"), [
    ("0/4", "counted from 1: 1/4 to 4/4 (in a SLURM array job: --array=1-4)"), ("5/4", "counted from 1"),
    ("1/0", "counted from 1"), ("2", "write 2/4"), ("2-4", "write 2/4"), ("-1/4", "write 2/4"), ("", "write 2/4"),
    ("a/b", "write 2/4"), ("1/4/4", "write 2/4"), ("1.5/4", "write 2/4"),
])  # fmt: skip
def test_a_text_that_names_no_share_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ShareError) as error:
        Share.parse(text)
    assert message in str(error.value)


# As a user meets it


def test_the_page_on_clusters_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    few = ["--start=2026", "--worldview=neutral", "--policy=both", "--policy=status_quo", "--no-figures"]
    typed = [line.removeprefix("$ strait ").split() for line in PAGE.read_text(encoding="utf-8").splitlines()
             if line.startswith("$ strait ")]  # fmt: skip
    assert [words[0] for words in typed] == ["run", "run", "run", "run", "summarise", "merge"]
    for words in typed[1:]:
        more = few if words[0] == "run" else ["--no-figures"] if words[0] == "merge" else []
        command = CliRunner().invoke(main.app, ["120" if word == "1000000" else word for word in words] + more)
        assert command.exit_code == 0, command.output
    assert load_folder("out/debate").experiment.trials == 120


def test_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = "run debate --trials 120 --start 2026 --worldview neutral --policy both --policy status_quo --no-figures"

    def strait(words: str) -> Any:
        return CliRunner().invoke(main.app, words.split())

    assert strait(run).exit_code == 0
    for part in ("2/2", "1/2"):
        played = strait(f"{run} --part {part}")
        assert played.exit_code == 0, played.output
        assert f"strait merge {Path('out/debate-parts')} --out DIR" in played.stdout
    shown = strait("summarise out/debate-parts/1-of-2")
    assert "Done: 70 of 120 trials" in shown.stdout
    assert "This is part 1/2 of a run." in shown.stdout
    merged = strait("merge out/debate-parts --out out/merged --no-figures")
    assert merged.exit_code == 0, merged.output
    assert files(tmp_path / "out" / "merged") == files(tmp_path / "out" / "debate")
    for words, message in {
        f"{run} --part 0/2": "counted from 1",
        f"{run} --part 1/9": "this run has 3 blocks; cut it into 3 parts at most",
        "merge out/debate-parts/1-of-2 --out out/again": "part 2/2 is missing",
    }.items():
        refused = strait(words)
        assert (refused.exit_code, message in refused.stderr) == (2, True), refused.output
