"""The `strait` command, as a user meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands import Strait, assert_refused

import sim
from analysis import cli
from analysis.questions.run_comparison import compare_runs

HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "llvmlite",
    "mesa",
    "pyarrow",
    "pydantic",
    "yaml",
    "rich",
    "sim",
}


def small(*words: str) -> list[str]:
    """Return a run of two policies that takes no time."""
    cells = "--start 2026 --worldview newsham --worldview self --policy direct_ties --policy status_quo"
    return ["run", "debate", "--trials", "20", *cells.split(), *words]


@pytest.mark.parametrize("command", ["", "run", "check", "explain", "list"])
def test_help_shows_an_example(strait: Strait, command: str) -> None:
    result = strait(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Example" in result.output or "Start with" in result.output
    assert "  strait " in result.output


def test_the_command_starts_light() -> None:
    code = "import sys, analysis.cli.main; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(modules)


def test_checking_and_explaining_leave_the_engine_alone() -> None:
    code = "import sys\nfrom analysis.cli.main import app\napp(['check', 'debate'], standalone_mode=False)\n"
    code += "app(['explain', 'N1'], standalone_mode=False)\nprint('modules', *sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"pandas", "scipy", "matplotlib", "llvmlite", "mesa", "pyarrow"}
    assert not heavy & set(output.split("modules")[1].split())


def test_a_run_writes_its_folder_and_says_what_it_shows(strait: Strait, tmp_path: Path) -> None:
    result = strait(*small())
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / "debate"
    assert {path.name for path in folder.iterdir()} >= {"manifest.json", "trials.parquet", "summary.csv",
                                                        "differences.csv", "figures"}  # fmt: skip
    assert {path.suffix for path in (folder / "figures").iterdir()} == {".png", ".svg"}
    said = [line for line in result.stdout.splitlines() if line.startswith("- ")]
    # One a worldview, what it hangs on, how much is settled, what a policy takes, how little a short run can tell.
    assert len(said) == 6
    assert "too few trials to say" in said[-3]
    assert said[-1].startswith("- How little")
    assert "Results: " in result.stdout
    assert "It does not predict" in result.stdout


def test_the_same_experiment_is_shown_again(strait: Strait) -> None:
    first = strait(*small("--no-figures"))
    again = strait(*small("--no-figures"))
    assert again.exit_code == 0
    assert "showing the saved results" in again.stdout
    assert "showing the saved results" not in first.stdout
    assert [line for line in first.stdout.splitlines() if line.startswith("- ")] == [
        line for line in again.stdout.splitlines() if line.startswith("- ")
    ]


def test_another_experiment_in_the_same_folder_needs_fresh(strait: Strait) -> None:
    assert strait(*small("--no-figures")).exit_code == 0
    assert_refused(strait(*small("--no-figures", "--seed", "8")), "out", "another run", "--out out/NAME", "--fresh")
    result = strait(*small("--no-figures", "--seed", "8", "--fresh"))
    assert result.exit_code == 0
    assert "showing the saved results" not in result.stdout


def test_a_folder_of_something_else_is_left_alone(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "diary.txt").write_text("mine", encoding="utf-8")
    assert_refused(strait(*small("--out", "letters", "--fresh")), "letters", "name another folder")
    assert (tmp_path / "letters" / "diary.txt").read_text(encoding="utf-8") == "mine"


def test_one_policy_can_be_run_alone(strait: Strait) -> None:
    result = strait("run", "debate", "--trials", "20", "--policy", "status_quo", "--no-figures")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "debat"], ["debat"]),
        (["run", "debate", "--policy", "direct_tie"], ["direct_tie", "nearest: direct_ties"]),
        (["run", "debate", "--set", "us_intervene_prob=0.4"], ["nearest: us_intervenes_prob"]),
        (["run", "debate", "--set", "us_intervenes_prob=4"], ["us_intervenes_prob", "0 to 1", "4"]),
        (["run", "debate", "--trials", "0"], ["trials"]),
        (["run", "debate", "--trials", "many"], ["trials"]),
        (["run", "debate", "--workers", "0"], ["workers"]),
        (["run", "debate", "--colour", "red"], ["--colour"]),
        (["run", "debate", "debate"], ["debate is named twice. Name each experiment once."]),
        (["run", "debate", "hindcast", "--part", "1/2"], ["--part: divides one experiment"]),
        (["check", "nowhere.yaml"], ["nowhere.yaml"]),
        (["explain", "us_intervene_prob"], ["Did you mean us_intervenes_prob?"]),
        (["explain", "zzzz"], ["strait list"]),
        (["list", "leavers"], ["levers", "claims"]),
    ],
    ids=" ".join,
)  # fmt: skip
def test_bad_input_is_answered_in_words(strait: Strait, words: list[str], said: list[str]) -> None:
    assert_refused(strait(*words), *said)


def test_check_shows_every_fault_with_its_line(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "policy: mine\ntitle: Mine\nsummary: A try.\nlevers:\n  escort: {depth: 1}\n  liaison: {depth: 2}\n",
        encoding="utf-8",
    )
    result = strait("check", "debate", "mine.yaml")
    assert_refused(result, "mine.yaml:5:3", "nearest: escorts", "mine.yaml:6:", "0 to 1")
    assert len(result.stderr.splitlines()) == 2
    assert strait("check", "debate").exit_code == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "force_hr_joint_involvement",
            ["hazard ratio, from 0", "evidence", "Self silent", "sources", "--set force_hr_joint_involvement"],
        ),
        ("N1", ["Newsham", "Self", "N¶3", "supports", "why Newsham", "--set claim.N1=newsham"]),
        ("n1", ["in claims"]),
        (
            "escorts",
            [
                "policy direct_ties",
                "the consent of Taiwan and the US",
                "line of 1972: The line of 1972 is what",
                "start 2026",
                "--set lever.escorts.depth=1",
            ],
        ),
        ("use_of_force", ["share of trials", "less is better", "margin"]),
        ("blockade", ["in outcomes", "in rungs", "military, rung 4 of 0 to 6"]),
        ("grey-zone surge", ["military, rung 1"]),
        ("quiet_depth", ["liaison", "openness 0.1", "other levers"]),
        ("newsham", ["(evidence:", "other numbers"]),
        ("2026", ["2026-11", "escorts"]),
        ("provocation", ["default", "--set switch.provocation=off"]),
        ("prc_strength", ["start 2020", "--set quantity.prc_strength"]),
        ("csis_2023", ["The First Battle of the Next War"]),
    ],
)
def test_explain_says_what_is_known(strait: Strait, name: str, said: list[str]) -> None:
    result = strait("explain", *name.split())
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert not [words for words in said if words not in text]


KEYS_OF_FILES = {"package", "official", "combat", "signal_share", "capability", "incidents", "adoption", "effects",
                 "consent", "under pressure"}  # fmt: skip


def test_explain_says_in_plain_words_what_the_keys_of_files_mean(strait: Strait) -> None:
    """A student meets the attributes of levers in words, ranges without YAML, and each technical term explained."""
    from analysis.paper import explain
    from sim.model import codes

    assert {*explain.PACKAGES} == {*codes.PACKAGES}
    assert {*explain.EFFECTS} == {*codes.EFFECTS}
    exp = explain.everything()
    for kind in ("levers", "policies", "outcomes", "claims", "parameters", "starts", "quantities"):
        for name, entry in explain.kinds(exp)[kind].items():
            lines = dict(explain.about(entry, exp))
            assert not KEYS_OF_FILES & {*lines}, name
            assert not [text for label, text in lines.items() if "triangular" in str(text) and label != "to change it"]
    for name, term in (("escorts", "line of 1972"), ("force_hr_success", "hazard ratio"), ("prc_strength", "log-odds"),
                       ("us_intervenes_prob", "reference"), ("lever_years", "lever year")):  # fmt: skip
        assert f" {term}: " in " ".join(strait("explain", name).stdout.split()), name


def test_everything_that_is_listed_can_be_explained(strait: Strait) -> None:
    from analysis.paper import explain

    exp = explain.everything()
    found = explain.kinds(exp)
    listed = strait("list").stdout
    for kind, entries in found.items():
        assert kind in listed
        assert strait("list", kind).exit_code == 0
        for name in entries:
            assert list(explain.about(entries[name], exp))


def test_stopping_a_run_is_no_fault(strait: Strait, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.results.store.write_folder", interrupted)
    result = strait(*small())
    assert result.exit_code == cli.STOPPED
    assert "--fresh" in result.stderr
    assert "Traceback" not in result.output


def test_a_full_disk_is_told_apart_from_bad_input(strait: Strait, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.results.store.write_folder", full)
    result = strait(*small())
    assert result.exit_code == cli.FAILED
    assert "No space left on device" in result.stderr


def test_an_old_console_can_print_everything(tmp_path: Path) -> None:
    for words in (["--help"], ["explain", "N1"], ["list", "claims"]):
        done = subprocess.run(
            [sys.executable, "-c", "from analysis.cli.main import main; main()", *words],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_several_experiments_are_played_and_compared(strait: Strait, tmp_path: Path) -> None:
    few = "worldviews: [neutral]\nstarts: ['2026']\npolicies: [both, status_quo]\ntrials: 200\n"
    for name, chance in (("sure", 0.9), ("unsure", 0.1)):
        text = f"experiment: {name}\ntitle: T\nextends: debate\n{few}parameters: {{us_intervenes_prob: {chance}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = strait("run", "unsure.yaml", "sure.yaml", "--no-figures", "--out", "two")
    assert result.exit_code == 0, result.output
    assert "sure compared with unsure, from start 2026:" in result.stdout
    assert "differences are paired" in result.stdout
    table = pd.read_csv(tmp_path / "two" / "comparison.csv", keep_default_na=False)
    assert set(table["policy_a"] + "-" + table["policy_b"]) == {"both-", "status_quo-", "status_quo-both"}
    estimates = pd.read_csv(tmp_path / "two" / "sure" / "differences.csv").set_index("outcome")["difference"]
    for row in table[table["policy_b"] == "both"].to_dict("records"):
        assert row["estimate_a"] == pytest.approx(estimates[row["outcome"]])
        assert row["difference"] == pytest.approx(row["estimate_a"] - row["estimate_b"])
        assert row["low"] <= row["difference"] <= row["high"]


def test_runs_with_other_luck_are_compared_as_independent() -> None:
    few = {"policies": ["both", "status_quo"], "worldviews": ["neutral"], "starts": ["2026"], "trials": 400}
    runs = [sim.run(sim.load("debate", seed=seed, **few)) for seed in (1, 2, 1)]  # type: ignore[arg-type]
    apart, same = (compare_runs(runs[0], other).iloc[0] for other in runs[1:])
    assert (apart["paired"], same["paired"]) == (False, True)
    assert (same["difference"], same["low"], same["high"]) == (0, 0, 0)
    below = np.hypot(apart["estimate_a"] - apart["low_a"], apart["high_b"] - apart["estimate_b"])
    above = np.hypot(apart["high_a"] - apart["estimate_a"], apart["estimate_b"] - apart["low_b"])
    expected = apart["difference"] - below, apart["difference"] + above
    assert (apart["low"], apart["high"]) == pytest.approx(expected)


def test_runs_of_few_worlds_are_compared_without_limits() -> None:
    few = {"policies": ["both", "status_quo"], "worldviews": ["neutral"], "starts": ["2026"], "trials": 20}
    runs = [sim.run(sim.load("debate", seed=seed, **few)) for seed in (1, 2)]  # type: ignore[arg-type]
    assert compare_runs(*runs)[["low", "high"]].isna().all(axis=None)


def test_an_experiment_of_ones_own_is_explained(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "patrols.yaml").write_text(
        "policy: patrols\nextends: status_quo\ntitle: Patrols\nsummary: Joint patrols.\n", encoding="utf-8"
    )
    (tmp_path / "mine.yaml").write_text(
        "experiment: mine\ntitle: Mine\nextends: debate\npolicies: [patrols, both]\n", encoding="utf-8"
    )
    assert "Joint patrols." in strait("explain", "mine.yaml", "patrols").stdout
    assert "patrols" in strait("list", "mine.yaml", "policies").stdout
    assert "1996" in strait("list", "hindcast", "starts").stdout
    assert_refused(strait("explain", "patrols"), "Nothing is called patrols")
    assert_refused(strait("explain", "mine.yaml"), "Name something to explain")


def test_a_term_and_a_name_of_the_model_are_both_explained(strait: Strait) -> None:
    text = " ".join(strait("explain", "Moral", "hazard").stdout.split())
    assert "moral_hazard in switches" in text
    assert "moral hazard in glossary" in text
    assert_refused(strait("explain", "compensater"), "Did you mean compensator?")
    assert "common random numbers" in strait("list", "glossary").stdout


def test_a_glossary_is_checked(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(
        'terms:\n  rung: {meaning: "One thing. And another.", matters: "Why."}\n  luck: {meaning: "Chance."}\n',
        encoding="utf-8",
    )
    assert_refused(strait("check", "terms.yaml"), "terms.yaml:2:19: meaning: must be one sentence",
                   "terms.yaml:3:3: luck: missing key 'matters'")  # fmt: skip
