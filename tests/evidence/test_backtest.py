"""Scores, rivals, durations and gains: results worked out by hand, and no episode trains its own forecast."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from playing import needs_kernels

from analysis.evidence.backtest import durations, forecasts, gains, report, rivals
from analysis.evidence.episodes import Episode, Record, load_others, load_record

RECORD = load_record()
FORECAST = ["episode", "domain", "rung", "forecaster"]
BLANK = RECORD.episodes[0]


def run(episodes: tuple[Episode, ...], record: Record = RECORD) -> forecasts.Backtest:
    return forecasts.run_backtest(episodes, record, worlds=300)


def planted(rungs: list[int], **other: object) -> tuple[Episode, ...]:
    """Episodes at Japan with these economic rungs, a year apart."""
    return tuple(replace(BLANK, name=f"P{i}", start=f"{1950 + i}-01", economic=rung, **other)  # type: ignore[arg-type]
                 for i, rung in enumerate(rungs))  # fmt: skip


# --- scores ---


def test_scores_by_hand() -> None:
    chances = [0.1, 0.2, 0.3, 0.4]
    assert forecasts.log_score(chances, 2) == pytest.approx(math.log(0.3))
    assert forecasts.brier(chances, 2) == pytest.approx(0.1**2 + 0.2**2 + 0.7**2 + 0.4**2)
    assert forecasts.rps(chances, 2) == pytest.approx(0.1**2 + 0.3**2 + 0.4**2)
    assert forecasts.rps(chances, 0) == pytest.approx(0.9**2 + 0.7**2 + 0.4**2)
    assert forecasts.brier([0, 1, 0], 1) == forecasts.rps([0, 1, 0], 1) == forecasts.log_score([0, 1, 0], 1) == 0


def test_a_near_miss_costs_less_in_the_ranked_score_only() -> None:
    near, far = [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]
    assert forecasts.rps(near, 1) == forecasts.rps(far, 1) < forecasts.rps(far, 2)
    assert forecasts.brier(near, 1) == forecasts.brier(far, 2)


# --- rivals ---


def test_climatology_by_hand() -> None:
    training = (*planted([0, 0, 2]), replace(BLANK, name="T", target="Taiwan", economic=1))
    pooled = (np.array([2, 1, 1, 0]) + 1 / 4) / 5
    assert rivals.climatology(training, BLANK, "economic") == pytest.approx((np.array([2, 0, 1, 0]) + pooled) / 4)


def test_trigger_type_is_drawn_to_the_climatology_where_types_are_alike_and_not_where_they_differ() -> None:
    alike = planted([0, 1] * 20, trigger_type="history") + planted([0, 1] * 20, trigger_type="legal")
    apart = planted([0] * 40, trigger_type="history") + planted([1] * 40, trigger_type="legal")
    one = replace(BLANK, trigger_type="legal")
    near = rivals.climatology(alike, one, "economic")
    assert rivals.trigger_type(alike, one, "economic") == pytest.approx(near, abs=0.005)
    assert rivals.trigger_type(apart, one, "economic")[1] > 0.95
    never = replace(BLANK, trigger_type="exercise")
    assert rivals.trigger_type(apart, never, "economic") == pytest.approx(rivals.climatology(apart, never, "economic"))


def test_ordered_logit_finds_a_slope_and_none_where_there_is_none() -> None:
    weak, strong = planted([0] * 30 + [1] * 10, provocation=0.2), planted([1] * 10 + [2] * 30, provocation=0.8)
    chances = [rivals.ordered_logit(weak + strong, replace(BLANK, provocation=x), "economic") for x in (0.2, 0.5, 0.8)]
    means = [float(np.arange(4) @ one) for one in chances]
    assert means == sorted(means)
    assert means[0] == pytest.approx(0.25, abs=0.05)
    assert means[2] == pytest.approx(1.75, abs=0.05)
    flat = planted([0, 0, 1, 2] * 10)
    assert rivals.ordered_logit(flat, BLANK, "economic") == pytest.approx([0.5, 0.25, 0.25, 0.006], abs=0.01)


@pytest.mark.parametrize("name", rivals.RIVALS)
@pytest.mark.parametrize("training", [RECORD.episodes, RECORD.episodes[:1], planted([3])])
def test_rivals_give_every_rung_a_chance(name: str, training: tuple[Episode, ...]) -> None:
    for domain, rungs in rivals.RUNGS.items():
        for provocation in (0.0, 1.0):
            episode = replace(RECORD.episodes[-1], provocation=provocation)
            chances = rivals.RIVALS[name].chances(training, episode, domain)
            assert chances.shape == (rungs,)
            assert chances.sum() == pytest.approx(1, abs=1e-12)
            assert (chances > 0).all()


# --- no episode trains its own forecast ---


@needs_kernels
def test_forecasts_add_up_and_scores_are_theirs() -> None:
    backtest = run(RECORD.episodes)
    assert list(backtest.forecasts.columns) == [
        "episode",
        "target",
        "domain",
        "rung",
        "forecaster",
        "probability",
        "observed",
    ]
    assert set(backtest.scores["forecaster"]) == {
        *forecasts.FORECASTERS, *forecasts.CHAINED,
    }  # fmt: skip
    grouped = backtest.forecasts.groupby(["episode", "domain", "forecaster"])
    assert len(grouped) == len(backtest.scores) == len(RECORD.episodes) * 2 * 9
    assert grouped["probability"].sum().to_numpy() == pytest.approx(1, abs=1e-12)
    assert (grouped["observed"].sum() == 1).all()
    happened = backtest.forecasts[backtest.forecasts["observed"] == 1].set_index(["episode", "domain", "forecaster"])
    logged = backtest.scores.set_index(["episode", "domain", "forecaster"])["log_score"]
    logs = happened["probability"].map(math.log)
    assert logs.sort_index().to_numpy() == pytest.approx(logged.sort_index().to_numpy())


@needs_kernels
def test_leaving_one_out_leaves_it_out() -> None:
    changed = replace(RECORD.episodes[4], economic=3, military=6, domain="military", months=50.0)
    episodes = tuple(changed if one.name == changed.name else one for one in RECORD.episodes)
    before, after = run(RECORD.episodes), run(episodes, RECORD._replace(episodes=episodes))

    def table(backtest: forecasts.Backtest, own: bool) -> pd.Series[float]:
        chosen = (backtest.forecasts["episode"] == changed.name) == own
        return backtest.forecasts[chosen].set_index(FORECAST)["probability"]

    assert table(before, own=True).equals(table(after, own=True))
    moved = (table(before, own=False) != table(after, own=False)).groupby(["forecaster", "episode", "domain"]).any()
    by_name = moved.groupby("forecaster").mean()[list(forecasts.FORECASTERS)].to_dict()
    assert by_name == {name: float(name in rivals.RIVALS) for name in forecasts.FORECASTERS}
    later = {one.name for one in episodes if one.start > changed.start}  # only these have it before them
    rows = moved.reset_index(name="moved")
    for name in forecasts.CHAINED:
        assert set(rows.loc[rows["moved"] & (rows["forecaster"] == name), "episode"]) == later


@needs_kernels
def test_nothing_in_a_file_trains(tmp_path: Path) -> None:
    def forecast(rung: int, months: float) -> pd.Series[float]:
        entry = {
            "target": "Japan", "trigger": "A speech", "trigger_type": "declaratory", "provocation": 0.5, "overt": True,
            "instruments": ["economic"], "max_rung": rung, "duration_months": months,
        }  # fmt: skip
        entries = [{"id": f"X{i}", "start": f"20{10 + i}-03", **entry} for i in range(5)]
        path = tmp_path / "file.yaml"
        path.write_text(yaml.safe_dump({"episodes": entries}), encoding="utf-8")
        backtest = run(load_others([path], RECORD).episodes)
        assert len(backtest.scores) == 5 * 2 * 9
        return backtest.forecasts.set_index(FORECAST)["probability"]

    assert forecast(0, 0).equals(forecast(7, 30))


def test_a_files_copy_of_a_shipped_episode_is_not_forecast_by_itself() -> None:
    twin = replace(RECORD.episodes[3], name="another name")
    assert RECORD.episodes[3] not in forecasts.training_for(twin, RECORD.episodes, "climatology")
    assert len(forecasts.training_for(twin, RECORD.episodes, "climatology")) == len(RECORD.episodes) - 1


@needs_kernels
def test_worldviews_differ_only_where_their_readings_do() -> None:
    backtest = run(RECORD.episodes).forecasts
    table = backtest.pivot_table(index=["episode", "domain", "rung"], columns="forecaster", values="probability")
    taiwan = table.loc[[one.name for one in RECORD.episodes if one.target == "Taiwan"]]
    assert (taiwan["newsham"] == taiwan["neutral"]).all()
    assert (taiwan["self"] == taiwan["neutral"]).all()
    drill = table.xs(("E34", "economic", 0))  # no answer to an open, official tie
    assert drill["self"] < drill["neutral"]


# --- durations ---


@pytest.mark.parametrize(
    ("months", "ongoing", "limits"),
    [
        (9.0, False, (8.5, 9.5, "interval")),
        (1.0, False, (0.5, 1.5, "interval")),
        (0.1, False, (0.05, 0.15, "interval")),
        (0.0, False, (0, 0.05, "left")),
        (0.05, False, (0, 0.1, "left")),
        (30.0, True, (30, math.inf, "right")),
        (0.0, True, (0, math.inf, "right")),
    ],
)
def test_a_duration_is_known_between_limits(months: float, ongoing: bool, limits: tuple[float, float, str]) -> None:
    recorded = durations.recorded_limits(replace(BLANK, months=months, ongoing=ongoing))
    assert recorded == pytest.approx(limits)
    assert durations.recorded_limits(replace(BLANK, months=None)) is None
    assert durations.recorded_limits(replace(BLANK, domain="none")) is None


def test_the_law_of_durations_by_hand() -> None:
    quarter = 4 * 3 ** (-0.6)  # log-odds of a quarter are -ln 3
    assert durations.prob_ended(quarter, 4.0, 0.6) == pytest.approx(0.25)
    between, limits, worlds = durations.prob_between, durations.Limits, np.array([4.0, 4.0])
    assert between(limits(quarter, 4.0, "interval"), 4.0, 0.6) == pytest.approx(0.25)
    assert between(limits(4.0, math.inf, "right"), worlds, 0.6) == pytest.approx(0.5)
    assert between(limits(0.0, 4.0, "left"), 4.0, 0.6) == pytest.approx(0.5)
    assert durations.median_of_mixture(np.array([7.0, 7.0]), 0.6) == pytest.approx(7)


def test_a_rival_finds_a_planted_law() -> None:
    ranks = (np.arange(200) + 0.5) / 200
    months = 8 * np.exp(0.5 * np.log(ranks / (1 - ranks)))
    training = tuple(replace(BLANK, name=str(i), months=float(m), ongoing=bool(m > 20)) for i, m in enumerate(months))
    training = tuple(replace(one, months=20.0) if one.ongoing else one for one in training)
    for name in rivals.RIVALS:
        median, spread = rivals.fit_duration(name, training, BLANK)
        assert median == pytest.approx(8, rel=0.05)
        assert spread == pytest.approx(0.5, rel=0.08)


# --- gains ---


def test_intervals_cover_what_was_planted() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    runs, size = 500, 14
    for seed in range(runs):
        members = np.repeat(np.arange(size), rng.integers(1, 4, size))
        noise = rng.normal(size=size)[members] + rng.normal(size=len(members))
        sums = [np.bincount(members, values).astype(np.float64) for values in (noise, np.ones(len(members)))]
        low, high = gains.interval_of_clusters(sums[0], sums[1], seed, resamples=500)
        covered += low <= 0 <= high
    assert abs(covered / runs - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_smallest_gain_is_shown_in_four_of_five_samples(sign: int) -> None:
    """Clusters with a long tail on one side, as log scores have. By a formula of Student's t it was .65."""
    rng = np.random.default_rng(8)
    size = 20
    population = sign * (1 - rng.exponential(size=size))
    population -= population.mean()
    smallest = gains.cluster_mean(population.tolist(), [str(i) for i in range(size)], seed=3).smallest
    assert smallest is not None
    shown = {1: 0, -1: 0}
    for _ in range(400):
        sample = population[rng.integers(0, size, size)] * math.sqrt(size / (size - 1))
        for side in shown:
            low, high = gains.interval_of_clusters(sample + side * smallest, np.ones(size), 4, resamples=500)
            shown[side] += low > 0 if side > 0 else high < 0
    assert min(shown.values()) / 400 == pytest.approx(0.8, abs=0.07)


def test_few_clusters_have_no_interval_and_no_smallest_gain() -> None:
    assert gains.cluster_mean([0.0, 2.0, 4.0], ["a", "b", "c"], seed=1)[1:] == (None, None, None, 3)
    assert gains.cluster_mean([3.0, 1.0], ["a", "a"], seed=1) == (2.0, None, None, None, 1)
    assert gains.cluster_mean([0.0] * 7, list("abcdeff"), seed=1)[:4] == (0, 0, 0, 0)


def test_a_chained_rival_knows_earlier_years_only() -> None:
    """Later episodes change the rival that knows them, and not the one that does not, even with none before."""
    first, *_, last = sorted(RECORD.episodes, key=lambda episode: episode.start)
    assert forecasts.training_for(first, RECORD.episodes, "climatology_before") == ()
    earlier = forecasts.training_for(last, RECORD.episodes, "ordered_logit_before")
    assert earlier
    assert all(other.start < last.start for other in earlier)
    for rival in rivals.RIVALS.values():
        for domain, rungs in rivals.RUNGS.items():
            assert rival.chances((), first, domain) == pytest.approx(np.full(rungs, 1 / rungs), abs=1e-2)
    for name in rivals.RIVALS:
        median, spread = rivals.fit_duration(name, (), RECORD.episodes[0])
        assert (median, spread) == pytest.approx((math.exp(rivals.LOG_MEDIAN), 1), rel=1e-3)


@needs_kernels
def test_what_the_numbers_saw_is_said_of_any_file() -> None:
    """Episodes of a file that are those of the record were known too, whatever the file calls them."""
    known = next(episode for episode in RECORD.episodes if episode.name == "E29")
    for episode, words in ((replace(known, name="mine"), "1 of these 1 episodes were known"),
                           (replace(known, name="mine", start="2031-01"), "No number of the model")):  # fmt: skip
        said = report.sentences(forecasts.run_backtest([episode], RECORD, worlds=100), RECORD, is_record=False)
        assert any(words in sentence for sentence in said)


@needs_kernels
def test_gains_are_means_of_differences() -> None:
    backtest = run(RECORD.episodes)
    rows = {row[:5]: row for row in gains.mean_gains(backtest, forecasts.PAIRS, resamples=200)}
    for measure, sign in (("log_score", 1), ("brier", -1), ("rps", -1)):
        table = backtest.scores.pivot_table(index="episode", columns="forecaster", values=measure)
        late = [one.name for one in RECORD.episodes if one.start >= "2020-03"]
        assert 0 < len(late) < len(table)
        for sample, names in (("all", list(table.index)), ("since_2020_03", late)):
            row = rows[sample, "both", measure, "self", "climatology"]
            assert row.gain == pytest.approx(sign * float((table["self"] - table["climatology"])[names].mean()))
            assert row.episodes == len(names)
    assert rows["all", "both", "duration", "newsham", "self"].gain == pytest.approx(0, abs=0.01)
    assert not rows["all", "both", "duration", "newsham", "self"].is_clear()
