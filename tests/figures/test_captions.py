"""The captions: sentences that turn when the numbers turn, and that claim no more than is settled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from made_up_run import experiment, run

import sim
from analysis.figures import captions
from analysis.figures.differences_figure import describe_differences, draw_differences
from analysis.figures.economic_loss_figure import describe_losses
from analysis.figures.first_times_figure import describe_first_times
from analysis.figures.outcome_shares_figure import draw_outcome_shares
from analysis.figures.rungs_figure import describe_rungs
from analysis.figures.verdict_grid import cell_text, describe_leaders, draw_who_is_right
from analysis.questions import compare
from analysis.questions.timelines import FIRST_EVENTS, LOSSES
from sim.results.result import Result
from sim.results.tables import shown_contrasts
from sim.scenario.experiment import Experiment

EXP = experiment(worldviews={"newsham": "If Newsham is right", "self": "If Self is right", "neutral": "The evidence"})
FORCE = "use_of_force"
Row = dict[str, Any]
USUAL: Row = {"identical": False, "margin": 0.005}
BETTER: Row = {"difference": -0.031, "low": -0.033, "high": -0.029, "verdict": "a better"}
BETTER |= {"simultaneous_low": -0.034, "simultaneous_high": -0.028, **USUAL, "trials_needed": 3}
WORSE: Row = {"difference": 0.02, "low": 0.018, "high": 0.022, "verdict": "b better"}
WORSE |= {"simultaneous_low": 0.017, "simultaneous_high": 0.023, **USUAL, "trials_needed": 8}
OPEN: Row = {"difference": -0.002, "low": -0.006, "high": 0.002, "verdict": "undecided"}
OPEN |= {"simultaneous_low": -0.008, "simultaneous_high": 0.004, **USUAL, "trials_needed": 800}
SAME: Row = OPEN | {"verdict": "same within margin", "simultaneous_low": -0.004}
FEW: Row = (
    OPEN
    | {"verdict": "too few to say"}
    | dict.fromkeys(("low", "high", "simultaneous_low", "simultaneous_high", "trials_needed"), pd.NA)
)
SMALL: Row = BETTER | {"difference": -0.002, "low": -0.003, "high": -0.001, "verdict": "a better but may be small"}
SMALL |= {"simultaneous_low": -0.0035, "simultaneous_high": -0.0005}
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
    return said(describe_differences(two(), table, "2026")).split(". Of 12")[0]


START = (
    "Change in how often force is used (joint 95 % interval). Do open ties help or hurt? "
    "Open ties instead of the status quo: "
)


def test_the_caption_says_who_is_better_under_whose_beliefs() -> None:
    assert first_sentence(BETTER, WORSE, OPEN) == START + (
        "if Newsham is right, 3.1 points lower (2.8 to 3.4); "
        "if Self is right, 2.0 points higher (1.7 to 2.3); on the evidence, too close to call (−0.8 to +0.4)"
    )


def test_the_caption_turns_with_the_result() -> None:
    assert first_sentence(WORSE, BETTER, OPEN) == START + (
        "if Newsham is right, 2.0 points higher (1.7 to 2.3); "
        "if Self is right, 3.1 points lower (2.8 to 3.4); on the evidence, too close to call (−0.8 to +0.4)"
    )


def test_nothing_is_claimed_where_nothing_is_settled() -> None:
    assert first_sentence(OPEN, SAME, EQUAL) == START + (
        "if Newsham is right, too close to call (−0.8 to +0.4); if Self is right, "
        "no difference that matters (under 0.5 points); on the evidence, identical in every trial"
    )


def test_the_order_of_a_pair_in_the_table_does_not_matter() -> None:
    swapped = [{"difference": -row["difference"], "low": -row["high"], "high": -row["low"],
                "simultaneous_low": -row["simultaneous_high"], "simultaneous_high": -row["simultaneous_low"],
                "margin": row["margin"], "trials_needed": row["trials_needed"],
                "verdict": {"a better": "b better", "b better": "a better"}.get(row["verdict"], row["verdict"]),
                "identical": row["identical"]} for row in (BETTER, WORSE, OPEN)]  # fmt: skip
    assert first_sentence(*swapped, turned=True) == first_sentence(BETTER, WORSE, OPEN)


def test_an_interval_that_excludes_0_is_never_called_no_difference() -> None:
    text = first_sentence(SMALL, SMALL, SMALL)
    assert "if Newsham is right, 0.2 points lower (0.05 to 0.4; clear but may be small)" in text
    assert "no difference" not in text


def test_without_a_joint_interval_the_pointwise_one_is_quoted() -> None:
    blank: dict[str, Any] = dict.fromkeys(("simultaneous_low", "simultaneous_high"), pd.NA)
    text = first_sentence(BETTER | blank, WORSE | blank, OPEN | blank)
    assert text.startswith("Change in how often force is used (95 % interval). ")
    assert "if Newsham is right, 3.1 points lower (2.9 to 3.3)" in text
    blank |= dict.fromkeys(("low", "high", "verdict"), pd.NA)
    few = "if Newsham is right, too few trials to say; if Self is right, too few trials to say"
    assert few in first_sentence(*[BETTER | blank] * 3)


@pytest.mark.parametrize(
    ("row", "counted"),
    [(BETTER, "12 are clear and large enough to matter"), (OPEN, "12 are too close to call"),
     (SAME, "12 make no difference that matters"),
     (SMALL, "12 are clear but may be small"), (FEW, "12 have too few trials to say"),
     (EQUAL, "12 make no difference that matters")],
)  # fmt: skip
def test_every_comparison_is_counted_once(row: dict[str, Any], counted: str) -> None:
    caption = describe_differences(two(), differences(two(), row, row, row), "2026")
    assert caption.endswith(f"Of 12 comparisons, {counted}.")


def test_the_grid_turns_with_the_result() -> None:
    three = replace(EXP, policies=EXP.policies[:3])
    right = describe_leaders(three, *tables(run(three, signs=(1, -1, 0.1))), "2026")
    turned = describe_leaders(three, *tables(run(three, signs=(-1, 1, 0.1))), "2026")
    for caption, newsham, self in ((right, "open ties", "the status quo"), (turned, "the status quo", "open ties")):
        assert f"If Newsham is right, {newsham} is clearly best on" in caption
        assert f"If Self is right, {self} is clearly best on" in caption


def tables(result: Result) -> tuple[pd.DataFrame, pd.DataFrame]:
    return result.summary(), result.differences()


@pytest.mark.parametrize(
    ("row", "head", "words"),
    [(BETTER, "Open ties", "open ties is clearly best on four"),
     (SMALL, "Open ties", "on four the best is clear, but its lead may be small"),
     (OPEN, "Undecided", "on four it is too close to call"),
     (FEW, "Too few trials", "on four there are too few trials to say"),
     (SAME, "No real difference", "on four there is no difference that matters"),
     (EQUAL, "No real difference", "on four there is no difference that matters")],
)  # fmt: skip
def test_the_grid_names_the_best_only_where_it_is_settled(
    result: Result, row: dict[str, Any], head: str, words: str
) -> None:
    exp, table, summary = two(), differences(two(), row, row, row), result.summary()
    assert f"If Newsham is right, {words}" in describe_leaders(exp, summary, table, "2026")
    levels, versus = compare.means(summary, "2026"), compare.comparisons(table, "2026")
    force = exp.catalogue.outcomes[FORCE]
    assert cell_text(exp, levels, versus, "newsham", force)[0] == head


def test_the_grid_names_the_best_of_all_policies_that_are_played(result: Result) -> None:
    """A policy outside the questions may do best: the grid once left it out and named the wrong one."""
    summary, versus = result.summary(), compare.comparisons(result.differences(), "2026")
    levels = compare.means(summary, "2026")
    outside = "quiet_depth"
    assert outside not in {name for entry in EXP.contrasts if entry.words for name in entry.policies}
    levels["newsham", outside, FORCE] = (0.0, 0.0, 0.0)
    for policy in EXP.policies:
        pair = ("newsham", FORCE, outside, policy.name)
        if policy.name != outside:
            versus[pair] = replace(versus[pair], verdict="better")
    force = EXP.catalogue.outcomes[FORCE]
    lead = compare.leader(EXP, levels, versus, "newsham", force)
    assert (lead.policy, lead.status) == (outside, "settled")
    assert cell_text(EXP, levels, versus, "newsham", force)[0] == captions.title(EXP, outside)
    (keys,) = draw_who_is_right(EXP, *tables(result), "2026").figure.legends
    labels = [said(text.get_text()).replace("\n", " ") for text in keys.get_texts()]
    assert labels[: len(EXP.policies)] == [policy.title for policy in EXP.policies]


def test_a_policy_that_is_clearly_worse_is_not_among_those_alike(result: Result) -> None:
    levels = compare.means(result.summary(), "2026")
    versus = compare.comparisons(result.differences(), "2026")
    pairs = {name: ("newsham", FORCE, "direct_ties", name) for name in ("interoperability", "status_quo")}
    three = replace(EXP, policies=EXP.policies[:3])
    for name, verdict in (("interoperability", "same"), ("status_quo", "a little better")):
        versus[pairs[name]] = replace(versus[pairs[name]], verdict=verdict)
    lead = compare.leader(three, levels, versus, "newsham", EXP.catalogue.outcomes[FORCE])
    assert (lead.unsettled, lead.status) == (("interoperability",), "same")


def test_the_grid_names_those_in_front_where_only_some_are_settled(result: Result) -> None:
    levels = compare.means(result.summary(), "2026")
    versus = compare.comparisons(result.differences(), "2026")
    tied = ("newsham", FORCE, "direct_ties", "interoperability")
    versus[tied] = replace(versus[tied], verdict="same")
    three = replace(EXP, policies=EXP.policies[:3])
    head, detail = cell_text(three, levels, versus, "newsham", EXP.catalogue.outcomes[FORCE])
    assert head == "Open ties or Integration with the US"
    assert detail.endswith("apart by less than 0.5 points")


def test_shares_are_told_as_frequencies(result: Result) -> None:
    summary = result.summary()
    levels = compare.means(summary, "2026")
    first, second = (round(100 * levels["self", name, FORCE][0]) for name in ("status_quo", "direct_ties"))
    expected = f"If Self is right: under the status quo, force is used in {first} of 100 imagined decades"
    assert f"{expected}; with open ties in {second}." in draw_outcome_shares(EXP, summary, "2026").caption


def test_each_sentence_has_the_number_of_ones_own_policy() -> None:
    own = experiment({"status_quo": "Status quo", "direct_ties": "Open ties", "both": "Both", "mine": "My plan"})
    played = run(own)
    levels = {cell: level for cell, (level, _, _) in compare.means(played.summary(), "2026").items()}
    for name in (FORCE, "japan_gdp_loss_pct"):
        outcome = own.catalogue.outcomes[name]
        for view in own.worldviews:
            assert "with “My plan”" in captions.frequency_sentence(own, view, outcome, levels)
    assert "“My plan” instead of the status quo: if Newsham" in describe_differences(own, played.differences(), "2026")
    rows = played.rungs[played.rungs["worldview"] == "newsham"]
    assert "with “My plan”" in describe_rungs(own, rows, own.worldviews[0])
    values = {"median": 0.4, "mean": 0.5}
    spread = {(w.name, p.name, name): values for w in own.worldviews for p in own.policies for name in LOSSES}
    assert "ith “My plan”, Japan loses" in said(describe_losses(own, spread, own.most_neutral()))


def test_one_policy_is_compared_with_nothing(result: Result) -> None:
    alone = replace(EXP, policies=EXP.policies[:1])
    caption = draw_outcome_shares(alone, result.summary(), "2026").caption
    assert "open ties" not in caption
    assert "compare" not in caption


def test_own_titles_and_names_keep_their_capitals() -> None:
    own = experiment({"status_quo": "Status quo", "japan_first": "Japan first", "quiet": "Quiet help"})
    words = [captions.policy_phrase(own, name) for name in ("status_quo", "japan_first", "quiet")]
    assert words == ["the status quo", "“Japan first”", "“Quiet help”"]


def test_the_end_of_taiwans_bands_is_told(result: Result) -> None:
    rows = result.rungs[result.rungs["worldview"] == "newsham"]
    caption = said(describe_rungs(EXP, rows, EXP.worldviews[0]))
    assert caption.endswith("the status quo, Taiwan has fallen by the end in 12 of 100 imagined decades; "
                            "with open ties in 10 of 100.")  # fmt: skip


@pytest.mark.parametrize(("mean", "tail"), [(0.85, True), (0.5, False)])
def test_a_tail_is_blamed_only_where_it_makes_the_mean(mean: float, tail: bool) -> None:
    values = {"median": 0.4, "mean": mean, "1 in 20": 14.0}
    spread = {(w.name, p.name, name): values for w in EXP.worldviews for p in EXP.policies for name in LOSSES}
    caption = said(describe_losses(EXP, spread, EXP.most_neutral()))
    amounts = f"0.4 % of GDP in the median trial and {captions.digits(mean)} on average; 1 in 20 loses more than 14."
    assert f"On the evidence, under the status quo: Japan loses {amounts}" in caption
    assert ("raise the average" in caption) == tail


def test_no_caption_forecasts(result: Result) -> None:
    summary, table = tables(result)
    shares = {(w.name, p.name, first): 0.3 for w in EXP.worldviews for p in EXP.policies for first in FIRST_EVENTS}
    every = [
        draw_outcome_shares(EXP, summary, "2026").caption,
        describe_differences(EXP, table, "2026"),
        describe_leaders(EXP, summary, table, "2026"),
        describe_rungs(EXP, result.rungs[result.rungs["worldview"] == "self"], EXP.worldviews[1]),
        describe_first_times(EXP, shares),
    ]
    for caption in every:
        assert not re.search(r"\b(will|forecasts?|predicts?|expected|likely|nan)\b", caption)
        assert caption.endswith(".")


def test_the_policy_listed_first_is_the_baseline_of_all() -> None:
    own = experiment({"mine": "Mine", "status_quo": "Status quo", "both": "Both", "other": "Other"})
    against_mine = [("status_quo", "mine"), ("both", "mine"), ("other", "mine")]
    assert shown_contrasts(own) == against_mine
    assert captions.compared_policies(own) == ["mine", "status_quo", "other"]
    assert compare.rivals(own) == ["mine", "status_quo", "both", "other"]
    none_known = experiment({"a": "A", "b": "B", "c": "C"})
    assert shown_contrasts(none_known) == [("b", "a"), ("c", "a")]
    assert compare.rivals(none_known) == ["a", "b", "c"]


def test_the_rivals_of_the_debate_are_those_of_its_questions() -> None:
    assert compare.rivals(EXP) == ["status_quo", "direct_ties", "interoperability", "both"]
    unasked = tuple(replace(entry, words="") for entry in EXP.contrasts)
    assert compare.rivals(replace(EXP, contrasts=unasked)) == [policy.name for policy in EXP.policies]


def test_the_caption_and_the_figure_ask_the_three_questions_in_order(result: Result) -> None:
    drawn = draw_differences(EXP, result.differences(), "2026")
    (labels, *_) = (axes.get_yticklabels() for axes in drawn.figure.axes)
    heads = [label.get_text().replace("\n", " ") for label in labels if label.get_fontweight() == "bold"]
    words = [entry.words for entry in EXP.contrasts if entry.key]
    assert heads[:3] == words
    places = [drawn.caption.index(text) for text in words]
    assert places == sorted(places)


def test_the_most_neutral_worldview_is_found_by_its_numbers_not_its_name() -> None:
    renamed = [replace(view, name=f"w{i}") for i, view in enumerate(EXP.worldviews)]
    assert replace(EXP, worldviews=tuple(renamed)).most_neutral().name == "w2"
    assert replace(EXP, worldviews=tuple(renamed[:1])).most_neutral().name == "w0"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (0.00001, "under 0.01 %"), (0.0012, "0.1 %"), (0.00012, "0.01 %"), (0.031, "3.1 %"), (1.0, "100 %")],
)
def test_small_shares_are_not_rounded_away(share: float, words: str) -> None:
    assert said(captions.percent(share)) == words


def test_an_interval_that_rounds_to_zero_has_no_sign_there() -> None:
    force = EXP.catalogue.outcomes[FORCE]
    assert captions.interval_words(-0.00002, 0.004, force) == "0 to +0.4"
    assert captions.interval_words(-0.01, 0.2, force) == "−1.0 to +20"


def test_the_letters_of_a_policy_called_a_b_stay() -> None:
    exp = sim.load("debate")
    named = replace(exp, policies=(replace(exp.policies[0], name="a-b", title="A-B", plain_name=""),))
    assert captions.policy_phrase(named, "a-b") == "“A-B”"


def test_counts_that_only_look_equal_have_a_decimal() -> None:
    exp = sim.load("debate", starts=["2026"])
    view, outcome = exp.worldviews[0], exp.catalogue.outcomes["use_of_force"]

    def said(before: float, after: float) -> str:
        shares = {(view.name, "status_quo", outcome.name): before, (view.name, "direct_ties", outcome.name): after}
        return captions.frequency_sentence(exp, view, outcome, shares)

    assert "in 27.7 of 100 imagined decades; with open ties in 28.4." in said(0.277, 0.284)
    assert "in 27 of 100 imagined decades; with open ties in 18." in said(0.267, 0.182)
    assert "in 28 of 100 imagined decades; with open ties in 28." in said(0.28, 0.28)
