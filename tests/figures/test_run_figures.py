"""The figures: whole, legible at any size of experiment, true to their tables, and the same bytes twice."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from figure_text import faults_of
from made_up_run import experiment, run
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from analysis.figures import (
    differences_figure,
    figure_layout,
    first_times_figure,
    outcome_shares_figure,
    risk_cost_figure,
    run_figures,
    rungs_figure,
    style,
)
from analysis.figures.figure_layout import CaptionedFigure
from analysis.figures.text import text_inches, wrap_text
from analysis.questions.compare import comparisons, means, primary
from sim.results.result import Result
from sim.results.tables import shown_contrasts

CROWD = {
    "status_quo": "Status quo",
    "direct_ties": "Direct ties",
    "interoperability": "Interoperability",
    "both": "Both",
    "quiet_depth": "Quiet depth",
    "mine": "Deep but discreet ties with a Japanese–Taiwanese liaison office and quiet training in Guam",
    "dear": "Counterstrike & $5bn of shelters, $2bn of missiles",
    "last": "Dispersal",
}
BELIEFS = {
    "newsham": "If Newsham is right about everything except the public's opinion of the PRC",
    "self": "If Self is right",
    "neutral": "The evidence",
}
SIZES: dict[str, dict[str, Any]] = {
    "debate": {},
    "one policy, one worldview": {"policies": {"status_quo": "Status quo"}, "worldviews": {"self": "Self"}},
    "eight policies, long titles": {"policies": CROWD, "worldviews": BELIEFS, "trials": 80},
    "one trial, one month": {
        "policies": {"a": "A", "b": "B"},
        "worldviews": {"self": "Self"},
        "trials": 1,
        "months": 1,
    },
}


@cache
def played(size: str) -> Result:
    return run(experiment(**SIZES[size]))


@pytest.fixture(scope="module")
def result() -> Result:
    return played("debate")


@pytest.fixture(scope="module", params=SIZES)
def figures(request: pytest.FixtureRequest) -> list[CaptionedFigure]:
    return list(run_figures.draw_run(played(request.param)))


def test_no_text_is_cut_overlaps_or_leaves_the_page(figures: list[CaptionedFigure]) -> None:
    assert not [fault for drawn in figures for fault in faults_of(drawn)]


def test_each_page_says_what_it_is_made_of(figures: list[CaptionedFigure]) -> None:
    for drawn in figures:
        words = [text.get_text().replace("\n", " ").replace(r"\$", "$") for text in drawn.figure.texts]
        title, under, caption, footer = words
        assert title.endswith("?")
        assert "November 2026" in under
        assert caption == drawn.caption
        for part in ("per cell", "seed 7", "start: November 2026", "does not predict"):
            assert part in footer


def test_figures_that_compare_want_two_policies(figures: list[CaptionedFigure], request: pytest.FixtureRequest) -> None:
    names = {drawn.name.removesuffix("_2026") for drawn in figures}
    assert len(names) == len(figures)
    assert figures[0].name == "risk_against_cost_2026"
    assert {"outcome_shares", "rungs_over_time", "first_times", "economic_loss"} <= names
    compared = names & {"differences", "who_is_right"}
    assert len(compared) == (0 if "one policy" in request.node.callspec.id else 2)


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    result, written = played("one policy, one worldview"), []
    for turn in ("one", "two"):
        folder = tmp_path / turn
        folder.mkdir()
        drawn = rungs_figure.draw_rungs_over_time(result.experiment, result.rungs, "2026")
        written.append([path.read_bytes() for path in figure_layout.save_figure(drawn, folder)])
    assert written[0] == written[1]
    assert drawn.caption.encode() in written[0][1]
    assert dict(matplotlib.rcParams) == before


def test_risk_and_cost_stand_where_the_summary_has_them(result: Result) -> None:
    exp, levels = result.experiment, means(result.summary(), "2026")
    panels = next(run_figures.draw_run(result)).figure.axes
    for panel, view in zip(panels, exp.worldviews, strict=True):
        known = [(100 * levels[view.name, policy.name, "use_of_force"][0],
                  levels[view.name, policy.name, "japan_gdp_loss_pct"][0]) for policy in exp.policies]  # fmt: skip
        drawn = [tuple(np.asarray(line.get_xydata())[0].tolist()) for line in panel.lines]
        assert drawn == known


def test_the_key_says_what_each_policy_takes(result: Result) -> None:
    exp = result.experiment
    view, name = exp.most_neutral().name, exp.policies[-1].name
    numbers = {"lever_years": (23.7, 21.0, 26.0), "lever_years_planned": (59.85, 59.85, 59.85)}
    levels = {(view, name, outcome): number for outcome, number in numbers.items()}
    assert risk_cost_figure.describe_takes(exp, levels) == {name: " (24 of 60)"}
    assert risk_cost_figure.describe_takes(exp, {}) == {}


def test_shares_stand_where_the_summary_has_them(result: Result) -> None:
    exp, summary = result.experiment, result.summary()
    panels = outcome_shares_figure.draw_outcome_shares(exp, summary, "2026").figure.axes
    levels = means(summary, "2026")
    for panel, name in zip(panels, outcome_shares_figure.MAIN, strict=True):
        for line, policy in zip(panel.lines, exp.policies, strict=True):
            drawn = np.asarray(line.get_xdata())
            assert drawn.tolist() == [levels[view.name, policy.name, name][0] for view in exp.worldviews]


def test_marks_stand_at_the_differences_and_show_the_verdicts(result: Result) -> None:
    exp, table = result.experiment, result.differences()
    versus = comparisons(table, "2026")
    panels = differences_figure.draw_differences(exp, table, "2026").figure.axes
    for panel, outcome in zip(panels, primary(exp), strict=True):
        marks = [line for line in panel.lines if line.get_marker() != "None"]
        shown = [versus[view.name, outcome.name, *pair] for pair in shown_contrasts(exp) for view in exp.worldviews]
        scale = 100 if outcome.unit == "share" else 1
        assert [mark.get_xdata() for mark in marks] == [[scale * one.difference] for one in shown]
        assert [mark.get_marker() for mark in marks] == [
            differences_figure.MARKS[one.verdict]["marker"] for one in shown
        ]


def test_curves_end_at_the_share_of_trials_with_the_event(result: Result) -> None:
    exp, trials = result.experiment, result.trials
    last = first_times_figure.draw_first_times(exp, trials, "2026").figure.axes[-1]
    view = exp.worldviews[-1].name
    for line, policy in zip(last.lines, exp.policies, strict=True):
        rows = trials[(trials["worldview"] == view) & (trials["policy"] == policy.name)]
        assert np.asarray(line.get_ydata())[-1] == pytest.approx(rows["use_of_force"].mean())


def test_bands_are_stacked_to_their_shares(result: Result) -> None:
    exp, rungs = result.experiment, result.rungs
    panel = rungs_figure.draw_rungs_over_time(exp, rungs, "2026", "self").figure.axes[0]
    rows = rungs[(rungs["worldview"] == "self") & (rungs["policy"] == exp.policies[0].name)]
    rows = rows[(rows["target"] == "japan") & (rows["domain"] == "economic") & (rows["month"] == 120)]
    top = max(band.get_datalim(panel.transData).y1 for band in panel.collections)
    assert top == pytest.approx(rows.loc[rows["rung"] != 0, "share"].sum())


def test_quantiles_that_too_few_trials_exceed_are_neither_drawn_nor_said() -> None:
    exp = experiment(policies={"a": "A", "b": "B"}, worldviews={"self": "Self"}, trials=100)
    result = run(exp)
    drawn = next(each for each in run_figures.draw_run(result) if "loss" in each.name)
    keys = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    assert keys == ["median", "mean", "1 trial in 10 loses more", "1 in 20 loses more"]
    alone = next(each for each in run_figures.draw_run(played("one trial, one month")) if "loss" in each.name)
    assert [text.get_text() for text in alone.figure.legends[0].get_texts()] == ["mean"]
    assert "median" not in alone.caption


def test_every_mark_of_a_loss_is_within_its_axis(figures: list[CaptionedFigure]) -> None:
    (drawn,) = (each for each in figures if each.name.startswith("economic_loss"))
    for panel in drawn.figure.axes:
        low, high = panel.get_xlim()
        for line in panel.lines:
            assert ((low <= np.asarray(line.get_xdata())) & (np.asarray(line.get_xdata()) <= high)).all()


@pytest.mark.parametrize("size", ["debate", "one trial, one month"])
def test_every_margin_is_within_its_panel(size: str) -> None:
    result = played(size)
    drawn = differences_figure.draw_differences(result.experiment, result.differences(), "2026")
    for panel in drawn.figure.axes:
        low, high = panel.get_xlim()
        bars = [patch for patch in panel.patches if isinstance(patch, Rectangle)]
        assert bars
        assert all(low < bar.get_x() and bar.get_x() + bar.get_width() < high for bar in bars)


def test_captions_of_few_trials_say_what_is_missing(figures: list[CaptionedFigure]) -> None:
    for drawn in figures:
        assert "in none imagined" not in drawn.caption
    alone = next(run_figures.draw_run(played("one trial, one month")))
    assert "too few events for an interval" in alone.caption


def test_a_shipped_policy_has_its_look_in_any_company() -> None:
    debate = style.policy_looks(experiment(**SIZES["debate"]))
    titles = {"mine": "Mine", "both": "Both", "dear": "Dear", "status_quo": "Status quo"}
    company = style.policy_looks(experiment(titles))
    assert company["both"] == debate["both"]
    assert company["status_quo"] == debate["status_quo"]
    assert not {company["mine"], company["dear"]} & {*debate.values()}


@pytest.mark.parametrize("number", [10, 40])
def test_every_policy_has_its_own_look(number: int) -> None:
    looks = style.policy_looks(experiment({f"p{i}": f"P {i}" for i in range(number)})).values()
    assert len({*looks}) == number
    assert len({look.colour for look in looks}) == min(number, len(style.COLOURS))


def test_colours_differ_and_better_and_worse_are_no_policys() -> None:
    colours = np.array([to_rgb(colour) for colour in (*style.COLOURS, style.GOOD, style.BAD)])
    apart = np.linalg.norm(colours[:, None] - colours, axis=2) + np.eye(len(colours))
    assert apart.min() > 0.2


def test_policies_and_rungs_can_be_told_apart_in_grey() -> None:
    assert len(set(style.MARKERS)) == len(set(style.COLOURS)) == len(set(style.DASHES)) == 12
    for highest in (3, 6):
        fills = style.rung_fills(highest)
        light = [float(np.dot(to_rgb(fills[rung]["facecolor"]), (0.3, 0.59, 0.11))) for rung in range(1, highest + 1)]
        assert all(a - b > 0.08 for a, b in pairwise(light))
        assert "hatch" in fills[-1]


@pytest.mark.parametrize("inches", [0.5, 1.5, 4.0])
def test_wrapped_text_keeps_its_width_and_its_words(inches: float) -> None:
    text = CROWD["mine"]
    wrapped = wrap_text(text, inches, 11)
    assert all(text_inches(line, 11) <= inches for line in wrapped.split("\n"))
    assert wrapped.replace("-\n", "").replace("\n", " ") == text
