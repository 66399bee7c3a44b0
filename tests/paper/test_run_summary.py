"""The sentences at the end of a run are made from its numbers, and turn with them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import sim
from analysis.paper import run_summary


def test_what_a_run_says_turns_with_its_numbers() -> None:
    exp = sim.load("debate", trials=400, starts=["2026"], policies=["status_quo", "direct_ties"])
    result = sim.run(exp)
    turned = result.differences().copy()
    figures = ["difference", "low", "high", "simultaneous_low", "simultaneous_high"]
    turned["verdict"] = "a better"
    turned[figures] = [-0.02, -0.03, -0.01, -0.03, -0.01]
    turned["trials_needed"] = 399.0
    better = said(exp, result, turned)
    turned["verdict"] = "b better"
    turned[figures] = [0.02, 0.01, 0.03, 0.01, 0.03]
    worse = said(exp, result, turned)
    assert all("better than the status quo: open ties." in line for line in better[1:4])
    assert all("worse than the status quo: open ties." in line for line in worse[1:4])
    assert "12 are clear and large enough to matter" in better[4]
    turned[["verdict", "trials_needed"]] = "b better but may be small", 401.0
    small = said(exp, result, turned)
    assert all("worse than the status quo (clear but may be small): open ties." in line for line in small[1:4])
    assert "That is clear but may be small if Newsham is right, if Self is right and on the evidence." in small[0]
    assert "Of 12 comparisons of policies, 12 are clear but may be small." in small[4]
    turned["verdict"] = "b better"
    turned.loc[turned["worldview"] == "self", "verdict"] = "a better"
    turned.loc[turned["worldview"] == "self", "difference"] = -0.02
    answer = said(exp, result, turned)[0]
    assert "force is used more often if Newsham is right and on the evidence, less often if Self is right." in answer
    turned.loc[turned["worldview"] == "self", "verdict"] = "undecided"
    answer = said(exp, result, turned)[0]
    assert "more often if Newsham is right and on the evidence. It is too close to call if Self is" in answer


def test_each_answer_counts_the_decades() -> None:
    exp = sim.load("debate", trials=400, starts=["2026"], policies=["status_quo", "direct_ties"])
    result = sim.run(exp)
    rows = result.summary().query("outcome == 'use_of_force' and statistic == 'mean'")
    share = rows.set_index(["worldview", "policy"])["estimate"]
    line = run_summary.describe_run(result)[0]
    for view, belief in (("newsham", "If Newsham is right"), ("self", "If Self is right")):
        counts = (100 * share[view, policy] for policy in ("direct_ties", "status_quo"))
        now, then = (f"({count:.0f}|{count:.1f})" for count in counts)  # with a digit more where two counts are near
        assert re.search(rf"{belief}: in {now}( of 100 imagined decades)?, against {then}\.", line)
    assert max(len(sentence.split()) for sentence in re.split(r"[.?] ", line)) <= 30


def test_it_says_how_many_trials_would_tell_the_rest() -> None:
    exp = sim.load("debate", trials=400, starts=["2026"], policies=["status_quo", "direct_ties"])
    result = sim.run(exp)
    needed = result.differences().copy()
    at = needed["outcome"].isin(["use_of_force", "taiwan_falls", "japan_in_combat", "japan_gdp_loss_pct"])
    needed.loc[at, "trials_needed"] = 400.0
    needed.loc[at, "verdict"] = "undecided"
    assert len(said(exp, result, needed)) == 6
    needed.loc[at & (needed["worldview"] == "self"), "trials_needed"] = [401.0, 12_345.0, 900.0, 40_001.0]
    more = said(exp, result, needed)
    assert more[5] == (
        "About 13,000 trials might settle three of the 12 that are too close to call or may be small. "
        "One of the others lies at the margin. More trials will not settle it."
    )
    needed.loc[at, "trials_needed"] = pd.NA
    every = "12 of the 12 that are too close to call or may be small lie at the margin."
    assert said(exp, result, needed)[5].startswith(every)
    assert len(said(exp, result, needed)) == 7


def test_the_counts_of_the_closing_line_add_up() -> None:
    exp = sim.load("debate", trials=400, starts=["2026"], policies=["status_quo", "direct_ties"])
    result = sim.run(exp)
    made = result.differences().copy()
    kinds = ["a better", "b better but may be small", "same within margin", "undecided"]
    made["verdict"] = [kinds[i % 4] for i in range(len(made))]
    made["identical"] = False
    counts = [int(number) for number in re.findall(r"\b(\d+) (?:is|are|make|makes)\b", said(exp, result, made)[4])]
    assert len(counts) >= 3
    assert sum(counts) == 12


def said(exp: Any, result: Any, differences: Any) -> list[str]:
    """Return what would be said of a result if its differences were these."""
    run: Any = SimpleNamespace(experiment=exp, summary=result.summary, differences=lambda: differences)
    return run_summary.describe_run(run)


def test_one_policy_alone_has_only_its_levels() -> None:
    result = sim.run(sim.load("debate", trials=100, policies=["status_quo"], worldviews=["self", "neutral"]))
    rows = result.summary().query("start == '2026' and outcome == 'use_of_force' and statistic == 'mean'")
    levels = rows.set_index("worldview")["estimate"]
    expected = [f"force is used in {100 * levels[view]:.0f} of 100 imagined decades." for view in ("self", "neutral")]
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in run_summary.describe_run(result)]
    assert [line.endswith(end) for line, end in zip(lines, expected, strict=True)] == [True, True]


def test_too_few_trials_are_named() -> None:
    exp = sim.load("debate", trials=99, starts=["2026"], policies=["direct_ties", "status_quo"])
    result = sim.run(exp)
    few = run_summary.describe_run(result)
    assert "there are too few trials to say if Newsham is right" in few[0]
    assert "too few trials to compare with" in few[1]
    assert "12 have too few trials to say. They need at least 100 trials." in few[4]
    assert len(few) == 6


def test_the_closing_line_has_a_joint_level() -> None:
    exp = sim.load("debate", trials=400, policies=["direct_ties", "status_quo"])
    lines = run_summary.describe_run(sim.run(exp))
    assert lines[4].startswith("Of 24 comparisons of policies, ")
    assert lines[4].endswith(". In 95 of 100 such runs, all these statements are true together.")


def test_a_short_run_says_how_little_it_tells() -> None:
    """Its differences are wider than those of the recorded findings, whose place it names."""
    pair = ["direct_ties", "status_quo"]
    result = sim.run(sim.load("debate", trials=200, starts=["2026"], policies=pair))
    rows = result.differences().query("outcome == 'use_of_force'")
    half = 50 * (rows["simultaneous_high"] - rows["simultaneous_low"])
    (line,) = run_summary.describe_precision(result)
    text = line.replace("\N{NO-BREAK SPACE}", " ")
    best, worst = map(float, re.findall(r"± ([\d.]+) points", text))
    assert [best, worst] == pytest.approx([half.min(), half.max()], rel=0.06)
    assert text.startswith("How little 200 trials tell: ")
    assert text.endswith("The recorded findings rest on 10,000 trials or more: docs/findings.md.")
    own = sim.run(sim.load("debate", trials=100, starts=["2026"], policies=pair, set_=["us_intervenes_prob=0.4"]))
    assert "findings" not in run_summary.describe_precision(own)[0]
    assert not run_summary.describe_precision(sim.run(sim.load("debate", trials=100, policies=pair[:1])))
