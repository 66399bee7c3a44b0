"""Right scenario files: what they mean."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from small import copy_scenarios, rewrite

from analysis.evidence.file_checks import FILE_CHECKS
from sim.engine.question import main_contrast
from sim.errors import ScenarioError
from sim.results.tables import shown_contrasts
from sim.scenario import loader, shipped
from sim.scenario.catalogue import Contrast
from sim.scenario.distributions import Blend, Fixed, LogNormal, Normal, Triangular, Uniform
from sim.scenario.experiment import LeverSetting
from sim.scenario.layers import LeverLevel


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copy_scenarios(tmp_path, monkeypatch)


def test_what_a_file_leaves_out_comes_from_what_it_extends(tree: Path) -> None:
    trial = loader.load("trial.yaml")
    assert (trial.name, trial.title, trial.trials, trial.lucks) == ("trial", "My own trial", 400, 4)
    assert (trial.months, trial.step_months, trial.seed) == (120, 1.0, 2020)
    assert [policy.name for policy in trial.policies] == ["hold", "mine", "ties"]
    assert [start.name for start in trial.starts] == ["2026", "crisis"]
    assert trial.switches == {"provocation": True, "learning": False}
    assert trial.correlations == (("us_intervenes_prob", "pressure_per_year", -0.3),)


def test_policies_are_merged_setting_by_setting(tree: Path) -> None:
    hold, mine, ties = loader.load("trial.yaml").policies
    assert (mine.title, mine.summary, mine.when_coerced) == ("Mine", "Everything at once.", "continue")
    assert mine.levers == {
        "liaison": LeverSetting(1, 1),
        "escorts": LeverSetting(1, 1, 6, 24),
        "contact": LeverSetting(0.8, 0.2, 0, 0),
    }
    assert ties.levers["escorts"] == LeverSetting(0.5, 1, 6, 24)
    assert hold.levers == {"contact": LeverSetting(None, 0.2, 0, 12)}


def test_levers_that_are_not_set_stay_at_the_start_level(tree: Path) -> None:
    trial = loader.load("trial.yaml")
    hold, crisis = trial.policies[0], trial.starts[1]
    assert hold.target("escorts", crisis) == LeverLevel(0.1, 1)
    assert hold.target("contact", crisis) == LeverLevel(1, 0.2)
    assert (crisis.date, crisis.quantities) == ("2027-03", {"prc_strength": 0.5, "drills": 2.0})


def test_worldviews_have_every_parameter(tree: Path) -> None:
    views = {view.name: view.distributions for view in loader.load("debate").worldviews}
    neutral = {
        "us_intervenes_prob": Triangular(0.3, 0.6, 0.9),
        "escort_incident_ratio": LogNormal(2, 4, 0.5, 10),
        "pressure_per_year": Normal(0.5, 0.1, 0, 2),
        "calibration": Fixed(1),
    }
    by_newsham = {"us_intervenes_prob": Triangular(0.6, 0.8, 0.95), "escort_incident_ratio": Fixed(1)}
    assert views["neutral"] == neutral
    assert views["newsham"] == neutral | by_newsham
    assert views["self"] == neutral | {"escort_incident_ratio": LogNormal(4, 8, 0.5, 10)}  # silent on N1


def test_later_layers_take_precedence(tree: Path) -> None:
    mixed = loader.load("trial.yaml").worldviews[1].distributions
    assert mixed["us_intervenes_prob"] == Blend(Triangular(0.3, 0.6, 0.9), Triangular(0.6, 0.8, 0.95), 0.25)
    assert mixed["pressure_per_year"] == Uniform(0.2, 0.4)
    assert mixed["escort_incident_ratio"] == Blend(LogNormal(2, 4, 0.5, 10), Fixed(1), 0.5)  # the experiment's
    assert mixed["calibration"] == Fixed(1.5)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["us_intervenes_prob=0.4"], Fixed(0.4)),
        (["us_intervenes_prob={triangular: [.1, .2, .5]}"], Triangular(0.1, 0.2, 0.5)),
        (["us_intervenes_prob= 4e-1 "], Fixed(0.4)),
        (["claim.N1=newsham"], Triangular(0.6, 0.8, 0.95)),
        (["claim.N1=1"], Triangular(0.6, 0.8, 0.95)),
        (["claim.N1=0"], Triangular(0.3, 0.6, 0.9)),
        (["claim.N1=neutral"], Triangular(0.3, 0.6, 0.9)),
        (["claim.N1=evidence"], Triangular(0.3, 0.6, 0.9)),
        (["claim.N1=0.5"], Blend(Triangular(0.3, 0.6, 0.9), Triangular(0.6, 0.8, 0.95), 0.5)),
        (["us_intervenes_prob=0.4", "claim.N1=1"], Triangular(0.6, 0.8, 0.95)),
        (["claim.N1=1", "us_intervenes_prob=0.4"], Fixed(0.4)),
    ],
    ids=str,
)
def test_set_a_parameter_or_a_dial(tree: Path, texts: list[str], expected: object) -> None:
    for view in loader.load("debate", set_=texts).worldviews:
        assert view.distributions["us_intervenes_prob"] == expected


def test_set_anything_else(tree: Path) -> None:
    texts = [
        "lever.escorts.depth=1",
        "lever.liaison.from_month=6",
        "switch.learning=off",
        "quantity.prc_strength=-1",
    ]
    exp = loader.load("debate", set_=texts)
    hold, ties = exp.policies
    assert hold.levers == {"liaison": LeverSetting(from_month=6), "escorts": LeverSetting(depth=1)}
    assert ties.levers == {"liaison": LeverSetting(1, 1, 6), "escorts": LeverSetting(1, 1, 6, 24)}
    assert exp.switches == {"provocation": True, "learning": False}
    assert [start.quantities["prc_strength"] for start in exp.starts] == [-1]
    assert loader.load("debate", set_="switch.learning=off").switches["learning"] is False


@pytest.mark.parametrize("worldview", ["newsham", "self", "neutral"])
def test_setting_a_parameter_to_what_it_is_changes_nothing(tree: Path, worldview: str) -> None:
    [view] = loader.load("debate", worldviews=[worldview]).worldviews
    texts = [f"{name}={distribution}" for name, distribution in view.distributions.items()]
    assert loader.load("debate", worldviews=[worldview], set_=texts).worldviews == (view,)


def test_options_replace_entries_of_the_file(tree: Path) -> None:
    exp = loader.load(
        "debate", policies="ties", worldviews=["self"], trials=10, lucks=2, months=6, step_months=0.5, seed=1
    )
    assert [policy.name for policy in exp.policies] == ["ties"]
    assert [view.name for view in exp.worldviews] == ["self"]
    assert (exp.trials, exp.lucks, exp.months, exp.step_months, exp.seed) == (10, 2, 6, 0.5, 1)


def test_paths_on_the_command_line_may_be_anywhere(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tree / "elsewhere"
    shutil.copytree(tree / "home/policies", elsewhere)
    monkeypatch.chdir(elsewhere)
    exp = loader.load("debate", policies=["mine.yaml", "hold"])
    assert [policy.title for policy in exp.policies] == ["Mine", "Hold"]
    assert "mine.yaml" in exp.files


def test_names_are_searched_in_the_experiments_folder_first(tree: Path) -> None:
    (tree / "home/policies/hold.yaml").write_text("policy: hold\ntitle: My hold\n", encoding="utf-8")
    assert loader.load("trial.yaml").policies[0].title == "My hold"
    assert loader.load("debate").policies[0].title == "Hold"


def test_names_and_paths_of_an_experiment(tree: Path) -> None:
    assert loader.load("debate") == loader.load("debate.yaml") == loader.load(tree / "scenarios/debate.yaml")
    assert loader.load("trial") == loader.load("./trial.yaml") == loader.load(Path("trial.yaml"))
    shutil.copy("trial.yaml", "debate.yaml")
    rewrite(
        tree / "home/debate.yaml",
        "experiment: trial\ntitle: My own trial\nextends: debate\n",
        "experiment: debate\n",
    )
    assert loader.load("debate").title == "A small debate"
    assert loader.load("debate.yaml").title == "debate"


def test_an_experiment_is_frozen_and_can_be_pickled(tree: Path) -> None:
    trial = loader.load("trial.yaml")
    assert pickle.loads(pickle.dumps(trial)) == trial
    resolved = trial.resolved()
    assert json.loads(json.dumps(resolved, allow_nan=False)) == resolved
    dial = resolved["worldviews"][0]["distributions"]["escort_incident_ratio"]
    assert dial == {"blend": {"evidence": {"lognormal": [2.0, 4.0]}, "newsham": 1.0, "dial": 0.5}}
    assert sorted(trial.files)[:3] == ["policies/mine.yaml", "scenarios/claims.yaml", "scenarios/debate.yaml"]
    assert not any("self.yaml" in name for name in trial.files)
    with pytest.raises(FrozenInstanceError):
        trial.seed = 1  # type: ignore[misc]


def test_a_changed_catalogue_is_read_again(tree: Path) -> None:
    assert loader.load("debate").catalogue.sources["judgement"].cite == "Our own judgement."
    rewrite(tree / "scenarios/sources.yaml", "Our own judgement", "Judgement")
    assert loader.load("debate").catalogue.sources["judgement"].cite == "Judgement."


def test_an_installed_package_contains_its_scenarios(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tree / "sim" / "loading" / "shipped.py"))
    assert shipped.shipped_folder() == tree / "scenarios"
    shutil.move(tree / "scenarios", tree / "sim" / "_shipped")
    assert shipped.shipped_folder() == tree / "sim" / "_shipped"
    assert loader.load("debate").files.keys() >= {"scenarios/debate.yaml", "scenarios/policies/hold.yaml"}


@pytest.mark.parametrize("package", ["direct_ties", "interoperability"])
def test_what_an_essay_proposes_in_a_package_adds_up_to_one(package: str) -> None:
    """Shares are counted in this unit, so a lever that no essay proposes changes no other lever's."""
    levers = loader.load("debate").catalogue.levers.values()
    proposed = [lever for lever in levers if lever.package == package and lever.paragraphs]
    assert sum(lever.signal_share for lever in proposed) == pytest.approx(1)
    assert sum(lever.capability_share for lever in proposed) == pytest.approx(1)


def test_the_shipped_debate_loads() -> None:
    debate = loader.load("debate")
    assert [policy.name for policy in debate.policies][:2] == ["status_quo", "direct_ties"]
    assert loader.check(shipped.shipped_folder().rglob("*.yaml"), FILE_CHECKS) == []


def test_contrasts_of_an_experiment_come_before_the_others_with_the_first_policy(tree: Path) -> None:
    trial = tree / "home/trial.yaml"
    own = "\ncontrasts:\n  - {key: own, policies: [ties, mine], words: Ties or mine?}\n  - [mine, hold]\n"
    before = loader.load("trial.yaml")
    assert (before.contrasts, shown_contrasts(before)) == ((), [("mine", "hold"), ("ties", "hold")])
    assert main_contrast(before) == ("mine", "hold")
    trial.write_text(trial.read_text(encoding="utf-8") + own, encoding="utf-8")
    after = loader.load("trial.yaml")
    assert after.contrasts == (Contrast(("ties", "mine"), "own", "Ties or mine?"), Contrast(("mine", "hold")))
    assert shown_contrasts(after) == [("ties", "mine"), ("mine", "hold"), ("ties", "hold")]
    assert main_contrast(after) == ("ties", "mine")


def test_the_debate_asks_three_questions_in_this_order() -> None:
    asked = {entry.key: entry.policies for entry in loader.load("debate").contrasts if entry.key}
    assert [*asked.items()] == [
        ("ties_alone", ("direct_ties", "status_quo")), ("one_of_two", ("direct_ties", "interoperability")),
        ("ties_added", ("both", "interoperability")),
    ]  # fmt: skip


def test_contrasts_of_own_policies_that_are_left_out_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("evil.yaml").write_text("policy: evil\ntitle: Evil\nextends: direct_ties\n", encoding="utf-8")
    text = (
        "experiment: own\nextends: debate\npolicies: [status_quo, both, evil.yaml]\ncontrasts:\n"
        "- {key: evil, policies: [evil, status_quo], words: Does it matter?}\n"
    )
    Path("own.yaml").write_text(text, encoding="utf-8")
    assert ("evil", "status_quo") in shown_contrasts(loader.load("own.yaml"))
    left = loader.load("own.yaml", policies=["status_quo", "both"])
    assert {name for pair in shown_contrasts(left) for name in pair} == {"status_quo", "both"}
    Path("own.yaml").write_text(text.replace("policies: [evil, s", "policies: [evli, s"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"contrasts: unknown policy 'evli'.*nearest: evil"):
        loader.load("own.yaml", policies=["status_quo", "both"])
