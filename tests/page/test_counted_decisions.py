"""Which belief decides, as the page counts it: Python's numbers to 1e-12, searches with known results, Owen values."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_in_node import Worker, ask, assert_close, run_worker
from playing import needs_kernels
from translating import needs_node

import sim
from analysis.page import content
from analysis.questions.claims import claims
from sim.engine import batch
from sim.engine.question import Question
from sim.model import draws
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load
from sim.statistics import intervals, owen

pytestmark = [needs_kernels, needs_node]

SCRIPTS = ["estimate.js", "words.js", "decide.js"]
PAIR = ("direct_ties", "status_quo")
OUTCOMES = {"risk": "use_of_force", "cost": "japan_gdp_loss_pct"}
COUNT = """
const start = "2026", policies = DATA.pair;
const decision = (dials, claims, themes) => {
  const ends = Object.fromEntries(claims.map((claim) => [claim, NUMBERS.claims[claim].ends]));
  const read = (end) => Object.fromEntries(claims.map((claim) => [claim, ends[claim][end]]));
  return new Decision({
    worlds: 1000, view: "neutral", dials, ends, themes, groups: themes, margins: { risk: 0.005, cost: 0.05 },
    readings: { evidence: {}, self: read(0), newsham: read(1) },
    walk: async (beliefs, to, first, count) => walk({ beliefs, to, themes, start, policies, first, count }),
    play: async (beliefs, first, count) => {
      const out = answer({ beliefs, start, policies, first, count }), column = (policy, what) =>
        Float64Array.from({ length: count }, (_, i) => out[(policy * count + i) * NUMBERS.recorded.length + what]);
      return { risk: [column(0, 0), column(1, 0)], cost: [column(0, 1), column(1, 1)] };
    },
  });
};
const give = (found) => require("fs").writeFileSync("found.json", JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Worker:
    """The worker of the debate's page."""
    return Worker(load("debate", starts="2026"), tmp_path_factory.mktemp("worker"))


def ends_of(worker: Worker) -> dict[str, list[float]]:
    """Of each claim, Self's end of its slider and Newsham's."""
    return {claim: entry["ends"] for claim, entry in worker.numbers["claims"].items()}


def found(worker: Worker, code: str) -> Any:
    """What code of the page gives, with its worker."""
    run_worker(worker, SCRIPTS, f"const DATA = {json.dumps({'pair': PAIR})};\n{COUNT}\n{code}")
    return json.loads((worker.folder / "found.json").read_text(encoding="utf-8"))


def difference(exp: Experiment, given: list[str], worlds: int) -> dict[str, np.ndarray]:
    """The paired difference in each world, by measure, with some dials set."""
    one = content.shrink(load("debate", starts="2026", worldviews="neutral", set_=given))
    drawn = draws.draw_parameters(one, one.worldviews[0], 0, worlds)
    policies = {policy.name: policy for policy in one.policies}
    first, second = (batch.play_cell(one, policies[name], one.starts[0], drawn, 0)[0] for name in PAIR)
    columns = {name: content._estimated(exp, outcome) for name, outcome in OUTCOMES.items()}
    return {name: first[column].astype(float).ravel() - second[column].astype(float).ravel()
            for name, column in columns.items()}  # fmt: skip


@pytest.mark.slow
def test_what_a_belief_alone_changes_is_pythons_paired_change(worker: Worker) -> None:
    code = """decision({ N1: 0.35, S9: -1 }, ["N1", "S7", "N12", "S9"], []).alone().then(({ shown }) => give(shown))"""
    changes = found(worker, code)
    stops = {"N1": [0, 1], "S7": [-1], "N12": [-1, 1], "S9": [0]}
    before = difference(worker.exp, ["claim.N1=0.35", "claim.S9=self"], 1000)
    for measure, outcome in OUTCOMES.items():
        assert sorted((each["claim"], each["to"]) for each in changes[measure]) == sorted(
            (claim, to) for claim, all_stops in stops.items() for to in all_stops
        )
        sizes = [abs(each["change"][0]) for each in changes[measure]]
        assert sizes == sorted(sizes, reverse=True)
        for each in changes[measure]:
            dials = {"N1": 0.35, "S9": -1.0, each["claim"]: each["to"]}
            after = difference(worker.exp, [f"claim.{claim}={dial}" for claim, dial in dials.items()], 1000)[measure]
            wanted = intervals.interval_over_worlds(after - before[measure])
            if wanted.low is not None:
                assert_close(each["change"], wanted)
            names = list(dials)
            rows = [[0.35 if name == "N1" else -1.0 if name == "S9" else 0.0 for name in names], [*dials.values()]]
            then, now = (
                sim.evaluate(worker.exp, [row], [f"claim.{name}" for name in names], outcomes=[outcome],
                             contrast=PAIR, worldview="neutral", worlds=1000, lucks=1)[0, 0]
                for row in reversed(rows)
            )  # fmt: skip
            assert each["change"][0] == pytest.approx(then - now, abs=1e-12)
            assert each["after"][0] == pytest.approx(then, abs=1e-12)
    assert all(each["change"][1] is not None for each in changes["risk"][:2]), "the largest have intervals"


def test_a_walk_is_an_owen_value_in_pythons_order(worker: Worker) -> None:
    themes, worlds = [["N1", "N22"], ["S7", "S16", "N12"]], 4
    players = [player for theme in themes for player in theme]
    out = np.array(found(worker, f"""
        const d = decision({{}}, {json.dumps(players)}, {json.dumps(themes)});
        const [from, to] = ["self", "newsham"].map((author) => ({{ view: "neutral", dials: d.readings[author] }}));
        d.walk(from, to, 0, {worlds}).then((out) => give([...out]))"""))  # fmt: skip
    parts = out.reshape(worlds, len(players), 2)
    played: dict[frozenset[str], dict[str, np.ndarray]] = {}
    ends = {player: worker.numbers["claims"][player]["ends"] for player in players}

    def value(coalition: frozenset[str]) -> dict[str, np.ndarray]:
        if coalition not in played:
            dials = [f"claim.{player}={ends[player][player in coalition]}" for player in players]
            played[coalition] = difference(worker.exp, dials, worlds)
        return played[coalition]

    for world in range(worlds):
        keys = iter(range(100))

        def shuffled(names: list[Any], world: int = world, keys: Any = keys) -> list[Any]:
            number = [draws.four(worker.exp.seed, world, 0, np.uint64(next(keys)), 0)[0] for _ in names]
            return [names[i] for i in np.argsort(number)]

        order = [player for theme in shuffled(themes) for player in shuffled(theme)]
        for what, measure in enumerate(OUTCOMES):

            def of_world(coalition: frozenset[str], world: int = world, measure: str = measure) -> float:
                return float(value(coalition)[measure][world])

            added = [owen.added_in_order(of_world, way) for way in (order, order[::-1])]
            for i, player in enumerate(players):
                assert parts[world, i, what] == pytest.approx((added[0][player] + added[1][player]) / 2, abs=1e-12)
            whole = value(frozenset(players))[measure][world] - value(frozenset())[measure][world]
            assert parts[world, :, what].sum() == pytest.approx(whole, abs=1e-12)


def test_orders_of_worlds_have_each_order_equally_often(worker: Worker) -> None:
    run_worker(worker, [], """const counted = {};
        for (let world = 0; world < 4800; world++) {
          const order = orderIn(world, [["a", "b"], ["c"], ["d"]]).join("");
          counted[order] = (counted[order] ?? 0) + 1;
        }
        require("fs").writeFileSync("found.json", JSON.stringify(counted));""")  # fmt: skip
    seen = json.loads((worker.folder / "found.json").read_text(encoding="utf-8"))
    wanted = {"".join(order) for pair in ("ab", "ba") for order in permutations([pair, "c", "d"])}
    assert set(seen) == wanted
    assert all(abs(count - 400) < 4 * 400**0.5 for count in seen.values())


def test_parts_are_carried_to_all_worlds_and_their_intervals_hold() -> None:
    rng, rounds = np.random.default_rng(7), 200
    totals = rng.gamma(1.0, 0.3, (rounds, 2000)) - 0.1
    first = 0.6 * totals[:, :250] + rng.normal(0.02, 0.1, (rounds, 250))
    code = """answer(DATA.totals.map((total, i) => [DATA.first[i], DATA.second[i]].map((part) =>
        regress(Float64Array.from(part), Float64Array.from(total)))))"""
    given = {"totals": totals.tolist(), "first": first.tolist(), "second": (totals[:, :250] - first).tolist()}
    held = 0
    for total, part, (one, other) in zip(totals, first, ask(SCRIPTS, code, given), strict=True):
        assert one[0] + other[0] == pytest.approx(total.mean(), abs=1e-12)
        held += one[1] <= 0.6 * 0.2 + 0.02 <= one[2]
        alone = intervals.interval_over_worlds(part)
        assert one[2] - one[1] < (alone.high or 0) - (alone.low or 0)
    assert 0.9 <= held / rounds <= 0.99


SEARCH = """
// A game that adds up: how much each claim moves the difference in every world; luck is the same in all.
const luck = Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 997) / 997 - 0.5 + 1e-9 * i);
const game = (sizes) => new Decision({
  worlds: 4000, view: "any", dials: {}, ends: Object.fromEntries(Object.keys(sizes).map((claim) => [claim, [0, 1]])),
  themes: [], groups: [], margins: { risk: 0.005, cost: 0.05 }, walk: null,
  readings: { evidence: {}, self: {}, newsham: Object.fromEntries(Object.keys(sizes).map((claim) => [claim, 1])) },
  play: async ({ dials }, first, count) => {
    const size = DATA.base + Object.keys(sizes).reduce((sum, claim) => sum + sizes[claim] * (dials[claim] ?? 0), 0);
    const values = Float64Array.from({ length: count }, (_, i) => size + 0.02 * luck[first + i]);
    const zeros = new Float64Array(count);
    return { risk: [values, zeros], cost: [zeros, zeros] };
  },
});
const it = game(DATA.sizes);
it.alone().then(async (alone) => answer(await it.turning("risk", alone.ranked.risk)));
"""


def turning(base: float, sizes: dict[str, float]) -> Any:
    """What turns a made-up result round, in which beliefs add up."""
    result = ask(SCRIPTS, SEARCH, {"base": base, "sizes": sizes})
    return result["kind"], {
        goal["goal"]: (
            sorted(each["changes"][0][0] for each in goal["single"]),
            goal["together"] and sorted(change[0] for change in goal["together"]["changes"]),
        )
        for goal in result["goals"]
    }


def test_what_turns_a_result_round_in_games_with_known_results() -> None:
    sizes = {f"C{i}": 0.01 for i in range(12)} | {"A": -0.2, "B": 0.08, "D": 0.04}
    # One belief is enough.
    assert turning(-0.05, sizes) == ("less", {"more": (["B"], None)})
    # None alone, two together; the smallest set is found by the largest steps.
    assert turning(-0.1, sizes) == ("less", {"more": ([], ["B", "D"])})
    # Six of the search are too few, all readings of an author are enough.
    small = {f"C{i}": 0.01 for i in range(12)}
    assert turning(-0.1, small) == ("less", {"more": ([], sorted(small))})
    # Nothing is enough.
    assert turning(-0.2, small) == ("less", {"more": ([], None)})
    # A result without a side of its own may be turned to either.
    raising = sorted(claim for claim in sizes if sizes[claim] > 0)
    assert turning(0.0, sizes) == ("same", {"less": (["A"], None), "more": (raising, None)})


@pytest.mark.slow
def test_the_distance_is_that_of_strait_claims(worker: Worker, tmp_path: Path) -> None:
    exp = replace(worker.exp, lucks=1)
    themes: dict[str, list[str]] = {}
    for claim in worker.numbers["claims"]:
        themes.setdefault(str(exp.catalogue.claims[claim].theme), []).append(claim)
    page = found(worker, f"""decision({{}}, Object.keys(NUMBERS.claims), {json.dumps([*themes.values()])})
        .distance().then(give)""")  # fmt: skip
    table = claims(Question.of(exp, contrast="direct_ties-status_quo", outcomes=["use_of_force"]), trials=400).table
    rows = table[table["claim"] == "(theme)"].set_index("theme")
    total = table[table["claim"] == "(total)"].iloc[0]
    pairs: list[tuple[Any, Any]] = [(page["risk"]["total"], total)]
    pairs += [(group, rows.loc[theme]) for theme, group in zip(themes, page["risk"]["groups"], strict=True)]
    for (value, low, high), row in pairs:
        # Both estimate the same value from some worlds in common, so they differ by less than both intervals allow.
        assert abs(value - row["value"]) <= 1.5 * np.hypot((high - low) / 2, (row["high"] - row["low"]) / 2)
    assert sum(group[0] for group in page["risk"]["groups"]) == pytest.approx(page["risk"]["total"][0], abs=1e-12)
    now = difference(exp, [f"claim.{claim}={ends[1]}" for claim, ends in ends_of(worker).items()], 1000)["risk"]
    then = difference(exp, [f"claim.{claim}={ends[0]}" for claim, ends in ends_of(worker).items()], 1000)["risk"]
    assert_close(page["risk"]["total"], intervals.interval_over_worlds(now - then))
    ends = page["risk"]["ends"]
    assert ends["newsham"][0] - ends["self"][0] == pytest.approx(page["risk"]["total"][0], abs=1e-12)
