"""The captions: sentences that turn when the numbers turn, and that claim no more than is settled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from made_up_run import experiment, run

from analysis.figures import captions
from analysis.figures.timelines import FIRSTS, LOSSES
from analysis.questions import compare
from sim.results.result import Result
from sim.results.tables import shown_contrasts
from sim.scenario.experiment import Experiment

EXP = experiment(worldviews={"newsham": "If Newsham is right", "self": "If Self is right", "neutral": "Neutral"})
FORCE = "use_of_force"
Row = dict[str, Any]
BETTER: Row = {"difference": -0.031, "low": -0.033, "high": -0.029, "verdict": "a better"}
BETTER |= {"simultaneous_low": -0.034, "simultaneous_high": -0.028, "identical": False, "trials_needed": 3}
WORSE: Row = {"difference": 0.02, "low": 0.018, "high": 0.022, "verdict": "b better"}
WORSE |= {"simultaneous_low": 0.017, "simultaneous_high": 0.023, "identical": False, "trials_needed": 8}
OPEN: Row = {"difference": -0.002, "low": -0.006, "high": 0.002, "verdict": "undecided"}
OPEN |= {"simultaneous_low": -0.008, "simultaneous_high": 0.004, "identical": False, "trials_needed": 800}
SAME: Row = OPEN | {"verdict": "same within margin", "simultaneous_low": -0.004}
EQUAL: Row = dict.fromkeys(SAME, 0.0) | {"verdict": "same within margin", "identical": True}


@pytest.fixture(scope="module")
def result() -> Result:
    return run(EXP)


def said(text: str) -> str:
    """Give a caption with plain spaces."""
    return text.replace("\u00a0", " ")


def differences(exp: Experiment, *rows: dict[str, Any], turned: bool = False) -> pd.DataFrame:
    """Make a table in which worldview w has the figures rows[w] for every outcome, direct ties minus status quo."""
    made = []
    for view, figures in zip(exp.worldviews, rows, strict=True):
        for outcome in compare.primary(exp):
            names = ("status_quo", "direct_ties") if turned else ("direct_ties", "status_quo")
            where = {"start": "2026", "worldview": view.name, "outcome": outcome.name}
            made.append(where | dict(zip(("policy_a", "policy_b"), names, strict=True)) | figures)
    return pd.DataFrame(made)


def two() -> Experiment:
    return replace(EXP, policies=EXP.policies[:2])


def first_sentence(*rows: dict[str, Any], turned: bool = False) -> str:
    table = differences(two(), *rows, turned=turned)
    return said(captions.differences(two(), table, "2026")).split(". Comparisons")[0]


START = "With Direct ties instead of Status quo, the share of trials with “Use of force” is "


def test_the_caption_says_who_is_better_under_whose_beliefs() -> None:
    assert first_sentence(BETTER, WORSE, OPEN) == START + (
        "3.1 points lower if Newsham is right (joint 95 % interval 2.8 to 3.4 points), "
        "2.0 points higher if Self is right (1.7 to 2.3 points) and "
        "not settled under “Neutral” (0.80 points lower to 0.40 points higher)"
    )


def test_the_caption_turns_with_the_result() -> None:
    assert first_sentence(WORSE, BETTER, OPEN) == START + (
        "2.0 points higher if Newsham is right (joint 95 % interval 1.7 to 2.3 points), "
        "3.1 points lower if Self is right (2.8 to 3.4 points) and "
        "not settled under “Neutral” (0.80 points lower to 0.40 points higher)"
    )


def test_nothing_is_claimed_where_nothing_is_settled() -> None:
    assert first_sentence(OPEN, SAME, EQUAL) == START + (
        "not settled if Newsham is right (joint 95 % interval 0.80 points lower to 0.40 points higher), "
        "the same within 0.5 points if Self is right and identical in every trial under “Neutral”"
    )


def test_the_order_of_a_pair_in_the_table_does_not_matter() -> None:
    swapped = [{"difference": -row["difference"], "low": -row["high"], "high": -row["low"],
                "simultaneous_low": -row["simultaneous_high"], "simultaneous_high": -row["simultaneous_low"],
                "trials_needed": row["trials_needed"],
                "verdict": {"a better": "b better", "b better": "a better"}.get(row["verdict"], row["verdict"]),
                "identical": row["identical"]} for row in (BETTER, WORSE, OPEN)]  # fmt: skip
    assert first_sentence(*swapped, turned=True) == first_sentence(BETTER, WORSE, OPEN)


def test_without_a_joint_interval_the_pointwise_one_is_quoted() -> None:
    blank: dict[str, Any] = dict.fromkeys(("simultaneous_low", "simultaneous_high"), pd.NA)
    assert "3.1 points lower if Newsham is right (95 % interval 2.9 to 3.3 points)" in first_sentence(
        BETTER | blank, WORSE | blank, OPEN | blank
    )
    blank |= dict.fromkeys(("low", "high", "verdict"), pd.NA)
    assert "not settled if Newsham is right, not settled" in first_sentence(*[BETTER | blank] * 3)


@pytest.mark.parametrize(
    ("row", "counted"),
    [(BETTER, "12 settled"), (OPEN, "12 undecided"), (SAME, "12 the same within the margin"),
     (EQUAL, "12 identical in every trial")],
)  # fmt: skip
def test_every_comparison_is_counted_once(row: dict[str, Any], counted: str) -> None:
    caption = captions.differences(two(), differences(two(), row, row, row), "2026")
    assert caption.endswith(f"Comparisons shown: 12, of which {counted}.")


def test_the_grid_turns_with_the_result() -> None:
    right = captions.who_is_right(EXP, *tables(run(EXP, signs=(1, -1, 0.1))), "2026")
    turned = captions.who_is_right(EXP, *tables(run(EXP, signs=(-1, 1, 0.1))), "2026")
    for caption, newsham, self in ((right, "Direct ties", "Status quo"), (turned, "Status quo", "Direct ties")):
        assert f"if Newsham is right, {newsham} is clearly best on" in caption
        assert f"if Self is right, {self} is clearly best on" in caption


def tables(result: Result) -> tuple[pd.DataFrame, pd.DataFrame]:
    return result.summary(), result.differences()


@pytest.mark.parametrize(
    ("row", "head", "words"),
    [(BETTER, "Direct ties", "Direct ties is clearly best on 4"),
     (OPEN, "Undecided", "the best is undecided on 4"),
     (SAME, "No real difference", "the best are the same within the margin on 4"),
     (EQUAL, "No real difference", "the best are the same within the margin on 4")],
)  # fmt: skip
def test_the_grid_names_the_best_only_where_it_is_settled(
    result: Result, row: dict[str, Any], head: str, words: str
) -> None:
    exp, table, summary = two(), differences(two(), row, row, row), result.summary()
    assert f"if Newsham is right, {words}" in captions.who_is_right(exp, summary, table, "2026")
    levels, versus = compare.means(summary, "2026"), compare.comparisons(table, "2026")
    force = exp.catalogue.outcomes[FORCE]
    assert captions.cell(exp, levels, versus, "newsham", force)[0] == head


def test_the_grid_names_those_in_front_where_only_some_are_settled(result: Result) -> None:
    levels = compare.means(result.summary(), "2026")
    versus = compare.comparisons(result.differences(), "2026")
    tied = ("newsham", FORCE, "direct_ties", "interoperability")
    versus[tied] = replace(versus[tied], verdict="same")
    head, detail = captions.cell(EXP, levels, versus, "newsham", EXP.catalogue.outcomes[FORCE])
    assert head == "Direct ties or Interoperability"
    assert detail.endswith("the same within 0.5 points")


def test_shares_run_from_the_lowest_policy_to_the_highest(result: Result) -> None:
    summary = result.summary()
    rows = summary[(summary["outcome"] == FORCE) & (summary["worldview"] == "self")]
    least, most = rows["estimate"].min(), rows["estimate"].max()
    words = f"if Self is right, {captions.percent(least)} (Status quo) to {captions.percent(most)} (Both)"
    assert words in captions.outcome_shares(EXP, summary, "2026")


def test_one_policy_is_compared_with_nothing(result: Result) -> None:
    alone = replace(EXP, policies=EXP.policies[:1])
    caption = captions.outcome_shares(alone, result.summary(), "2026")
    assert "Status quo" not in caption
    assert "compared" not in caption


def test_equal_policies_are_said_to_be_equal() -> None:
    still = run(EXP, signs=(0, 0, 0))
    caption = said(captions.outcome_shares(EXP, still.summary(), "2026"))
    assert "if Self is right, 23.4 % with every policy;" in caption


def test_the_end_of_taiwans_bands_is_told(result: Result) -> None:
    rows = result.rungs[result.rungs["worldview"] == "newsham"]
    caption = said(captions.rungs_over_time(EXP, rows, "newsham"))
    assert "if Newsham is right, Taiwan has fallen in 9.3 % (Both) to 12.0 % (Status quo);" in caption


@pytest.mark.parametrize(("mean", "tail"), [(0.85, True), (0.5, False)])
def test_a_tail_is_blamed_only_where_it_makes_the_mean(mean: float, tail: bool) -> None:
    losses = [EXP.catalogue.outcomes[name] for name in LOSSES]
    one = {"half": 0.4, "mean": mean, "1 in 20": 14.0}
    spread = {(w.name, p.name, o.name): one for w in EXP.worldviews for p in EXP.policies for o in losses}
    caption = said(captions.economic_loss(EXP, spread, losses, "neutral", "status_quo"))
    amounts = f"0.40 % of GDP in the middle trial, {mean:.2f} on average, 14.0 or more in 1 of 20"
    assert f"With Status quo under “Neutral”, “{losses[0].label}” is {amounts}" in caption
    assert ("bad tail" in caption) == tail


def test_no_caption_forecasts(result: Result) -> None:
    summary, table = tables(result)
    shares = {(w.name, p.name, first): 0.3 for w in EXP.worldviews for p in EXP.policies for first in FIRSTS}
    every = [
        captions.outcome_shares(EXP, summary, "2026"),
        captions.differences(EXP, table, "2026"),
        captions.who_is_right(EXP, summary, table, "2026"),
        captions.rungs_over_time(EXP, result.rungs[result.rungs["worldview"] == "self"], "self"),
        captions.first_times(EXP, shares, FIRSTS),
    ]
    for caption in every:
        assert not re.search(r"\b(will|forecasts?|predicts?|expected|likely|nan)\b", caption)
        assert caption.endswith(".")


def test_policies_of_ones_own_are_compared_with_the_yardstick() -> None:
    own = experiment({"mine": "Mine", "status_quo": "Status quo", "both": "Both", "other": "Other"})
    assert shown_contrasts(own) == [("both", "status_quo"), ("mine", "status_quo"), ("other", "status_quo")]
    assert compare.rivals(own) == ["mine", "status_quo", "both", "other"]
    none_known = experiment({"a": "A", "b": "B", "c": "C"})
    assert shown_contrasts(none_known) == [("b", "a"), ("c", "a")]
    assert compare.rivals(none_known) == ["a", "b", "c"]


def test_the_rivals_of_the_debate_are_those_compared_with_each_other() -> None:
    assert compare.rivals(EXP) == ["status_quo", "direct_ties", "interoperability"]


def test_the_most_neutral_worldview_is_found_by_its_numbers_not_its_name() -> None:
    renamed = [replace(view, name=f"w{i}") for i, view in enumerate(EXP.worldviews)]
    assert replace(EXP, worldviews=tuple(renamed)).most_neutral().name == "w2"
    assert replace(EXP, worldviews=tuple(renamed[:1])).most_neutral().name == "w0"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (0.00001, "under 0.01 %"), (0.0012, "0.12 %"), (0.0314, "3.1 %"), (1.0, "100.0 %")],
)
def test_small_shares_are_not_rounded_away(share: float, words: str) -> None:
    assert said(captions.percent(share)) == words
