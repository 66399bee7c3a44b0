"""A run that stops when enough is known: at the same trial however it is played, with the bytes of a plain run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from analysis.cli import main
from sim.errors import FolderError
from sim.results import stopping_rule
from sim.results.store import load_folder, write_folder
from sim.scenario.experiment import Experiment

FORCE, STOPS_AT = {"use_of_force": 0.08}, 900
TIMES = ("started", "finished", "manifest_sha256")  # the checksum covers the times


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 100)


def debate(trials: int = 5_000, **changed: Any) -> Experiment:
    """Give two policies under one worldview."""
    cells = {"starts": ["2026"], "worldviews": ["newsham"], "policies": ["direct_ties", "status_quo"]}
    return sim.load("debate", trials=trials, **cells | changed)


def content(folder: Path) -> dict[str, object]:
    """Give every file of a run; of the manifest all but the time."""
    found: dict[str, object] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"manifest.json", ".lock"}
    }
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found | {"manifest": {name: value for name, value in manifest.items() if name not in TIMES}}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Give the files of a plain run of as many trials as it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.results.store.BLOCK_TRIALS", 100)
        folder = tmp_path_factory.mktemp("plain") / "out"
        write_folder(debate(STOPS_AT), folder)
        return content(folder)


@pytest.mark.parametrize("workers", [1, 3])
def test_it_stops_at_one_trial_with_the_bytes_of_a_plain_run(
    tmp_path: Path, plain: dict[str, object], workers: int
) -> None:
    calls: list[tuple[int, int]] = []
    result = write_folder(debate(), tmp_path, until=FORCE, workers=workers, progress=lambda *at: calls.append(at))
    assert result.experiment.trials == STOPS_AT
    assert content(tmp_path) == plain
    assert result.notes[0].startswith(f"Precise enough after {STOPS_AT:,} trials: use_of_force is known to ±0.0")
    assert calls[-1] == (2 * STOPS_AT, 2 * STOPS_AT)
    assert all(done < total for done, total in calls[:-1])


@pytest.mark.parametrize("blocks", range(1, 8))
def test_a_stopped_run_continues_to_the_same_trial(tmp_path: Path, plain: dict[str, object], blocks: int) -> None:
    def stop(done: int, _: int) -> None:
        if done == blocks * 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(debate(), tmp_path, until=FORCE, progress=stop)
    write_folder(debate(), tmp_path, until=FORCE)
    assert content(tmp_path) == plain


def test_a_stopped_run_may_be_ended_at_fewer_trials_than_it_had_in_mind(tmp_path: Path) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(debate(), tmp_path, until=FORCE, progress=stop)
    assert write_folder(debate(250), tmp_path).experiment.trials == 250


def test_what_is_enough_is_shown_again_and_more_is_added_for_more(tmp_path: Path) -> None:
    write_folder(debate(), tmp_path / "a", until=FORCE)
    again = write_folder(debate(), tmp_path / "a", until=FORCE)
    assert (again.reused, again.experiment.trials) == (True, STOPS_AT)
    assert "Precise enough" in again.notes[0]
    more = write_folder(debate(), tmp_path / "a", until={"use_of_force": 0.045})
    assert more.experiment.trials > STOPS_AT
    write_folder(debate(more.experiment.trials), tmp_path / "b")
    assert content(tmp_path / "a") == content(tmp_path / "b")


@pytest.mark.parametrize("had", [1_000, 1_050])
def test_what_is_there_is_never_thrown_away(tmp_path: Path, had: int) -> None:
    write_folder(debate(had), tmp_path)
    assert write_folder(debate(), tmp_path, until=FORCE).experiment.trials == had
    with pytest.raises(FolderError, match=f"trials: {had} there, only 900 here"):
        write_folder(debate(900), tmp_path, until=FORCE)


def test_a_hole_in_what_is_there_is_filled_before_a_look(tmp_path: Path, plain: dict[str, object]) -> None:
    write_folder(debate(), tmp_path, until=FORCE)
    (tmp_path / "trials.parquet" / "part-00001.parquet").unlink()
    write_folder(debate(), tmp_path, until=FORCE)
    assert content(tmp_path) == plain


def test_trials_are_the_most_that_are_played(tmp_path: Path) -> None:
    result = write_folder(debate(250), tmp_path, until=FORCE)
    assert result.experiment.trials == 250
    assert result.notes[0].startswith("Not precise enough after 250 trials")
    assert load_folder(tmp_path).experiment.trials == 250


def test_every_start_worldview_and_contrast_must_be_known(tmp_path: Path) -> None:
    several = {"worldviews": ["self", "newsham"], "policies": ["status_quo", "both", "direct_ties"]}
    exp = debate(300, starts=["2020", "2026"], **several)
    result = write_folder(exp, tmp_path, until=FORCE | {"crisis": 0.1})
    watch = stopping_rule.StoppingRule(exp, FORCE | {"crisis": 0.1})
    watch.add(result.records)
    assert len(watch.contrasts) == 2 * 2 * 2
    columns = {"use_of_force": "use_of_force_compensator", "crisis": "crisis"}
    for one in watch.least_precise():
        sums = watch.sums[one.outcome]
        for at, (start, view, (a, b)) in enumerate(watch.contrasts):
            values = [result.records[start, view, policy][columns[one.outcome]].astype(float) for policy in (a, b)]
            alone = watch._empty_sums(one.outcome)
            alone.add(*(np.tile(each[:, None], len(watch.contrasts)) for each in values))
            assert sums.half_width()[at] == pytest.approx(alone.half_width()[0])
            assert sums.half_width()[at] <= one.half_width


def test_lucks_of_a_world_count_as_one() -> None:
    exp = replace(debate(400), lucks=4)
    watch = stopping_rule.StoppingRule(exp, {"use_of_force": 0.1, "crisis": 0.1})
    watch.add(sim.run(exp).records)
    assert [sums.worlds for sums in watch.sums.values()] == [100, 100]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("use_of_forc=0.01", "nearest: use_of_force"),
        ("use_of_force", "a number above 0: use_of_force=0.005"),
        ("use_of_force=-1", "a number above 0"),
        ("use_of_force=inf", "a number above 0"),
        ("months_to_first_crisis=1", "unknown outcome of every trial"),
    ],
)
def test_a_wrong_target_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, why: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main.app, ["run", "debate", "--until", text])
    assert result.exit_code == 2
    assert why in result.stderr
    alone = CliRunner().invoke(main.app, ["run", "debate", "--policy", "both", "--until", "crisis=0.1"])
    assert "one policy has no difference" in alone.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("elsewhere", [["--cluster", "local"], ["--part", "1/2"]])
def test_it_looks_at_all_trials_on_this_computer(tmp_path: Path, elsewhere: list[str]) -> None:
    words = ["run", "debate", "--until", "crisis=0.1", "--out", str(tmp_path / "out"), *elsewhere]
    result = CliRunner().invoke(main.app, words)
    assert result.exit_code == 2
    assert "use --trials with --cluster or --part" in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_plays_until_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = "--start 2026 --worldview newsham --policy direct_ties --policy status_quo --no-figures --out out"
    result = CliRunner().invoke(main.app, ["run", "debate", *cells.split(), "--until", "use_of_force=0.08"])
    assert result.exit_code == 0, result.output
    assert f"Precise enough after {STOPS_AT:,} trials" in result.stderr
    assert load_folder("out").experiment.trials == STOPS_AT
