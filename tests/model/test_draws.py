"""The random numbers: NumPy's Philox bit for bit, keys that nothing else moves, coupled worlds, clocks and copula."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playing import needs_kernels
from scipy.special import ndtri
from scipy.stats import kstest

from sim.model import draws, month
from sim.model.compiled import kernel, twin
from sim.model.effects import campaign, events, reactions
from sim.scenario.distributions import Distribution, Fixed, Uniform
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

WORD = st.integers(0, 2**64 - 1)
COUNT = st.integers(0, 2**62)
SEED = st.integers(0, 2**63 - 1)
PAIR = ("force_per_year", "us_intervenes_prob", "japan_fights_prob")


@pytest.fixture(scope="module")
def debate() -> Experiment:
    return load("debate")


def correlated(exp: Experiment, *correlations: tuple[str, str, float]) -> Experiment:
    """An experiment whose parameters are their own uniform numbers, correlated."""
    view = exp.worldviews[0]
    uniform: dict[str, Distribution] = dict.fromkeys(view.distributions, Uniform(0, 1))
    return replace(exp, worldviews=(replace(view, distributions=uniform),), correlations=correlations)


# One block of Philox


@kernel
def four_in_machine_code(seed: int, world: int, luck: int, name: np.uint64, index: int, out: Any) -> None:
    """The same numbers by the rule that `draws.four` is translated as."""
    out[0], out[1], out[2], out[3] = draws.four(seed, world, luck, name, index)


@given(SEED, COUNT, COUNT, WORD, COUNT)
def test_the_kernel_draws_what_numpy_draws(seed: int, world: int, luck: int, name: int, index: int) -> None:
    key = (seed, world, luck, np.uint64(name), index)
    words = [np.array(part, dtype=np.uint64) for part in ([seed, world], [index, name, luck, 0])]
    bits = np.random.Philox(key=words[0], counter=words[1]).random_raw(4)
    assert draws.four(*key) == tuple(draws.to_unit(bits).tolist())
    out = np.zeros(4)
    four_in_machine_code(seed, world, luck, np.uint64(name), index, out)
    assert draws.four(*key) == tuple(out.tolist())


@given(SEED, COUNT, COUNT, st.text(min_size=1), COUNT)
def test_any_name_has_a_number_and_draws_strictly_inside_0_and_1(
    seed: int, world: int, luck: int, name: str, index: int
) -> None:
    number = draws.name_id(name)
    assert 0 <= number < 2**64
    assert all(0 < u < 1 for u in draws.four(seed, world, luck, np.uint64(number), index))


@given(WORD)
def test_bits_of_any_sort_become_a_number_strictly_inside_0_and_1(bits: int) -> None:
    assert 0 < draws.to_unit(np.uint64(bits)) < 1


def test_the_lowest_and_the_highest_bits_stay_strictly_inside_0_and_1() -> None:
    extremes = [draws.to_unit(np.uint64(bits)) for bits in (0, 2**64 - 1)]
    assert 0 < extremes[0] < extremes[1] < 1
    lowest, highest = (float(u) for u in extremes)
    assert all(math.isfinite(draws.exponential(u)) and math.isfinite(draws.logistic(u)) for u in (lowest, highest))


def test_every_part_of_the_key_matters() -> None:
    key = (7, 3, 1, np.uint64(5), 2)
    keys = [key, *[(*key[:i], np.uint64(key[i] + 1) if i == 3 else key[i] + 1, *key[i + 1 :]) for i in range(5)]]
    assert len({draws.four(*key)[0] for key in keys}) == 6  # type: ignore[arg-type]


def test_no_two_draws_share_a_number(debate: Experiment) -> None:
    of_play = [campaign.WHO, campaign.WHO_ELSE, campaign.STAGE, month.NATURE, month.US_ELECTION, month.TAIWAN_ELECTION]
    answers = [reactions.ANSWER, reactions.DURATION, reactions.RESPONSE, reactions.CRISIS]
    parameters = [draws.name_id("parameter " + name) for name in debate.catalogue.parameters]
    numbers = [int(number) for number in [*of_play, *answers, *events.CLOCK_NAMES]] + parameters
    assert len(set(numbers)) == len(numbers)


def test_luck_is_even_and_its_exponentials_and_bells_have_their_moments() -> None:
    plain = twin(draws)
    blocks = [draws.four(2020, world, 1, np.uint64(draws.name_id("who fights")), 0) for world in range(10_000)]
    u = np.array(blocks)
    assert np.abs(u.mean(axis=0) - 0.5).max() < 4 / math.sqrt(12 * len(u))
    assert np.abs(np.corrcoef(u.T) - np.eye(4)).max() < 4 / math.sqrt(len(u))
    waits = np.array([plain.exponential(x) for x in u[:, 0]])
    bells = np.array([plain.logistic(x) for x in u[:, 1]])
    assert abs(waits.mean() - 1) < 4 / math.sqrt(len(u))
    assert abs(bells.mean()) < 4 / math.sqrt(len(u))
    assert abs((bells**2).mean() - 1) < 4 * math.sqrt(3.2 / len(u))  # a logistic's fourth moment is 4.2


# What worlds are like


def test_worldviews_see_the_same_uniform_numbers(debate: Experiment) -> None:
    names = list(debate.catalogue.parameters)
    u = draws.draw_uniforms(debate.seed, names, 0, 200)
    drawn = {view.name: draws.draw_parameters(debate, view, 0, 200) for view in debate.worldviews}
    for view, (place, name) in itertools.product(debate.worldviews, enumerate(names)):
        assert (drawn[view.name][:, place] == view.distributions[name].ppf(u[:, place])).all()
    for a, b in itertools.combinations(debate.worldviews, 2):
        for place in range(len(names)):
            order = np.argsort(drawn[a.name][:, place], kind="stable")
            if len(np.unique(drawn[a.name][:, place])) == 200:
                assert (np.diff(drawn[b.name][order, place]) >= 0).all(), names[place]


def test_a_run_is_the_start_of_a_longer_one_and_blocks_do_not_matter(debate: Experiment) -> None:
    view = debate.worldviews[0]
    whole = draws.draw_parameters(debate, view, 0, 100)
    assert (draws.draw_parameters(debate, view, 0, 40) == whole[:40]).all()
    parts = [draws.draw_parameters(debate, view, first, 7) for first in range(0, 98, 7)]
    assert (np.concatenate(parts) == whole[:98]).all()
    assert (draws.draw_parameters(debate, view, 99, 1) == whole[99:]).all()


def test_a_parameter_more_or_less_moves_no_other(debate: Experiment) -> None:
    names = list(debate.catalogue.parameters)
    whole = draws.draw_uniforms(debate.seed, names, 0, 50)
    assert (draws.draw_uniforms(debate.seed, names[::-1][:9], 0, 50) == whole[:, ::-1][:, :9]).all()


def test_another_seed_gives_other_worlds(debate: Experiment) -> None:
    view = debate.worldviews[0]
    varied = [not isinstance(entry, Fixed) for entry in view.distributions.values()]
    drawn = [draws.draw_parameters(replace(debate, seed=seed), view, 0, 50)[:, varied] for seed in (2020, 2021)]
    assert (drawn[0] != drawn[1]).all(axis=0).mean() > 0.95


@needs_kernels
def test_worlds_are_spread_evenly(debate: Experiment) -> None:
    u = draws.draw_uniforms(debate.seed, list(debate.catalogue.parameters), 0, 5_000)
    assert ((u > 0) & (u < 1)).all()
    assert np.abs(u.mean(axis=0) - 0.5).max() < 4 / math.sqrt(12 * len(u))
    links = np.corrcoef(u.T) - np.eye(u.shape[1])
    assert np.abs(links).max() < 5 / math.sqrt(len(u))  # the largest of two thousand or so


@needs_kernels
@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.5, 0.95])
def test_a_correlation_is_recovered(debate: Experiment, rho: float) -> None:
    worlds = 20_000
    exp = correlated(debate, (PAIR[0], PAIR[1], rho))
    names = list(exp.catalogue.parameters)
    drawn = draws.draw_parameters(exp, exp.worldviews[0], 0, worlds)
    a, b = (ndtri(drawn[:, names.index(name)]) for name in PAIR[:2])
    assert abs(np.corrcoef(a, b)[0, 1] - rho) < 4 * (1 - rho**2) / math.sqrt(worlds)
    assert all(kstest(drawn[:, names.index(name)], "uniform").pvalue > 1e-4 for name in PAIR[:2])


@needs_kernels
def test_three_correlations_at_once_leave_all_others_alone(debate: Experiment) -> None:
    worlds = 20_000
    wanted = {(0, 1): 0.6, (0, 2): -0.4, (1, 2): 0.2}
    exp = correlated(debate, *[(PAIR[i], PAIR[j], rho) for (i, j), rho in wanted.items()])
    names = list(exp.catalogue.parameters)
    drawn = draws.draw_parameters(exp, exp.worldviews[0], 0, worlds)
    z = [ndtri(drawn[:, names.index(name)]) for name in PAIR]
    for (i, j), rho in wanted.items():
        assert abs(np.corrcoef(z[i], z[j])[0, 1] - rho) < 4 * (1 - rho**2) / math.sqrt(worlds)
    others = [place for place, name in enumerate(names) if name not in PAIR]
    free = correlated(debate)
    assert (drawn[:, others] == draws.draw_parameters(free, free.worldviews[0], 0, worlds)[:, others]).all()
    assert (drawn[:50] == draws.draw_parameters(exp, exp.worldviews[0], 0, 50)).all()
