"""The manifest of `strait claims` and the like: what it keeps, and that nothing takes it for a run's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Strait, assert_refused

import sim
from analysis import cli
from sim.errors import FolderError
from sim.results import disk, manifest, store

FEW = ["crossover", "--claim", "N18", "--trials", "200", "--outcome", "use_of_force", "--no-figures", "--out", "found"]


def said(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    return found


def test_it_keeps_what_was_asked_and_how(strait: Strait, tmp_path: Path) -> None:
    assert strait(*(word for word in FEW if word != "--no-figures")).exit_code == 0
    found = said(tmp_path / "found")
    exp = sim.load("debate", starts=["2026"], trials=500)
    assert found["experiment"] == {k: v for k, v in json.loads(json.dumps(exp.resolved())).items() if k != "files"}
    assert found["options"] == {
        "claim": ["N18"], "contrast": "both,interoperability", "outcome": ["use_of_force"],
        "worldview": ["neutral"], "start": ["2026"], "map": False, "trials": 200, "out": "found",
        "experiment": "debate", "set": found["options"]["set"], "seed": 2020, "workers": None, "no_figures": False,
    }  # fmt: skip
    assert not found["options"]["set"]
    assert {path.relative_to(tmp_path / "found").as_posix() for path in (tmp_path / "found").rglob("*.*g")} | {
        path.name for path in (tmp_path / "found").glob("*.csv")
    } == {*found["written"]}
    assert found["versions"]["strait-wargame"] == manifest.installed_version("strait-wargame")
    assert found["started"] <= found["finished"]
    figure = found["written"][-1]
    result = strait("cite", f"found/{figure}")
    assert result.exit_code == 0, result.output
    assert "strait crossover, experiment debate, 500 trials, seed 2020" in " ".join(result.stdout.split())


def test_the_same_command_goes_on_and_another_replaces_it(
    strait: Strait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "found"
    monkeypatch.setattr("sim.results.manifest.utc_now", lambda: "2026-01-01T00:00:00+00:00")
    assert strait(*FEW).exit_code == 0
    monkeypatch.setattr("sim.results.manifest.utc_now", lambda: "2026-01-02T00:00:00+00:00")
    first, kept = said(folder), {path.name for path in (folder / "played").iterdir()}
    assert strait(*FEW, "--workers", "1").exit_code == 0
    again = said(folder)
    assert {path.name for path in (folder / "played").iterdir()} == kept
    assert (again["started"], again["finished"]) == ("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00")
    assert again["design"] == first["design"]
    assert strait(*FEW, "--seed", "3").exit_code == 0
    assert (said(folder)["seed"], said(folder)["started"]) == (3, "2026-01-02T00:00:00+00:00")
    assert strait("variance", "--trials", "200", *FEW[5:]).exit_code == 0
    assert (said(folder)["command"], said(folder)["written"]) == ("variance", ["variance.csv"])
    assert (folder / "crossover.csv").exists()


def test_a_command_that_fails_among_its_tables_leaves_no_manifest(
    strait: Strait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert strait(*FEW).exit_code == 0
    save = disk.save

    def full(path: Path, content: bytes) -> None:
        if path.name == "crossover_curves.csv":
            raise OSError(28, "No space left on device", str(path))
        save(path, content)

    monkeypatch.setattr(disk, "save", full)
    assert strait(*FEW, "--seed", "3").exit_code == cli.FAILED
    assert not (tmp_path / "found" / manifest.MANIFEST).exists()
    assert_refused(strait("methods", "found"), "Run the same command again")


def test_nothing_takes_it_for_a_run(strait: Strait, tmp_path: Path) -> None:
    assert strait(*FEW).exit_code == 0
    before = (tmp_path / "found" / manifest.MANIFEST).read_bytes()
    for words in (
        "run debate --trials 20 --out found", "run debate --trials 20 --out found --fresh", "summarise found",
        "export found --csv", "variance found", "robust found", "merge found --out merged",
    ):  # fmt: skip
        assert_refused(strait(*words.split()), "tables of strait crossover, not a run")
    with pytest.raises(FolderError, match="not a run"):
        store.load_folder("found")
    assert "no part of a run" in strait("merge", ".", "--out", "merged").stderr
    assert (tmp_path / "found" / manifest.MANIFEST).read_bytes() == before


def test_a_run_keeps_its_own_manifest(strait: Strait, tmp_path: Path) -> None:
    store.write_folder(sim.load("debate", trials=20, starts=["2026"]), tmp_path / "found")
    before = (tmp_path / "found" / manifest.MANIFEST).read_bytes()
    result = strait(*FEW)
    assert result.exit_code == 0, result.output
    assert "holds a run, whose manifest stays" in result.stderr
    assert (tmp_path / "found" / manifest.MANIFEST).read_bytes() == before
