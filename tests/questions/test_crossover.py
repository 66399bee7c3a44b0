"""Crossovers and flips of models with known results, and of the debate's own."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from planted import EXP, NAMES, means, planted

from analysis.figures import crossover_figure, flip_figure
from analysis.figures.captions import digits
from analysis.questions.crossover import (
    Crossover,
    crossover,
    map_dials,
    medians,
    play_settings,
)
from analysis.questions.flip import flip
from analysis.questions.work import Work
from sim.engine import beliefs
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.scenario.distributions import Triangular

PAIR = "direct_ties-interoperability"
ENDS = {name: means(name) for name in ("newsham", "self", "neutral")}


def at_dial(parameter: str, dial: float) -> float:
    """Mean of a parameter with its claim's dial here."""
    reading = ENDS["self" if dial < 0 else "newsham"][parameter]
    return (1 - abs(dial)) * ENDS["neutral"][parameter] + abs(dial) * reading


@pytest.mark.parametrize("place", [-0.85, -0.4])
def test_the_crossing_of_a_linear_model_lies_in_its_interval(place: float) -> None:
    question = planted({("force_hr_lost_hope",): 1.0}, -at_dial("force_hr_lost_hope", place), noise=0.5)
    row = crossover(question, claims=["S7"], trials=2000).table.iloc[0]
    assert row["kind"] == "one"
    assert float(row["low"]) < place < float(row["high"])
    assert row["legal_high"] == 0  # Newsham is silent


@pytest.mark.slow
def test_a_trait_is_divided_exactly() -> None:
    """A difference of 1 in worlds with an opportunist and -0.4 without: it turns where 4 in 14 worlds have one."""
    chance = at_dial("prc_opportunist_prob", 0.3)
    question = planted({("prc_opportunist_prob",): 1.0}, -chance)
    found = crossover(question, claims=["N12"], trials=500)
    counted: list[int] = []
    assert len(crossover(question, Work(progress=lambda _, total: counted.append(total)), claims=["N12"],
                         trials=500).curves) >= 7  # fmt: skip
    assert counted[-1] == 4 * 2 * 500  # with and without each of two traits, for two policies
    assert float(found.table["crossing"].iloc[0]) == pytest.approx(0.3, abs=0.01)


def at_legal(claim: str, parameter: str, dial: float) -> float:
    """Mean of a parameter at any legal dial of its claim, in many worlds."""
    worlds = beliefs.draw_worlds(EXP, EXP.most_neutral(), [claim], 0, 20_000)
    return float(worlds.at({claim: dial})[:, NAMES.index(parameter)].mean())


def test_beyond_both_readings_the_dial_is_played() -> None:
    """The truth is known: a difference that is 0 where the mean is that of dial 3, and one that never gets there."""
    ends = beliefs.legal_ends(EXP.catalogue, "N17")
    place = at_legal("N17", "taiwan_will_points", 3.0)
    row = crossover(planted({("taiwan_will_points",): 10.0}, -10 * place, noise=0.1), claims=["N17"], trials=2000).table
    assert row["kind"].item() == "one"
    assert row["low"].item() < 3.0 < row["high"].item()
    assert (row["legal_low"].item(), row["legal_high"].item()) == (ends.low, ends.high)
    beyond = EXP.catalogue.parameters["taiwan_will_points"].bounds[1] + 0.02
    never = planted({("taiwan_will_points",): 10.0}, -10 * beyond, noise=0.1)
    assert crossover(never, claims=["N17"], trials=1000).table["kind"].item() == "none"


def test_a_curve_that_turns_back_beyond_a_reading_is_not_read_on_a_straight_line() -> None:
    """It falls towards 0 from the evidence to Newsham; a straight line crosses, but its least value is above 0."""
    name = "taiwan_will_points"
    low, high = (at_legal("N17", name, dial) for dial in (0.0, 1.0))
    lowest, slope = high + 0.3 * (high - low), 1 / (high - low)
    question = planted(
        {(name, name): slope**2, (name,): -2 * lowest * slope**2}, (lowest * slope) ** 2 + 0.6, noise=0.1
    )
    assert crossover(question, claims=["N17"], trials=1000).table["kind"].item() == "none"


def test_the_difference_at_a_crossing_beyond_is_0_when_played_again() -> None:
    """A planted difference that turns beyond Self's reading, in other worlds and by another way of asking."""
    place = at_legal("S9", "answer_or_combat", -1.4)
    question = planted({("answer_or_combat",): 1.0}, -place)
    at = float(crossover(question, claims=["S9"], trials=1000).table["crossing"].item())
    assert at < -1
    worlds = beliefs.draw_worlds(EXP, question.worldview, ["S9"], 50_000, 4000)
    there, reading = (question.values(worlds.at({"S9": dial}), 50_000).mean() for dial in (at, -1.0))
    assert abs(there) < 0.1 * abs(reading)


def test_a_claim_that_moves_nothing_has_none_and_no_difference_is_rejected() -> None:
    found = crossover(planted({}, 0.5, noise=0.1), claims=["S7", "N12"], trials=500)
    assert found.table["kind"].to_list() == ["none", "none"]
    with pytest.raises(QuestionError, match="nothing to cross"):
        crossover(planted({}), claims=["S7"], trials=500)
    with pytest.raises(QuestionError, match="nearest: S7"):
        crossover(Question.of(EXP, contrast=PAIR), claims=["S77"])


def test_a_tie_is_undecided_in_every_sentence() -> None:
    found = crossover(planted({}, 0.0, noise=5.0), claims=["S7", "N12", "S9"], trials=500)
    assert found.table["kind"].to_list() == ["undecided"] * 3
    drawn = crossover_figure.draw_crossover(found, "use_of_force")
    assert "too close to call along S7, N12 and S9" in drawn.caption
    assert "Of 3 beliefs, 0 leave the better policy as it is at every legal value. Three are too close" in drawn.caption


def test_tables_have_their_columns() -> None:
    question = Question.of(EXP, contrast=PAIR, outcomes=["use_of_force"], worldview="newsham")

    def find(work: Work) -> Crossover:
        return crossover(question, work, claims=["N18", "S12"], trials=500)

    found, again = find(Work()), find(Work(workers=1))
    assert tuple(found.table.columns[:10]) == ("start", "claim", "outcome", "policy_a", "policy_b", "worldview",
                                               "crossing", "low", "high", "kind")  # fmt: skip
    assert {*found.table["kind"]} <= {"one", "none", "many", "undecided"}
    for name in ("table", "numbers", "curves"):
        assert getattr(found, name).to_csv() == getattr(again, name).to_csv()
    drawn = crossover_figure.draw_crossover(found, "use_of_force")
    assert all(line in drawn.caption for line in crossover_figure.describe_crossover(found, "use_of_force"))


def test_places_in_the_units_of_the_numbers() -> None:
    [(name, there, stops)] = medians(EXP, "S9", -0.5)
    assert name == "answer_or_combat"
    assert list(stops) == ["self", "evidence"]  # no place for Newsham, who is silent
    assert there == pytest.approx((stops["self"] + stops["evidence"]) / 2)
    assert stops["self"] == pytest.approx(float(Triangular(20, 60, 150).ppf(np.array([0.5]))[0]))
    assert [{*places} for *_, places in medians(EXP, "N12", 0.0)] == [{"self", "evidence", "newsham"}] * 2


def test_a_map_of_a_linear_model() -> None:
    terms: dict[tuple[str, ...], float] = {("force_hr_lost_hope",): 1.0, ("us_or_japan_help",): 1.0}
    question = planted(terms, -at_dial("force_hr_lost_hope", -0.5) - at_dial("us_or_japan_help", 0.5))
    points = [{"S7": x, "N22": y} for x, y in ((-1.0, 0.0), (-0.5, 0.5), (0.0, 1.0))]
    found = play_settings(question, points, 2000)[:, :, 0].mean(axis=0)
    assert found[1] == pytest.approx(0, abs=0.05)
    assert np.sign(found[0]) != np.sign(found[2])
    with pytest.raises(QuestionError, match="two different claims"):
        map_dials(question, ("S7", "S7"))


def test_the_smallest_flip_of_a_linear_model_is_the_fewest_largest_steps() -> None:
    """Five claims each worth a known step from Newsham's world: brute force says how few turn it round."""
    owners = {"S7": "force_hr_lost_hope", "S16": "hope_loss_ties", "S9": "answer_or_combat",
              "N17": "taiwan_will_points", "S6": "buildup_ties_pct"}  # fmt: skip
    steps = dict(zip(owners, (3.0, 2.0, 2.0, 1.0, -1.0), strict=True))
    weight = {owners[c]: step / (ENDS["self"][owners[c]] - ENDS["newsham"][owners[c]]) for c, step in steps.items()}
    base = -4.5 - sum(w * ENDS["newsham"][name] for name, w in weight.items())
    question = replace(
        planted({(name,): w for name, w in weight.items()}, base),
        worldview=next(view for view in EXP.worldviews if view.name == "newsham"),
    )
    fewest = min(len(some) for n in range(6) for some in combinations(steps, n) if sum(steps[c] for c in some) > 4.5)
    found = flip(question, trials=1000)
    assert found.result == "turned"
    assert len(found.changes) == fewest == 2
    assert {one.split()[0] for one in found.changes} in ({"S7", "S16"}, {"S7", "S9"})
    said = flip_figure.describe_flip(found)
    assert "two beliefs" in said[1]
    low, high = sorted(abs(100 * value) for value in found.table[["low", "high"]].to_numpy(float)[2].tolist())
    assert said[2].endswith(f" ({digits(low)} to {digits(high)}).")  # the difference that it reaches, with its interval


FOUR = ("force_hr_lost_hope", "hope_loss_ties", "answer_or_combat", "taiwan_will_points")  # of four claims


def test_three_that_only_count_together_are_found() -> None:
    """Four changes of 1.2 each turn the result, one by one; three that do nothing alone are worth 5 together."""
    trio = {"N11": "public_support", "S6": "buildup_ties_pct", "S5": "ties_cost_share"}
    step = {name: ENDS["self"][name] - ENDS["newsham"][name] for name in (*FOUR, *trio.values())}
    terms: dict[tuple[str, ...], float] = {(name,): 1.2 / step[name] for name in FOUR}
    base = -4.5 - sum(1.2 / step[name] * ENDS["newsham"][name] for name in FOUR)
    names = [*trio.values()]
    whole = 5.0 / float(np.prod([step[name] for name in names]))  # of the product of all three distances from Newsham
    for size in range(4):
        for kept in combinations(names, size):
            rest = float(np.prod([-ENDS["newsham"][name] for name in names if name not in kept]))
            if kept:
                terms[kept] = terms.get(kept, 0.0) + whole * rest
            else:
                base += whole * rest
    newsham = next(view for view in EXP.worldviews if view.name == "newsham")
    found = flip(replace(planted(terms, base), worldview=newsham), trials=1000)
    assert {change.split()[0] for change in found.changes} == set(trio)
    assert "It takes three beliefs" in " ".join(flip_figure.describe_flip(found))


def test_more_than_three_are_an_upper_limit() -> None:
    step = {name: ENDS["self"][name] - ENDS["newsham"][name] for name in FOUR}
    base = -4.5 - sum(1.2 / step[name] * ENDS["newsham"][name] for name in FOUR)
    newsham = next(view for view in EXP.worldviews if view.name == "newsham")
    question = replace(planted({(name,): 1.2 / step[name] for name in FOUR}, base), worldview=newsham)
    found = flip(question, trials=1000)
    assert len(found.changes) == 4
    assert "It takes at most four beliefs" in " ".join(flip_figure.describe_flip(found))


def test_a_flip_that_no_change_brings_about_is_reported_as_none() -> None:
    found = flip(planted({("force_hr_lost_hope",): 0.1}, 5.0, noise=0.1), trials=500)
    assert (found.result, found.changes) == ("none", ())
    assert "No set of changes" in " ".join(flip_figure.describe_flip(found))
    unsure = flip(planted({("force_hr_lost_hope",): 1e-9}, 0.0, noise=5.0), trials=500)
    assert unsure.result == "unsettled"
