"""The sheet of a run: its numbers are those of the run, and it names whatever was changed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import made_up_run
import pytest
from commands import Strait, assert_refused

import sim
from analysis.paper import sheet
from sim.results.small_table import small_table

KNOWN = sim.load("debate").catalogue
N1, N12 = KNOWN.claims["N1"], KNOWN.claims["N12"]

PLAYED = ["run", "--trials", "40", "--set", "claim.N12=self", "--start", "2026", "--worldview", "neutral"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run with a change."""
    from typer.testing import CliRunner

    from analysis.cli import main

    path = tmp_path_factory.mktemp("out") / "debate"
    words = [*PLAYED, "--no-figures", "--workers", "1", f"--out={path}"]
    assert CliRunner().invoke(main.app, words).exit_code == 0
    return path


def test_its_table_is_the_small_table() -> None:
    result = made_up_run.run(made_up_run.experiment(trials=400))
    text, table = sheet.write_sheet(result), small_table(result)
    for cell in (*table.levels.to_numpy().ravel(), *filter(None, table.verdicts.to_numpy().ravel())):
        assert cell in text
    assert "does not predict" in text


def test_the_same_run_gives_the_same_bytes() -> None:
    exp = made_up_run.experiment(trials=200)
    assert sheet.write_sheet(made_up_run.run(exp)) == sheet.write_sheet(made_up_run.run(exp))


def test_it_says_how_to_repeat_it(folder: Path) -> None:
    text = sheet.write_sheet(sim.load_folder(folder))
    command = re.search("<code>(.*)</code>", text)
    assert command
    assert shlex.split(command[1]) == ["strait", *PLAYED]
    manifest = sim.load_folder(folder).manifest or {}
    assert f"rules {manifest['rules_sha256'][:12]}" in text
    assert "seed 2020" in text
    assert str(folder) not in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("claim.N12=self", f"{N12.question} Self: “{N12.answers['self']}”."),
        ("claim.N1=0.4", f"0.4 of the way from the evidence to Newsham: between “{N1.answers['neutral']}” and “"),
        ("us_intervenes_prob=0.4", f"The evidence: {KNOWN.parameters['us_intervenes_prob'].neutral} (probability)."),
        ("lever.escorts.depth=0.5", "Joint escort of Taiwan's air force, in every policy."),
        ("quantity.prc_strength=0.1", "PRC"),
        ("switch.provocation=off", "Steps by Japan provoke"),
    ],
)
def test_every_change_is_one_line_in_words(change: str, words: str) -> None:
    (line,) = sheet.list_changes(sim.load("debate", set_=[change]))
    assert line.startswith(f"{change}: ")
    assert words in line


def test_own_policies_worldviews_and_files_are_named(tmp_path: Path) -> None:
    policy, view = tmp_path / "liaison.yaml", tmp_path / "doubter.yaml"
    policy.write_text("policy: liaison\ntitle: Only liaison\nlevers:\n  liaison: {depth: 1, openness: 0.4}\n")
    view.write_text("worldview: doubter\nextends: newsham\ntitle: Doubter\nclaims: {N12: self, N1: 0.4}\n")
    exp = sim.load("debate", policies=["status_quo", policy], worldviews=["self", view])
    assert sheet.list_changes(exp) == [
        "Worldview “Doubter”: as Newsham, but N1: 0.4 of the way from the evidence to Newsham; N12: Self.",
        "Policy “Only liaison”: Liaison officers (depth 1, openness 0.4, from month 0 over 12 months).",
    ]


def test_names_in_a_title_stay_text() -> None:
    exp = made_up_run.experiment({"status_quo": "Status quo", "mine": "<script>alert(1)</script>"})
    text = sheet.write_sheet(made_up_run.run(exp))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_figure_shows_every_policy_in_words_too() -> None:
    text = sheet.write_sheet(made_up_run.run(made_up_run.experiment(trials=200)))
    picture = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', text)
    assert picture
    import base64

    assert ElementTree.fromstring(base64.b64decode(picture[1])).tag.endswith("svg")
    assert picture[2].count("force is used in") == 6  # two policies under three worldviews


def test_the_command_writes_one_file_beside_the_run(strait: Strait, folder: Path) -> None:
    assert strait("sheet", str(folder)).exit_code == 0
    first = folder.with_name("debate-sheet.html").read_bytes()
    assert strait("sheet", str(folder), "--out", "ex/mine.html").exit_code == 0
    assert Path("ex/mine.html").read_bytes() == first


def test_the_command_refuses_what_it_cannot_use(strait: Strait, folder: Path) -> None:
    Path("thesis.html").write_text("<p>mine</p>", encoding="utf-8")
    assert_refused(strait("sheet", str(folder), "--out", "thesis.html"), "thesis.html exists, and strait sheet did not")
    assert Path("thesis.html").read_text(encoding="utf-8") == "<p>mine</p>"
    assert_refused(strait("sheet", "nowhere"), "nowhere: no results here")
