"""Trials, worlds, rungs and summaries, from made-up blocks whose numbers are known."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from made_up import CHANCES, OUTCOMES, blocks, experiment, of, one, pair, played

import sim
from sim.results import csv_tables
from sim.results import result as results
from sim.results.result import Result
from sim.statistics import intervals


@pytest.fixture(scope="module")
def result() -> Result:
    return played(experiment())


# Trials, worlds, rungs


def test_trials_are_one_row_a_trial_in_the_promised_order_of_columns(result: Result) -> None:
    trials = result.trials
    assert list(trials.columns) == [
        "start", "worldview", "policy", "trial", "world", "luck", *OUTCOMES,
        "force_compensator", "loss_pct_compensator", "extra",
    ]  # fmt: skip
    assert len(trials) == 2 * 4 * 1_000
    assert trials["policy"].cat.categories.tolist() == list(CHANCES)
    types = [str(trials[name].dtype) for name in ("force", "loss_pct", "trial")]
    assert types == ["uint8", "float64", "int64"]
    ties = trials.query("policy == 'direct_ties' and worldview == 'self'")
    assert ties["trial"].tolist() == list(range(1_000))
    assert ties["force"].sum() == of(result, "direct_ties", "force").sum()
    assert (ties["months_to_force"].isna() == (ties["force"] == 0)).all()


def test_trials_number_the_lucks_of_each_world() -> None:
    exp = experiment(trials=1_200, lucks=3)
    trials = played(exp).trials
    assert (trials["trial"] == trials["world"] * 3 + trials["luck"]).all()
    assert trials["trial"].head(1_200).tolist() == list(range(1_200))


def test_worlds_hold_what_each_drew(result: Result) -> None:
    assert list(result.worlds.columns) == ["world", "worldview", "edge", "cost"]
    assert one(result.worlds[result.worlds["world"] == 999], worldview="neutral")["cost"] == 999.5


def test_rungs_are_shares_of_trials_month_by_month(result: Result) -> None:
    cell = result.rungs.query("worldview == 'self' and policy == 'both'")
    assert len(cell) == 3 * ((4 + 1) * 2 + (7 + 1) * 2)
    together = cell.groupby(["target", "domain", "month"], observed=True)["share"].sum()
    assert together.tolist() == pytest.approx([1.0] * 12)
    at_taiwan = cell.query("target == 'taiwan' and domain == 'military' and month == 3")
    assert at_taiwan.set_index("rung")["share"].to_dict() == {-1: 1.0} | dict.fromkeys(range(7), 0.0)
    assert cell.query("target == 'japan' and month == 3 and rung == 0")["share"].tolist() == [1.0, 1.0]


# Summary


def test_summary_takes_the_compensator_where_there_is_one(result: Result) -> None:
    row = one(result.summary(), outcome="force", policy="both", worldview="self")
    expected = intervals.interval_of_mean(of(result, "both", "force_compensator"))
    assert (row["estimate"], row["low"], row["high"]) == expected
    assert (row["statistic"], row["estimator"], row["n"]) == ("mean", "compensator", 1_000)
    assert row["estimate"] == pytest.approx(0.25, abs=0.02)


def test_summary_counts_on_request_and_where_nothing_else_is_kept(result: Result) -> None:
    happened = int(of(result, "both", "force").sum())
    row = one(result.summary("count"), outcome="force", policy="both", worldview="self")
    assert (row["estimate"], row["low"], row["high"]) == intervals.wilson_interval(happened, 1_000)
    assert one(result.summary(), outcome="crisis", policy="both", worldview="self")["estimator"] == "count"
    loss = result.summary("count").query("outcome == 'loss_pct' and statistic == 'mean'")
    assert set(loss["estimator"]) == {"mean"}


def test_summary_has_the_quantiles_an_outcome_asks_for(result: Result) -> None:
    losses = result.summary().query("outcome == 'loss_pct' and policy == 'both' and worldview == 'self'")
    assert losses["statistic"].tolist() == ["mean", "q0.5", "q0.9"]
    assert losses["estimator"].tolist() == ["compensator", "quantile", "quantile"]
    assert losses["estimate"].iloc[1] == 0.0
    assert losses["estimate"].iloc[2] == np.quantile(of(result, "both", "loss_pct"), 0.9)


def test_summary_of_months_to_an_event_is_over_the_trials_in_which_it_came(result: Result) -> None:
    months = of(result, "both", "months_to_force")
    row = one(result.summary(), outcome="months_to_force", policy="both", worldview="self")
    assert row["n"] == np.count_nonzero(~np.isnan(months)) < 1_000
    assert row["estimate"] == pytest.approx(np.nanmean(months))
    assert row["low"] < row["estimate"] < row["high"]


def test_what_never_came_is_blank() -> None:
    exp = experiment(status_quo=0.3, both=0.0)
    result = played(exp)
    row = one(result.summary(), outcome="months_to_force", policy="both", worldview="self")
    assert row["n"] == 0
    assert row[["estimate", "low", "high"]].isna().all()
    never = pair(result.differences(), "months_to_force", "both")
    assert never[["difference", "low", "high", "variance_ratio"]].isna().all()
    assert never["verdict"] == "too few to say"
    force = one(result.summary("count"), outcome="force", policy="both", worldview="self")
    assert (force["estimate"], force["low"]) == (0, 0)
    assert force["high"] == pytest.approx(0.003827, abs=1e-6)


# Refusals, repetition


def test_a_hole_in_a_column_is_refused_by_name(result: Result) -> None:
    exp = experiment(trials=50)
    broken = played(exp)
    broken.records["2026", "neutral", "both"]["loss_pct_compensator"][[3, 4]] = np.nan
    message = r"column loss_pct_compensator of 2026, neutral, both: 2 of 50 rows are not finite numbers"
    for table in (broken.summary, broken.differences):
        with pytest.raises(ValueError, match=message):
            table()
    broken = played(experiment(trials=50))
    broken.records["2026", "neutral", "both"]["loss_pct"][7] = np.nan
    with pytest.raises(ValueError, match=r"column loss_pct of 2026, neutral, both: 1 of 50 rows"):
        broken.summary()


def test_an_unknown_estimator_is_refused(result: Result) -> None:
    with pytest.raises(ValueError, match="estimator 'mean': the choices are 'count' and None"):
        result.summary(cast(Any, "mean"))


def test_a_reader_who_changes_a_table_changes_his_own(result: Result) -> None:
    mine = result.summary()
    mine["estimate"] = 0
    assert result.summary()["estimate"].max() > 0


def test_csv_repeats_byte_for_byte_and_blanks_are_empty(result: Result) -> None:
    again = played(result.experiment, block_worlds=77)
    for name in ("summary", "differences"):
        text = csv_tables.format_csv(getattr(result, name)())
        assert text == csv_tables.format_csv(getattr(again, name)())
        assert not {"nan", "NaN", "None", "<NA>", "inf"} & set(text.replace("\n", ",").split(","))
    line = next(line for line in text.splitlines() if ",holds,twin,status_quo," in line)
    assert line.split(",")[:6] == ["2026", "self", "holds", "twin", "status_quo", "0"]
    assert line.split(",")[10:] == [
        "", "0.721", "0.005", "same within margin", "simultaneous", "True", "count", "1000", "1939", "",
    ]  # fmt: skip


def test_run_tells_its_progress_and_closes_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", blocks)
    calls: list[tuple[int, int]] = []
    result = results.run(experiment(), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(2_400, 8_000), (4_800, 8_000), (7_200, 8_000), (8_000, 8_000)]
    assert len(result.trials) == 8_000
    engine = blocks(experiment())
    monkeypatch.setattr("sim.engine.batch.blocks", lambda exp, workers: engine)

    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        results.run(experiment(), progress=interrupted)
    assert next(engine, None) is None


def test_run_takes_other_trials_and_another_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", blocks)
    changed = results.run(experiment(), trials=400, seed=8)
    assert (changed.experiment.trials, changed.experiment.seed) == (400, 8)
    plain = played(experiment(trials=400, seed=8))
    assert csv_tables.format_csv(changed.summary()) == csv_tables.format_csv(plain.summary())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trials": 0}, r"trials: must be a positive multiple of lucks \(2\), got 0"),
        ({"trials": 401}, r"trials: must be a positive multiple of lucks \(2\), got 401"),
        ({"seed": -1}, r"seed: must be a whole number from 0 to 2\*\*63 - 1, got -1"),
    ],
)
def test_run_refuses_trials_and_seeds_out_of_range(changes: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        results.run(experiment(lucks=2), **cast(Any, changes))


def test_modules_of_results_import_in_no_circle() -> None:
    """Imports inside functions and for types count too: a circle through one of them is still a circle."""
    folder = Path(results.__file__).parent
    names = {path.stem for path in folder.glob("*.py")}
    imports: dict[str, set[str]] = {}
    for name in names:
        nodes = [*ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")))]
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        dotted = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
        imports[name] = {text.split(".")[2] for text in dotted if text.startswith("sim.results.")} & names - {name}
    assert {"parts", "result"} <= imports["store"]
    TopologicalSorter(imports).prepare()  # raises CycleError with the circle


def test_an_own_outcome_is_in_every_table_with_its_interval() -> None:
    result = sim.run(sim.load("debate", trials=200, starts=["2026"], policies=["status_quo", "both"]))

    def costly_crisis(trials: Any) -> Any:
        """A crisis that costs Japan more than 5 % of GDP."""
        return (trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)

    def twice_the_loss(trials: Any) -> Any:
        return 2 * trials["japan_gdp_loss_pct"]

    own = result.with_outcome(costly_crisis, better="low", margin=0.01).with_outcome(twice_the_loss)
    trials = own.trials
    assert trials["costly_crisis"].tolist() == (
        ((trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)).astype(float).tolist()
    )
    rows = own.summary().query("outcome == 'costly_crisis' and worldview == 'self' and policy == 'both'")
    share = trials.query("worldview == 'self' and policy == 'both'")["costly_crisis"].mean()
    assert rows["estimate"].tolist() == pytest.approx([share])
    assert rows["estimator"].tolist() == ["count"]
    assert (rows["low"] < share).all()
    assert (share < rows["high"]).all()
    counted = own.differences("count").query("outcome == 'japan_gdp_loss_pct'")["difference"].to_numpy(float)
    twice = own.differences("count").query("outcome == 'twice_the_loss'")["difference"].to_numpy(float)
    assert twice == pytest.approx(2 * counted)
    entry = own.experiment.catalogue.outcomes["costly_crisis"]
    assert entry.meaning == "A crisis that costs Japan more than 5 % of GDP."
    assert "costly_crisis" not in result.experiment.catalogue.outcomes
    for options, message in (
        ({"better": "low"}, "margin: say how large a difference of costly_crisis matters"),
        ({"better": "less"}, "better: must be low, high or none, got 'less'"),
        ({"margin": -1}, "margin: must be a number above 0, got -1"),
    ):
        with pytest.raises(ValueError, match=message):
            result.with_outcome(costly_crisis, **options)
    with pytest.raises(ValueError, match="Strait records this name already"):
        own.with_outcome(costly_crisis)
