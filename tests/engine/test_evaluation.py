"""The model as a function: `sim.evaluate` and `sim.problem`."""

from __future__ import annotations

import functools
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from planted import EXP, means, planted

import sim
from sim.engine.beliefs import dialled_parameters, dials_of, draw_worlds, legal_ends
from sim.engine.evaluation import block_means
from sim.engine.question import Question

PAIR = "direct_ties-interoperability"


def _own(name: str, function: Any) -> Any:
    function.__name__ = name
    return function


def bad_decade(trials: Any) -> Any:
    return (trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)


def test_it_gives_what_a_run_gives() -> None:
    exp = replace(sim.load("debate", starts=["2026"], policies=["status_quo", "direct_ties"], trials=300), lucks=1)
    run = sim.run(exp).differences()
    for view in ("newsham", "self", "neutral"):
        found = sim.evaluate(exp, np.empty((1, 0)), [], contrast="direct_ties-status_quo", worldview=view, worlds=300)
        rows = run[(run["worldview"] == view)].set_index("outcome")["difference"]
        primary = [name for name, entry in exp.catalogue.outcomes.items() if entry.primary]
        assert found[0] == pytest.approx(rows[primary].to_numpy(float))


def test_all_dials_at_an_end_are_that_authors_worldview() -> None:
    names = list(dialled_parameters(EXP.catalogue))
    views = ("self", "neutral", "newsham")
    dials = [[*dials_of(EXP.catalogue, word).values()] for word in ("self", "evidence", "newsham")]
    ends = sim.evaluate(EXP, dials, names, contrast=PAIR, worlds=100)
    for row, view in enumerate(views):
        whole = sim.evaluate(EXP, np.empty((1, 0)), [], contrast=PAIR, worldview=view, worlds=100)
        assert np.array_equal(ends[row], whole[0])


@pytest.mark.parametrize("claim", ["N17", "S9", "N12"])
def test_a_dial_goes_from_the_evidence_through_a_reading_to_the_last_legal_place(claim: str) -> None:
    view = next(view for view in EXP.worldviews if view.name == "neutral")
    worlds, ends = draw_worlds(EXP, view, [claim], 0, 200), legal_ends(EXP.catalogue, claim)
    assert np.array_equal(worlds.at({claim: 0.0}), worlds.own)
    low, high = EXP.catalogue.claims[claim].dial_range
    assert (ends.low < -1) == (low == -1)
    assert (ends.high > 1) == (high == 1)
    columns = [worlds.names.index(name) for name in dialled_parameters(EXP.catalogue)[claim]]
    for dial, reading, end, last in ((-1, worlds.by_self, ends.low, ends.at_low),
                                     (1, worlds.by_newsham, ends.high, ends.at_high)):  # fmt: skip
        if low <= dial <= high:
            assert np.array_equal(worlds.at({claim: dial})[:, columns], reading[:, columns])
            half = (worlds.own[:, columns] + reading[:, columns]) / 2
            assert worlds.at({claim: dial / 2})[:, columns] == pytest.approx(half)
            assert np.allclose(worlds.at({claim: end})[:, columns], last)


def test_a_parameter_lies_over_the_dial_of_its_claim() -> None:
    both = sim.evaluate(EXP, [[0.5, -0.2]], ["japan_permits_bases_prob", "claim.S10"], worlds=50)
    other = sim.evaluate(EXP, [[-0.2, 0.5]], ["S10", "japan_permits_bases_prob"], worlds=50)
    assert np.array_equal(both, other)
    assert not np.array_equal(both, sim.evaluate(EXP, [[-0.2]], ["S10"], worlds=50))


def test_switches_and_quantiles_can_be_set() -> None:
    on, off = sim.evaluate(EXP, [[1], [0]], ["switch.provocation"], contrast=PAIR, worlds=100)
    assert not np.array_equal(on, off)
    low, high = sim.evaluate(EXP, [[0.05], [0.95]], ["quantile.force_per_year"], outcomes=["use_of_force"], worlds=100)
    assert low < high


def test_rows_workers_threads_blocks_and_pickling_change_nothing() -> None:
    ask = functools.partial(sim.evaluate, EXP, names=["N12", "S12"], contrast=PAIR, worlds=60)
    rows = [[-1.0, 0.0], [-0.4, -0.3], [1.0, -1.0]]
    whole = ask(rows)
    assert np.array_equal(whole, ask(rows, workers=1))
    assert np.array_equal(whole[1:2], ask(rows[1:2]))
    assert np.array_equal(whole, pickle.loads(pickle.dumps(ask))(rows))
    assert ask(rows, blocks=6).shape == (6, 3, whole.shape[1])
    assert ask(rows, blocks=6).mean(axis=0) == pytest.approx(whole)
    with ThreadPoolExecutor(3) as pool:
        assert all(np.array_equal(whole, one) for one in pool.map(ask, [rows] * 3))


def test_a_planted_linear_model_comes_back() -> None:
    question = planted({("us_intervenes_prob",): 2.0, ("force_hr_lost_hope",): -1.0})
    neutral = means("neutral")
    found = block_means([(question, {"us_intervenes_prob": 0.3}), (question, {"S7": -1.0})], 0, 4000, 40)[:, :, 0]
    error = found.std(axis=0, ddof=1) / np.sqrt(40)
    by_self = means("self")["force_hr_lost_hope"]
    truth = np.array([0.6 - neutral["force_hr_lost_hope"], 2 * neutral["us_intervenes_prob"] - by_self])
    assert np.all(np.abs(found.mean(axis=0) - truth) < 4 * error)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": ["N12x"]}, "nearest: N12"),
        ({"names": ["us_intervene_prob"]}, "nearest: us_intervenes_prob"),
        ({"names": ["switch.lerning"]}, "nearest: switch.learning"),
        ({"names": ["claim.N16"]}, "N16 has no dial"),
        ({"names": ["N12"], "X": [[9]]}, "from -.* to .*, got 9 in row 0"),
        ({"names": ["S7"], "X": [[0.5]]}, r"from -.* to 0 \(Newsham is silent on S7\), got 0.5 in row 0"),
        ({"names": ["claim.N1"], "X": [[-1]]}, r"from 0 to .* \(Self is silent on N1\), got -1 in row 0"),
        ({"names": ["us_intervenes_prob"], "X": [[1 + 2e-16]]}, r"from 0 to 1, got 1\.0000000000000002 in row 0"),
        ({"names": ["N12"], "X": [[0.5], [np.nan]]}, "got nan in row 1"),
        ({"names": ["us_intervenes_prob"], "X": [[-0.1]]}, "us_intervenes_prob"),
        ({"names": ["switch.learning"], "X": [[0.5]]}, "switch.learning"),
        ({"names": ["N12", "claim.N12"], "X": [[0.5, 0.5]]}, "more than once"),
        ({"names": ["N12", "S7"]}, "2 names"),
        ({"names": ["N12"], "X": [0.5]}, "shape"),
        ({"outcomes": ["use_of_forces"]}, "nearest: use_of_force"),
        ({"outcomes": []}, "at least one"),
        ({"outcomes": ["crisis", "crisis"]}, "name each once, got crisis twice"),
        ({"outcomes": [lambda trials: trials["crisis"]]}, r"needs a name; write def my_outcome\(trials\)"),
        ({"outcomes": [_own("crisis", lambda trials: 0)]}, "Strait records this name already"),
        ({"outcomes": [_own("mine", lambda trials: trials["crises"])]}, "unknown column 'crises'.*nearest: crisis"),
        ({"outcomes": [_own("mine", lambda trials: trials["crisis"] and 1)]}, "write & for and"),
        ({"outcomes": [_own("mine", lambda trials: trials["crisis"].mean())]}, "one number for each of 10 trials"),
        ({"outcomes": [_own("mine", lambda trials: trials["months_to_first_force"])]}, "no finite value; replace them"),
        ({"outcomes": ["months_to_first_force"]}, "recorded only in trials with use_of_force"),
        ({"contrast": "direct_tie-status_quo"}, "nearest: direct_ties"),
        ({"contrast": "both"}, "two policies"),
        ({"contrast": ("both", "both")}, "two policies"),
        ({"policy": "bothh"}, "nearest: both"),
        ({"start": "2027"}, "allowed: 2020, 2026"),
        ({"worldview": "newshan"}, "nearest: newsham"),
        ({"worlds": 0}, "worlds"),
        ({"worlds": 10, "blocks": 3}, "multiple of blocks"),
        ({"lucks": 0}, "lucks"),
        ({"first_world": -1}, "first_world"),
    ],
    ids=lambda given: given if isinstance(given, str) else ", ".join(given),
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(change: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"X": [[0.5]], "names": ["N12"], "worlds": 10, **change}
    with pytest.raises(ValueError, match="(?s).*" + said):
        sim.evaluate(EXP, **given)


@pytest.mark.parametrize("kind", ["dials", "parameters"])
def test_a_problem_is_what_evaluate_takes(kind: str) -> None:
    made = sim.problem(EXP, kind)
    assert {len(made[name]) for name in ("names", "bounds", "dists", "groups")} == {made["num_vars"]}
    themes = {claim.theme for claim in EXP.catalogue.claims.values()}
    assert {*made["groups"]} <= {*themes, "no claim"}
    middle = [low + 0.5 * (high - low) if law == "unif" else low + mode[0] * (high - low)
              for (low, high, *mode), law in zip(made["bounds"], made["dists"], strict=True)]  # fmt: skip
    assert np.isfinite(sim.evaluate(EXP, [middle], made["names"], worlds=20)).all()


def test_a_problems_laws_are_the_worldviews_own() -> None:
    made = sim.problem(EXP, "parameters", "self")
    place = made["names"].index("force_hr_lost_hope")
    assert made["dists"][place] == "triang"
    low, high, mode = made["bounds"][place]
    view = next(one for one in EXP.worldviews if one.name == "self")
    assert view.distributions["force_hr_lost_hope"].spec() == {
        "triangular": pytest.approx([low, low + mode * (high - low), high])
    }
    with pytest.raises(ValueError, match="nearest: dials"):
        sim.problem(EXP, "dial")


def test_no_rows_give_an_empty_table_of_the_right_shape() -> None:
    ask: Any = functools.partial(
        sim.evaluate, EXP, np.zeros((0, 1)), ["N12"], outcomes=["use_of_force", "crisis"], worlds=10
    )
    assert ask().shape == (0, 2)
    assert ask(blocks=5).shape == (5, 0, 2)
    table = sim.evaluate_table(EXP, np.zeros((0, 1)), ["N12"], outcomes=["use_of_force", "crisis"], worlds=10)
    assert list(table) == ["N12", "use_of_force", "crisis"]
    assert len(table) == 0


def test_a_labelled_table_holds_the_same_numbers() -> None:
    names, X = ["claim.N12", "us_intervenes_prob"], [[0.0, 0.2], [1.0, 0.2]]
    table = sim.evaluate_table(EXP, X, names, outcomes=["crisis", bad_decade], contrast=PAIR, worlds=20)
    means = sim.evaluate(EXP, X, names, outcomes=["crisis", bad_decade], contrast=PAIR, worlds=20)
    assert table.columns.tolist() == [*names, "crisis", "bad_decade"]
    assert table.to_numpy().tolist() == np.hstack([X, means]).tolist()
    blocks = sim.evaluate_table(EXP, X, names, outcomes=["crisis"], worlds=20, blocks=4)
    assert blocks["block"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert blocks["claim.N12"].tolist() == [0.0, 1.0] * 4
    means = sim.evaluate(EXP, X, names, outcomes=["crisis"], worlds=20, blocks=4)
    assert blocks["crisis"].tolist() == means.ravel().tolist()


def test_an_own_outcome_is_a_function_of_a_trial() -> None:
    exp = sim.load("debate", starts=["2026"], trials=200)
    found = sim.evaluate(exp, np.empty((1, 0)), [], outcomes=[bad_decade, "crisis"], worlds=200, policy="both")
    trials = sim.run(exp).trials.query("policy == 'both' and worldview == 'neutral'")
    assert found.tolist() == [[bad_decade(trials).mean(), trials["crisis"].mean()]]


def test_a_contrast_that_can_be_read_in_two_ways_is_refused() -> None:
    both = next(policy for policy in EXP.policies if policy.name == "both")
    hyphens = replace(EXP, policies=tuple(replace(both, name=name) for name in ("a", "b-c", "a-b", "c")))
    with pytest.raises(ValueError, match="'a-b-c' can be read in 2 ways; write a,b-c or a-b,c"):
        Question.of(hyphens, contrast="a-b-c")
    for contrast in ("a-b,c", "a-b, c", ("a-b", "c")):
        assert Question.of(hyphens, contrast=contrast).contrast == ("a-b", "c")
    assert Question.of(hyphens, contrast="b-c-a").contrast == ("b-c", "a")
