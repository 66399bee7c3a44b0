"""What the page says: verdicts at their boundaries, names, numbers in words, and the file that it saves."""

from __future__ import annotations

import numpy as np
import pytest
from page_in_node import ask
from translating import needs_node

from analysis.figures.captions import frequencies

pytestmark = needs_node

SCRIPTS = ["dials.js", "say.js", "words.js"]
RISK = {"a": "open ties", "b": "the status quo", "base": 0.404, "margin": 0.005}


def risk(difference: list[float | None], **other: object) -> str:
    """The verdict on risk, as plain text."""
    given = {**RISK, **other, "difference": difference}
    return str(ask(SCRIPTS, "answer(plain(riskSentence('If Newsham is right', DATA)))", given))


def cost(difference: list[float | None]) -> str:
    """The verdict on cost, as plain text."""
    return str(ask(SCRIPTS, "answer(plain(costSentence(DATA)))", {"difference": difference, "margin": 0.05}))


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (-0.0061, -0.0051, "less"), (0.0051, 0.01, "more"), (-0.005, 0.005, "same"), (-0.01, -0.001, "slightly_less"),
        (0.001, 0.01, "slightly_more"), (-0.0051, 0.001, "open"), (-0.01, -0.005, "slightly_less"), (0, 0.01, "open"),
        (0, 0, "same"), (None, None, "few"), (-0.004, -0.001, "same"),
    ],
)  # fmt: skip
def test_a_difference_is_settled_by_its_interval_and_the_margin(low: float, high: float, kind: str) -> None:
    assert ask(SCRIPTS, "answer(settle([0, ...DATA], 0.005))", [low, high]) == kind


def test_verdicts_say_natural_frequencies_first() -> None:
    assert risk([-0.123, -0.128, -0.118]) == (
        "If Newsham is right, force is used less often with open ties than with the status quo: in 28.1 instead of "
        "40.4 of 100 histories (12.3 fewer; 11.8 to 12.8)."
    )
    assert risk([0.007, 0.001, 0.013], base=0.28) == (
        "If Newsham is right, force is used slightly more often with open ties than with the status quo: in 28.7 "
        "instead of 28.0 of 100 histories (0.7 more; 0.1 to 1.3)."
    )
    assert risk([-0.003, -0.004, -0.002], base=0.282) == (
        "If Newsham is right, force is used about as often with open ties as with the status quo: in 27.9 and 28.2 of "
        "100 histories (difference −0.4 to −0.2)."
    )
    assert risk([-0.003, -0.02, 0.014]) == (
        "If Newsham is right, it is not settled whether force is used more or less often with open ties than with the "
        "status quo (−2.0 to 1.4 in 100 histories)."
    )
    assert risk([0.0001, None, None]) == (
        "If Newsham is right, force is used too seldom to compare open ties with the status quo."
    )


def test_the_numbers_of_a_sentence_add_up_as_in_python() -> None:
    rng = np.random.default_rng(14)
    pairs = [*rng.uniform(0.01, 1, (300, 2)).tolist(), *(rng.integers(40, 4001, (300, 2)) / 4000).tolist(), [0.02, 0.0]]
    shown = ask(SCRIPTS, "answer(DATA.map(([a, b]) => [...hundreds(b, a - b), decimals(100 * (a - b), 1)]))", pairs)
    for (first, second), (now, then, size) in zip(pairs, shown, strict=True):
        assert (now, then, "100") == frequencies(first, second)
        assert round(float(now) - float(then), 1) == float(size.replace("−", "-"))


def test_a_policy_has_one_number_in_all_sentences() -> None:
    pairs, rng = [("a", "b"), ("a", "c"), ("d", "c")], np.random.default_rng(5)
    given = [dict(zip("abcd", row, strict=True)) for row in rng.uniform(0.05, 0.6, (200, 4)).tolist()]
    code = """answer(DATA.given.map((levels) => {
        const found = DATA.pairs.map(([a, b]) => [a, b, levels[a] - levels[b]]), shown = levelsShown(levels, found);
        return found.map(([, b, difference]) => hundreds(shown[b], difference)); }))"""
    for levels, sentences in zip(given, ask(SCRIPTS, code, {"given": given, "pairs": pairs}), strict=True):
        shown: dict[str, set[str]] = {}
        for pair, numbers in zip(pairs, sentences, strict=True):
            for name, number in zip(pair, numbers, strict=True):
                shown.setdefault(name, set()).add(number)
        for name, numbers in shown.items():
            assert len(numbers) == 1
            assert abs(float(next(iter(numbers))) - 100 * levels[name]) < 0.21


def test_the_forces_add_up_as_they_are_shown() -> None:
    parts = np.random.default_rng(3).uniform(-0.2, 0.2, (200, 2)).tolist()
    code = """answer(DATA.map(([deters, provokes]) => {
        const found = forcesIn({ deters: [deters, null, null], provokes: [provokes, null, null] });
        return [found.deters, found.provokes, found.all].map((x) => signed(x, 1)); }))"""
    for (deters, provokes), shown in zip(parts, ask(SCRIPTS, code, parts), strict=True):
        first, second, total = (float(text.replace("−", "-")) for text in shown)
        assert round(first + second, 1) == total
        assert abs(second - 100 * provokes) < 0.11
        assert abs(total - 100 * (deters + provokes)) < 0.051


def test_the_words_on_size_are_explained_where_they_stand() -> None:
    margins = {"risk": 0.005, "cost": 0.05}

    def words(*kinds: str) -> str:
        text = str(ask(SCRIPTS, "answer(sizeWords(DATA.kinds, DATA.margins))", {"kinds": kinds, "margins": margins}))
        return text.split("it cannot say. ")[-1]

    assert words("few") == ""
    slightly, same, unsettled = words("slightly_more"), words("same"), words("open")
    assert slightly == (
        "“Slightly”: the direction is clear, but the difference may be smaller than 0.5 in 100 histories, or 0.05 % of "
        "a year's GDP."
    )
    assert "“hardly changes”: the difference is smaller than 0.5 in 100" in same
    assert unsettled.startswith("“Not settled”")
    assert words("less", "slightly_less", "open", "few", "slightly_more") == f"{slightly} {unsettled}"


def test_costs_are_in_per_cent_of_a_years_gdp() -> None:
    assert cost([2.95, 2.77, 3.14]) == "Japan loses more: 2.95 % of a year's GDP (2.77 to 3.14)."
    assert cost([-0.05, -0.08, -0.02]) == "Japan loses slightly less: 0.05 % of a year's GDP (0.02 to 0.08)."
    assert cost([0.01, -0.01, 0.03]) == "Japan's loss hardly changes (−0.01 to 0.03 % of a year's GDP)."
    assert cost([0.01, -0.11, 0.13]) == (
        "Whether Japan loses more or less is not settled (−0.11 to 0.13 % of a year's GDP)."
    )
    assert cost([0, None, None]) == "Japan's losses are too rare to compare."


def test_numbers_have_a_real_minus_and_no_negative_zero() -> None:
    found = ask(
        SCRIPTS, "answer([decimals(-0.04, 1), decimals(-1.25, 1), signed(0.04, 1), signed(2, 0), signed(-2, 0)])"
    )
    assert found == ["0.0", "−1.3", "0.0", "+2", "−2"]


def test_whose_beliefs_these_are() -> None:
    views = [
        {"name": "neutral", "title": "The evidence", "dials": {}, "own": False},
        {
            "name": "newsham",
            "title": "If Newsham is right",
            "dials": {"N1": 1, "N2": 1},
            "own": False,
            "is_sentence": True,
        },
        {"name": "mine", "title": "My beliefs", "dials": {}, "own": True},
    ]
    code = """answer(DATA.cases.map(([view, dials]) => {
        const who = whose(DATA.views, view, dials);
        return [kicker(who, "neutral"), lead(who, "neutral")]; }))"""
    cases = [
        ["neutral", {}],
        ["neutral", {"N1": 1, "N2": 1}],
        ["newsham", {"N1": 0.4, "N2": 1}],
        ["mine", {}],
        ["neutral", {"S9": -1}],
    ]
    assert ask(SCRIPTS, code, {"views": views, "cases": cases}) == [
        ["The evidence alone", "On the evidence alone"],
        ["If Newsham is right", "If Newsham is right"],
        ["If Newsham is right, but for N1", "With these beliefs"],
        ["My beliefs", "Under My beliefs"],
        ["The evidence, but for S9", "With these beliefs"],
    ]


def test_positions_in_words_and_as_numbers() -> None:
    shown = {"text": "an opportunist in {%} of 100 worlds",
             "medians": {"self": 0.26, "neutral": 0.5, "newsham": 0.84}}  # fmt: skip
    code = "answer(DATA.at.map((x) => [stand(x), meaning(DATA.shown, x), dialOf(x)]))"
    assert ask(SCRIPTS, code, {"at": [-1, 0, 0.4, 1], "shown": shown}) == [
        ["as Self reads it", "an opportunist in 26 of 100 worlds", "self"],
        ["the evidence", "an opportunist in 50 of 100 worlds", "evidence"],
        ["40 % of the way from the evidence to Newsham", "an opportunist in 64 of 100 worlds", 0.4],
        ["as Newsham reads it", "an opportunist in 84 of 100 worlds", "newsham"],
    ]


def test_labels() -> None:
    names = ["the status quo", "integration with the US", "both"]
    assert ask(SCRIPTS, "answer(DATA.map(label))", names) == ["Status quo", "Integration with the US", "Both"]
