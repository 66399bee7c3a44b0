"""`strait methods`: every number comes from the run's folder, and what is no finished run is called so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bibtexparser.entrypoint import parse_string
from typer.testing import CliRunner

import sim
from analysis.cli import main as cli
from analysis.paper import bibtex, methods, settings
from sim.errors import FolderError
from sim.results import manifest
from sim.results.parts import Share
from sim.results.store import write_folder

SET = ("claim.N12=0.5", "us_intervenes_prob=0.4", "switch.learning=off")


def played(folder: Path, **how: Any) -> Path:
    chosen: dict[str, Any] = {
        "starts": ["2026"],
        "policies": ["direct_ties", "status_quo"],
        "trials": 100,
        "seed": 7,
        **how,
    }
    write_folder(sim.load("debate", **chosen), folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("run") / "a", set_=SET)


def page(folder: Path) -> str:
    return (methods.write(folder) / "methods.md").read_text(encoding="utf-8")


def edited(folder: Path, **change: Any) -> None:
    read = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    manifest.write(folder, {name: value for name, value in read.items() if name != manifest.CHECKSUM} | change)


def test_the_page_shows_what_was_played(run: Path) -> None:
    text, record = page(run), json.loads((run / manifest.MANIFEST).read_text(encoding="utf-8"))
    for words in (
        "2 policies for Japan (“Open ties” and “Status quo”)", "3 worldviews", "1 start (“November 2026”)", "6 cells",
        "played 100 times: in 100 worlds", "1 luck in each; 600 trials in all, from seed 7", "over 120 months",
        "Below 30 worlds, or 10 worlds with an event, a mean has no limits", "not a forecast",
        "common random numbers", "[@strait]", "[@debate_2020]",
        f"version {record['versions']['strait-wargame']}", f"numpy {record['versions']['numpy']}",
        record["rules_sha256"][:12], "claim.N12=0.5, switch.learning=off and us_intervenes_prob",
    ):  # fmt: skip
        assert words in text, words
    differences = pd.read_csv(run / "differences.csv")
    main = differences[differences["simultaneous_low"].notna()]
    assert f"The {len(main)} main comparisons have simultaneous 95% intervals" in text
    assert f"the other {len(differences) - len(main):,} comparisons" in text
    wide = main[main["outcome"] == "use_of_force"]
    half = float(((wide["simultaneous_high"] - wide["simultaneous_low"]) / 2).max())
    assert float(re.search(r"± ([\d.]+) points in “Use of force”", text)[1]) == pytest.approx(100 * half, rel=0.04)  # type: ignore[index]


def test_other_runs_have_other_numbers(tmp_path: Path) -> None:
    text = page(played(tmp_path / "b", trials=40, seed=8, starts=["2020", "2026"], worldviews=["neutral"]))
    for words in (
        "2 starts",
        "1 worldview (“The evidence”)",
        "4 cells",
        "played 40 times",
        "160 trials in all, from seed 8",
    ):
        assert words in text, words
    assert "0 under “The evidence”" in text
    assert "None: all are from the evidence." in text
    assert "Set apart from" not in text


def test_the_version_is_the_runs(run: Path, tmp_path: Path) -> None:
    folder = played(tmp_path / "c")
    versions = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))["versions"]
    edited(folder, versions=versions | {"strait-wargame": "9.8.7", "numpy": "9.9.9"}, seed=4321)
    text = page(folder)
    assert "version 9.8.7" in text
    assert "numpy 9.9.9" in text
    assert "seed 4321" in text
    entries = parse_string((folder / "methods" / "references.bib").read_text(encoding="utf-8")).entries_dict
    assert entries["strait"].fields_dict["note"].value == "Version 9.8.7"


def test_a_single_policy_has_no_comparisons(tmp_path: Path) -> None:
    text = page(played(tmp_path / "d", policies=["both"]))
    assert "1 policy for Japan (“Integration and open ties”)" in text
    assert "comparisons" not in text


def test_lucks_are_distinguished_from_worlds(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("experiment: own\nextends: debate\nlucks: 5\n", encoding="utf-8")
    folder = tmp_path / "e"
    write_folder(sim.load(str(own), trials=50, starts=["2026"], policies=["both", "status_quo"]), folder)
    assert "played 50 times: in 10 worlds, which are draws of all parameters, with 5 lucks in each" in page(folder)


def test_an_unfinished_run_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 10)

    def stop(done: int, total: int) -> None:
        if done >= total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(
            sim.load("debate", trials=40, starts=["2026"], policies=["both", "status_quo"]), tmp_path / "f",
            workers=1, progress=stop,
        )  # fmt: skip
    text = page(tmp_path / "f")
    done = re.search(r"\*\*This run is not finished: (\d+) of 40 trials of each cell are done\.\*\*", text)
    assert done
    assert 0 < int(done[1]) < 40
    assert f"played {done[1]} times" in text
    assert "main comparisons" not in text


def test_a_part_of_a_run_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 10)
    exp = sim.load("debate", trials=40, starts=["2026"], policies=["both", "status_quo"])
    write_folder(exp, tmp_path / "part", share=Share.parse("1/2"))
    assert "**This is part 1/2 of a run: 20 of 40 trials of each cell are done.**" in page(tmp_path / "part")


def test_tables_hold_every_setting_and_parameter(run: Path) -> None:
    where = methods.write(run)
    exp = sim.load("debate", set_=SET)
    found = pd.read_csv(where / "parameters.csv", keep_default_na=False).set_index("parameter")
    assert [*found.index] == [*exp.catalogue.parameters]
    for view in exp.worldviews:
        assert [*found[f"in {view.name}"]] == [str(law) for law in view.distributions.values()]
    assert {*found["newsham from"]} == {"evidence", "Newsham's reading", "claim.N12=0.5", "set"}
    assert {*found["self from"]} == {"evidence", "Self's reading", "claim.N12=0.5", "set"}
    assert {*found["neutral from"]} == {"evidence", "claim.N12=0.5", "set"}
    assert found.at["us_or_japan_help", "paragraphs"] == "N¶3 N¶12"
    rows = pd.read_csv(where / "settings.csv", keep_default_na=False).set_index("setting")["value"]
    assert rows["switch learning"] == "off"
    assert rows["policy direct_ties, escorts"] == "depth 1, openness 1, from month 0 over 12 months"
    assert {f"start 2026, {name}" for name in exp.catalogue.quantities} <= {*rows.index}
    keys = parse_string((where / "references.bib").read_text(encoding="utf-8")).entries_dict
    named = {key for keys in found["sources"] for key in keys.split()}
    assert {key for key in named if bibtex.work(exp.catalogue.sources[key])} <= {*keys}


def test_a_fresh_run_removes_it(tmp_path: Path) -> None:
    folder = played(tmp_path / "g")
    methods.write(folder)
    write_folder(sim.load("debate", trials=20, starts=["2026"], policies=["both", "status_quo"]), folder, fresh=True)
    assert not (folder / "methods").exists()
    methods.write(folder, tmp_path / "elsewhere")
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == sorted(methods.FILES)
    assert not (folder / "methods").exists()


def test_where_a_number_is_from() -> None:
    exp = sim.load("debate")
    found = {view.name: {settings.origin(exp, entry, view) for entry in exp.catalogue.parameters.values()}
             for view in exp.worldviews}  # fmt: skip
    assert found == {
        "newsham": {"evidence", "Newsham's reading"}, "self": {"evidence", "Self's reading"}, "neutral": {"evidence"}
    }  # fmt: skip
    assert not settings.changed(exp)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Give folders without a run, by a word of the error."""
    tables = tmp_path / "claims"
    (tables / "played").mkdir(parents=True)
    (tables / "claims.csv").write_text("start\n", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    return {"strait claims": tables, "not a run": other, "no results here": tmp_path / "missing"}


def test_a_folder_without_a_run_is_rejected(folders: dict[str, Path]) -> None:
    for record, folder in folders.items():
        result = CliRunner().invoke(cli.app, ["methods", str(folder)])
        assert result.exit_code == 2
        assert record in result.output
        assert not (folder / "methods").exists()
        with pytest.raises(FolderError):
            methods.write(folder)


def test_the_command_says_where(run: Path) -> None:
    result = CliRunner().invoke(cli.app, ["methods", str(run)])
    assert result.exit_code == 0
    assert all(str(run / "methods" / name) in result.output for name in methods.FILES)
