"""`strait init` and the catalogue beside an experiment: edits are used, and which files are used is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import Strait, assert_refused
from small import rewrite

import sim

RUN = ("--trials", "20", "--worldview", "neutral", "--start", "2026", "--policy", "status_quo", "--no-figures")
MINE = "experiment: mine\nextends: debate\npolicies: [status_quo, direct_ties]\nparameters: {us_intervenes_prob: 0.4}\n"


@pytest.fixture
def copy(strait: Strait, tmp_path: Path) -> Path:
    """Return a folder with a copy of the scenarios in which one neutral number is changed."""
    shown = strait("init", "mine").stdout
    assert "strait run mine/debate.yaml" in shown
    path = tmp_path / "mine" / "parameters.yaml"
    entry = r"(\n  us_intervenes_prob:\n(?:    .*\n)*?    neutral: ).*"
    changed, count = re.subn(entry, r"\g<1>0.111", path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(changed, encoding="utf-8")
    return tmp_path / "mine"


def neutral(experiment: sim.Experiment) -> object:
    view = next(view for view in experiment.worldviews if view.name == "neutral")
    return view.distributions["us_intervenes_prob"].spec()


def test_an_untouched_copy_is_the_same_experiment(strait: Strait, tmp_path: Path) -> None:
    strait("init")
    own, shipped = sim.load("scenarios/debate.yaml").resolved(), sim.load("debate").resolved()
    assert own == shipped
    assert_refused(strait("init"), "scenarios exists and is not empty; name a new folder")


def test_an_edit_beside_the_experiment_is_used_and_said(copy: Path, strait: Strait) -> None:
    assert neutral(sim.load("mine/debate.yaml")) == 0.111
    assert neutral(sim.load("debate")) != 0.111
    run = strait("run", "mine/debate.yaml", *RUN, "--out", "out")
    assert run.exit_code == 0, run.output
    assert "Scenario files: those in mine, beside debate.yaml." in run.stderr
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["experiment"]["catalogue"]["parameters"]["us_intervenes_prob"]["neutral"] == 0.111


def test_a_folder_named_scenarios_lies_beside_an_experiment_too(copy: Path, strait: Strait, tmp_path: Path) -> None:
    copy.rename(tmp_path / "scenarios")
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    assert sim.load("mine.yaml").catalogue.parameters["us_intervenes_prob"].neutral.spec() == 0.111
    assert "Scenario files: those in scenarios, beside mine.yaml." in strait("check", "mine.yaml").output
    run = strait("run", "debate", *RUN, "--out", "out")
    note = "Scenario files: those that come with Strait, not those in scenarios. To use those, begin with: strait {}"
    assert note.format("run scenarios/debate.yaml\n") in run.stderr
    assert note.format("check scenarios/debate.yaml\n") in strait("check", "debate").output
    assert neutral(sim.load("debate")) != 0.111


def test_an_experiment_alone_uses_the_shipped_catalogue_and_says_so(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    assert "Scenario files: those that come with Strait.\n" in strait("check", "mine.yaml").output
    assert "Scenario files" not in strait("run", "debate", *RUN, "--out", "out").output


def test_check_reads_the_files_that_run_reads(copy: Path, strait: Strait) -> None:
    rewrite(copy / "levers.yaml", "  escorts:\n", "  convoys:\n")
    for words in (["check"], ["run", *RUN]):
        assert_refused(strait(*words, "mine/debate.yaml"), "unknown lever 'escorts'")
    assert_refused(strait("check", "mine/policies/both.yaml"), "unknown lever 'escorts'")
    assert strait("check", "debate").exit_code == 0


def test_check_names_the_home_of_every_kind_of_file(
    copy: Path, strait: Strait, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {path.parent if path.parent != copy else path: path for path in sorted(copy.rglob("*.yaml"), reverse=True)}
    for path in [*first.values(), copy / "history/seen.yaml", copy / "history/next_triggers.yaml"]:
        file = path.relative_to(copy)
        beside = "" if "/" in file.as_posix() else f", beside {file}"
        for folder, name in ((copy.parent, f"mine/{file}"), (copy, file), (path.parent, path.name)):
            monkeypatch.chdir(folder)
            said = strait("check", str(name)).output
            assert said == f"Scenario files: those in mine{beside}.\nNo mistakes found.\n", (folder, name)


def test_a_copied_file_of_any_kind_uses_the_catalogue_beside_it(copy: Path, strait: Strait) -> None:
    """Its names are those of the copy, also where only the copy has them."""
    rewrite(copy / "sources.yaml", "  episodes:\n", "  own_record:\n    cite: Our own.\n  episodes:\n")
    for file in ("levers.yaml", "policies/clarity.yaml", "history/episodes.yaml", "validation.yaml"):
        text = (copy / file).read_text(encoding="utf-8")
        (copy / file).write_text(re.sub(r"source: \[\w+", "source: [own_record", text, count=1), encoding="utf-8")
        assert "own_record" in (copy / file).read_text(encoding="utf-8")
        assert strait("check", f"mine/{file}").exit_code == 0, file
    (copy.parent / "clarity.yaml").write_bytes((copy / "policies/clarity.yaml").read_bytes())
    assert_refused(strait("check", "clarity.yaml"), "unknown source 'own_record'")


def test_a_catalogue_is_complete_or_absent(copy: Path, strait: Strait) -> None:
    (copy / "claims.yaml").unlink()
    message = "mine/claims.yaml: no such file; a catalogue has all 6 files, as strait init FOLDER copies them"
    assert_refused(strait("check", "mine/debate.yaml"), message)
