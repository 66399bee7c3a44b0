"""`strait validate`: every row holds, every row can fail, and what it writes can be read."""

from __future__ import annotations

import doctest
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from playing import needs_kernels
from typer.testing import CliRunner

from analysis import cli as commands
from analysis.cli import main
from analysis.evidence import cells as cell_module
from analysis.evidence import chronicle, measures, validate, validation_rows
from analysis.evidence.cells import Cells, interval_of_difference, interval_of_level, interval_of_ratio
from analysis.evidence.file_checks import FILE_CHECKS
from analysis.evidence.validate import RowResult, measure_row
from sim.engine import setup
from sim.scenario import loader, shipped
from sim.scenario.experiment import LeverSetting
from sim.statistics.intervals import Interval

pytestmark = needs_kernels

TRIALS = 1_000
ROWS = validation_rows.load_rows()
RECORD = {name: entry.dates for name, entry in ROWS.record.items()}


def cells(*changes: str, trials: int = 500, **options: Any) -> Cells:
    return Cells(trials, changes, record=RECORD, **options)


# What must make these rows fail: another world, or a broken part of the program.
SPOILT: list[tuple[str, list[str]]] = [
    ("force_per_exposed_year use_of_force_per_year blockade_per_year us_prc_war_per_year "
     "control_per_year force_in_ten_years falls_in_ten_years thirty_quiet_years", ["force_per_year=0.5"]),
    ("invasion_per_year", ["force_per_year=0.5", "quarantine_share=0.05", "blockade_share=0.05",
                           "invasion_share=0.95"]),
    ("nuclear_use_per_year", ["force_per_year=0.5", "nuclear_use_prob=0.5"]),
    ("quarantine_per_year", ["force_per_year=0.5", "quarantine_share=0.9"]),
    ("combat_in_ten_years", ["force_per_year=0.5", "us_intervenes_prob=1", "us_strike_ratio=1", "strike_form_ratio=1",
                             "quarantine_share=0.05"]),
    ("force_per_dispute", ["force_per_year=0.5", "taiwan_triggers_per_year=0"]),
    ("loss_in_ten_years", ["japan_exposure_pct=15", "selective_cost_share=1", "ties_cost_share=1"]),
    ("war_given_force one_result_everywhere", ["us_intervenes_prob=0", "us_swing_points=0"]),
    ("combat_given_war", ["japan_permits_bases_prob=0", "first_strike_prob=0", "east_china_per_year=0"]),
    ("falls_given_force", ["success_with_bases_prob=0.99", "success_without_bases_prob=0.99", "success_alone_prob=0.99",
                           "blockade_submission_alone_prob=1", "blockade_submission_us_prob=1"]),
    ("months_on_rungs_vary episodes_on_rungs_vary", ["rupture_per_year=0", "ties_rupture_per_year=0"]),
    ("large_drills", ["drill_prob=0"]),
    ("disputes_japan hindcast_disputes_japan", ["pressure_on_japan_per_year=5"]),
    ("disputes_taiwan", ["taiwan_triggers_per_year=0", "pressure_on_taiwan_per_year=0"]),
    ("coercion_japan hindcast_coercion hindcast_quiet_years coercions_evidence coercions_evidence_ties "
     "coercions_self_ties", ["japan_triggers_per_year=5", "answer_dispute_prob=0.95",
                                                                 "economic_duration_months=0.5"]),
    ("coercion_lasts", ["economic_duration_months=60"]),
    ("drill_lasts", ["drill_duration_months=2"]),
    ("crises_per_year hindcast_crises", ["political_crises_per_year=1"]),
    ("incidents_that_kill", ["incident_deadly_prob=0.5"]),
    ("first_year_of_coercion", ["selective_cost_share=1"]),
    ("japan_concedes backs_down_per_coercion", ["concede_prob=0.9"]),
    ("rupture_evidence rupture_evidence_ties rupture_self rupture_self_ties peaceful_loss_99 peaceful_loss_maximum",
     ["rupture_per_year=2", "ties_rupture_per_year=2", "japan_exposure_pct=15", "adaptation_months=240",
      "economic_duration_months=120"]),
    ("rally", ["rally_points=-0.05"]),
    ("quiet_steps", ["answer_quiet_prob=0.5"]),
    ("added_arms_growth", ["buildup_ties_pct=60"]),
    ("integration_deters", ["success_or_interoperability=1.2", "us_or_interoperability=0.3"]),
    ("alone pattern_us", ["success_alone_prob=0.3"]),
    ("without_bases pattern_bases", ["success_without_bases_prob=0.05"]),
    ("from_bases japan_in", ["success_with_bases_prob=0.9"]),
    ("pattern_japan", ["success_or_japan_fights=1.5"]),
    ("us_resolve japanese_resolve no_harm_without_provocation_force",
     ["force_hr_joint_involvement=2", "force_hr_success=1"]),
    ("no_harm_without_provocation_falls", ["us_or_japan_help=0.3", "ties_signal_points=-0.2"]),
    ("taiwanese_resolve prc_strength", ["force_hr_success=1", "graver_form_or=1"]),
    ("access_falls", ["success_or_access=1.5", "access_beside_bases_share=1", "success_with_bases_prob=0.5",
                      "success_without_bases_prob=0.5"]),
    ("assurance_force", ["assurance_hope_points=0", "assurance_anger_ratio=1.5", "assurance_doubt_points=0.3"]),
    ("coercion_after_clarity", ["answer_official_prob=0.99", "answer_or_combat=5", "economic_duration_months=60",
                                "pressure_on_japan_per_year=0", "japan_triggers_per_year=0",
                                "quantity.japan_economic_rung=0"]),
    ("coercion_taught", ["switch.learning=off"]),
    ("east_china_combat islet_seized_decade force_at_japan_decade", ["east_china_per_year=0.5", "islet_share=0.9"]),
    ("guarantee_guards_japan", ["east_china_hr_guarantee=1.2"]),
    ("integration_from_2020", ["us_integrates_prob=0"]),
    ("resilience_loss", ["resilience_cost_ratio=1.5"]),
    ("us_answers_drills", ["us_answers_drill_prob=0.15"]),
    ("us_overstretched_share", ["overstretch_ends_per_year=0.05", "overstretch_begins_per_year=2"]),
    ("warning_falls", ["success_or_alert=0.3", "warning_alert_share=1", "success_alone_prob=0.5",
                       "success_with_bases_prob=0.5", "success_without_bases_prob=0.5", "quarantine_share=0.05",
                       "blockade_share=0.05", "invasion_share=0.95", "taiwan_resists_prob=0.99"]),
    ("idle_switches", ["incidents_per_year=0"]),
    ("first_strike_given_invasion", ["first_strike_prob=1"]),
    ("first_strike_heeds_the_us", ["first_strike_or_gain=5", "first_strike_prob=0.3", "us_intervenes_prob=0.6",
                                   "us_or_attacked=20"]),
    ("closed_bases_are_not_struck_first", ["first_strike_prob=1", "lever.article_vi_bases.from_month=60"]),
    ("coast_guards_at_sea", ["east_china_hr_coast_guard=2", "east_china_per_year=0.05"]),
    ("struck_given_war", ["first_strike_prob=0", "prc_strikes_japan_prob=0"]),
    ("supports_given_war", ["japan_permits_bases_prob=0.2", "bases_or_threat=1"]),
    ("combat_by_choice_given_war protects_given_support", ["japan_fights_prob=0", "japan_protects_prob=0",
                                                              "east_china_per_year=0"]),
    ("first_strike_brings_in_the_us", ["us_or_attacked=1"]),
    ("tripwire_draws_in_japan", ["tripwire_fight_or=0.5"]),
    ("threats_keep_bases_closed", ["japan_permits_bases_prob=0.3", "bases_form_or=1", "first_strike_prob=0",
                                   "east_china_per_year=0"]),
    ("convoys_break_a_quarantine", ["submission_or_convoy=1", "escalates_or_convoy=10"]),
    ("coast_guards_in_a_quarantine", ["submission_or_guards=1.5", "quarantine_submission_prob=0.3",
                                      "force_per_year=0.2"]),
    ("quarantine_given_in", ["quarantine_submission_prob=0.9"]),
    ("idle_dials", ["answer_alliance_prob=0.02"]),
    ("asked_us_prc_war asked_control", ["force_per_year=0.5"]),
    ("asked_nuclear_use", ["force_per_year=0.5", "nuclear_use_prob=0.5"]),
    ("asked_japan_in_combat", ["us_intervenes_prob=0", "us_swing_points=0"]),
    ("hindcast_drills hindcast_disputes_taiwan", ["taiwan_triggers_per_year=8", "drill_before_2022_ratio=1"]),
]  # fmt: skip
BROKEN = {"half_step_force", "half_step_falls", "half_step_combat", "half_step_loss", "levers_held"}


@pytest.fixture(scope="module")
def results() -> list[RowResult]:
    return validate.measure_rows(cells(trials=TRIALS), [*ROWS.checks.values()])


@pytest.mark.parametrize("verdict", ["fail", "undecided"])
def test_the_model_passes_every_row(results: list[RowResult], verdict: str) -> None:
    assert not [(result.row.name, result.interval) for result in results if result.verdict == verdict]


def test_every_row_that_judges_is_made_to_fail_here() -> None:
    judged = {row.name for row in ROWS.checks.values() if row.kind != "reported"}
    spoilt = {name for names, _ in SPOILT for name in names.split()}
    assert spoilt | BROKEN | {row for row in judged if row.startswith(("newsham_", "self_"))} == judged


@pytest.mark.parametrize(("names", "changes"), SPOILT, ids=[names.split()[0] for names, _ in SPOILT])
def test_a_row_fails_where_it_should(names: str, changes: list[str]) -> None:
    # A fifth are chronicles, less those with a fall: enough to tell none of them from the least share expected.
    spoilt = cells(*changes, trials=1500 if "hindcast" in names else 500)
    verdicts = {name: measure_row(spoilt, ROWS.checks[name]).verdict for name in names.split()}
    assert verdicts == dict.fromkeys(verdicts, "fail")


def test_rows_of_the_authors_fail_with_their_worldviews_exchanged() -> None:
    other = {"newsham": "self", "self": "newsham", "neutral": "neutral"}

    def exchanged(name: str, **how: Any) -> Any:
        return loader.load(name, **{**how, "worldviews": [other[view] for view in how.get("worldviews", ())]})

    names = [row.name for row in ROWS.checks.values()
             if row.name.startswith(("newsham_", "self_ties")) and row.kind != "reported"]  # fmt: skip
    assert len(names) == 10
    verdicts = [measure_row(cells(load=exchanged), ROWS.checks[name]).verdict for name in names]
    assert verdicts == ["fail"] * 10


def test_integration_fails_its_author_where_it_draws_fire(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = ("us_or_interoperability=0.3", "success_or_interoperability=1.2", "interoperability_fight_points=-0.2")
    turned = cells(*changes)
    names = [name for name in ROWS.checks if name.startswith("self_interoperability")]
    assert {measure_row(turned, ROWS.checks[name]).verdict for name in names} == {"fail"}


def test_a_clock_that_runs_fast_in_half_months_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    proper = setup.build_setting

    def hasty(*cell: Any) -> np.ndarray:
        made = proper(*cell)
        made["years"] = 1 / 12
        return made

    monkeypatch.setattr(setup, "build_setting", hasty)
    spoilt = cells()
    names = sorted(BROKEN - {"levers_held"})
    assert [measure_row(spoilt, ROWS.checks[name]).verdict for name in names] == ["fail"] * 4


def test_levers_that_move_by_a_hair_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "LeverSetting", lambda depth, openness: LeverSetting(depth * 0.99, openness))
    assert measure_row(cells(), ROWS.checks["levers_held"]).verdict == "fail"


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [((6, 5, 7), "pass"), ((4, 3, 5), "pass"), ((3.5, 2, 5), "undecided"), ((2, 1, 3), "fail"),
     ((13, 12.5, 14), "fail"), ((None, None, None), "fail"), ((4, None, None), "pass"), ((3, None, None), "fail")],
)  # fmt: skip
def test_verdicts_of_an_estimate(interval: tuple[Any, ...], verdict: str) -> None:
    assert validate.verdict(ROWS.checks["large_drills"], Interval(*interval)) == verdict


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [((-0.2, -0.3, -0.1), "pass"), ((-0.2, -0.5, 0.1), "undecided"), ((0.1, -0.1, 0.3), "undecided"),
     ((0.2, 0.1, 0.3), "fail"), ((0, 0, 0), "fail"), ((None, None, None), "fail"), ((-0.2, None, None), "undecided")],
)  # fmt: skip
def test_verdicts_of_an_interval(interval: tuple[Any, ...], verdict: str) -> None:
    assert validate.verdict(ROWS.checks["us_resolve"], Interval(*interval)) == verdict


@pytest.mark.parametrize("module", [chronicle, cell_module, validate, validation_rows])
def test_examples(module: Any) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


def test_faults_of_the_rows_have_their_line(tmp_path: Path) -> None:
    text = (shipped.shipped_folder() / "validation.yaml").read_text(encoding="utf-8")
    spoilt = [("measure: hazard_of_force", "measure: hazard_of_farce"),
              ("low: 4\n    high: 12", "low: 14\n    high: 12"),
              ("set: [quantity.japan_economic_months=0", "set: [quantity.japan_economic_month=0"),
              ("record: large_drills", "record: small_drills")]  # fmt: skip
    for right, wrong in spoilt:
        assert right in text
        text = text.replace(right, wrong, 1)
    path = tmp_path / "validation.yaml"
    path.write_text(text, encoding="utf-8")
    first, *_ = loader.check([path], FILE_CHECKS)
    assert "hazard_of_force" in str(first)
    assert first.line > 100
    path.write_text(text.replace("hazard_of_farce", "hazard_of_force"), encoding="utf-8")
    said = "\n".join(map(str, loader.check([path], FILE_CHECKS)))
    assert said.count("validation.yaml:") == 3
    for words in ("must not lie above high", "nearest: japan_economic_months", "unknown record 'small_drills'"):
        assert words in said
    assert loader.check([shipped.shipped_folder() / "validation.yaml"], FILE_CHECKS) == []


def test_no_row_cites_what_is_not_there() -> None:
    sources = loader.load("debate").catalogue.sources
    cited = {name for row in ROWS.checks.values() for name in row.source}
    cited |= {name for row in ROWS.no_home.values() for name in row.source}
    cited |= {name for row in ROWS.record.values() for name in row.source}
    assert cited <= set(sources)
    assert not [row.name for row in ROWS.checks.values() if "calibration" in row.source], "made by the model itself"


def test_a_chronicle_has_the_events_of_the_trials_that_the_kernel_plays() -> None:
    exp = loader.load("debate", starts=["2026"], worldviews=["self"], policies=["both"], trials=40)
    played, records = chronicle.chronicle(exp), cell_module.play_cell(exp)
    crises = played.events[played.events["what"] == "crisis"].groupby("trial").size().reindex(range(40), fill_value=0)
    assert ((crises > 0) >= (records["crisis"] == 1)).all()
    fallen = played.trials["years"] < 10
    assert (records["taiwan_falls"][fallen] == 1).all()
    military = played.events[(played.events["track"] == "taiwan_military") & (played.events["what"] == "episode")]
    highest = military.groupby("trial")["rung"].max().reindex(range(40), fill_value=1)
    assert (highest.clip(lower=1) == records["taiwan_military_highest_rung"].clip(min=1)).all()


def test_a_change_over_another_replaces_it() -> None:
    row = ROWS.checks["moral_hazard_on"]
    assert measure_row(cells("switch.incidents=on"), row).interval.estimate is not None


def test_a_chronicle_is_of_one_cell() -> None:
    with pytest.raises(ValueError, match="must have one start"):
        chronicle.chronicle(loader.load("debate", trials=1))


def test_every_measure_has_its_function() -> None:
    known = get_args(validation_rows.Measure)
    for name in known:
        assert callable(getattr(measures, name, None)), name
    assert {row.measure for row in ROWS.checks.values()} == set(known), "no measure without a row"


def test_a_ratio_of_means_has_the_spread_of_a_ratio() -> None:
    chance = np.random.default_rng(1)
    below = chance.poisson(2.0, (400, 500)).astype(float)
    above = chance.binomial(below.astype(int), 0.3).astype(float)
    intervals = [interval_of_ratio(above[i], below[i]) for i in range(400)]
    covered = np.mean([one.low is not None and one.high is not None and one.low < 0.3 < one.high for one in intervals])
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


def test_a_row_with_few_events_claims_no_certainty() -> None:
    """No event among 300 trials leaves up to 1.3 of 100 open; one event says nothing of the next one's size."""
    counted = interval_of_level(np.zeros(300))
    assert counted.low == 0
    assert counted.high == pytest.approx(0.0126, abs=1e-4)
    one = np.repeat([0.0, 0.5], [299, 1])
    for interval in (interval_of_level(one), interval_of_difference(one, np.zeros(300)),
                     interval_of_ratio(one, np.ones(300)), interval_of_ratio(np.ones(300), np.ones(300))):  # fmt: skip
        assert interval[1:] == (None, None)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    few = {name: ROWS.checks[name] for name in ("war_given_force", "large_drills", "moral_hazard_on")}
    monkeypatch.setattr(validation_rows, "load_rows", lambda: replace(ROWS, checks=few))
    return tmp_path / "out" / "validate"


def test_the_command_writes_a_table_and_two_figures(in_folder: Path) -> None:
    result = CliRunner().invoke(main.app, ["validate", "--trials", "300"])
    assert result.exit_code == 0, result.output
    table = pd.read_csv(in_folder / "validation.csv")
    assert list(table) == ["check", "name", "what", "low", "high", "source", "found", "found_low", "found_high",
                           "verdict", "kind"]  # fmt: skip
    assert set(table["verdict"]) == {"pass", "reported", "no home"}
    assert set(table["name"]) >= {"war_given_force", "large_drills", "tourism"}
    names = {"validation.png", "validation.svg", "hindcast.png", "hindcast.svg"}
    assert {path.name for path in in_folder.iterdir()} == names | {"validation.csv"}
    assert "2 of 2 rows pass" in result.stdout
    assert "It does not predict" in result.stdout


def test_the_command_ends_with_an_error_where_a_row_fails(in_folder: Path) -> None:
    result = CliRunner().invoke(main.app, ["validate", "--trials", "300", "--set", "drill_prob=0"])
    assert result.exit_code == commands.FAILED
    assert "large_drills" in result.stderr
    assert "FAIL" in result.stdout


def test_a_change_that_cannot_be_is_bad_input(in_folder: Path) -> None:
    result = CliRunner().invoke(main.app, ["validate", "--set", "drill_prop=0"])
    assert result.exit_code == commands.BAD_INPUT
    assert "nearest: drill_prob" in result.stderr
