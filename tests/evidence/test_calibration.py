"""The constants in parameters.yaml hold the reference in place: there, base rates mean what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from playing import Played, mean_and_error, needs_kernels, play

from analysis.evidence import calibrate
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

pytestmark = needs_kernels

WORLDS = 4_000


@pytest.fixture(scope="module")
def reference() -> Experiment:
    return load("debate", trials=WORLDS, policies=["status_quo"], worldviews=["neutral"], starts=["2026"])


@pytest.fixture(scope="module")
def played(reference: Experiment) -> Played:
    return play(reference)


def committed(exp: Experiment) -> dict[str, float]:
    """The constants as they stand in parameters.yaml."""
    fixed = {name: exp.catalogue.parameters[name].neutral for name in calibrate.NAMES}
    return {name: entry.value for name, entry in fixed.items() if isinstance(entry, Fixed)}


def test_the_constants_are_those_that_the_command_makes(reference: Experiment) -> None:
    constants = committed(reference)
    assert list(constants) == list(calibrate.NAMES), "each is one fixed number"
    success, joint = calibrate.first_estimates(reference, WORLDS)
    assert constants["reference_success"] == pytest.approx(success, abs=1e-4)
    assert constants["reference_joint_involvement"] == pytest.approx(joint, abs=1e-4)


def test_the_calibrated_constant_is_found_again_from_fewer_worlds(reference: Experiment, played: Played) -> None:
    found = calibrate.calibrate(reference, worlds=WORLDS, rounds=3)["force_calibration"]
    error = error_of_ratio(played, reference)
    assert found == pytest.approx(committed(reference)["force_calibration"], rel=4 * error)


def test_force_comes_as_often_a_year_of_peace_as_its_parameter_says(reference: Experiment, played: Played) -> None:
    ratio = calibrate.hazard_ratio(reference, WORLDS)
    assert abs(ratio - 1) < 4 * error_of_ratio(played, reference)
    record, stated = observed(played, reference)
    assert ratio == pytest.approx(record["hazard_of_force"].sum() / record["peace_years"].sum() / stated.mean())


def test_ten_years_of_peace_are_about_as_likely_as_five_per_cent_a_year_has_it(played: Played) -> None:
    (record,) = played.records.values()
    years = record["peace_years"]
    quiet = (record["use_of_force"] == 0) & (record["quarantine"] == 0)
    assert (years > 0).all()
    assert np.abs(years[quiet] - 10).max() < 1e-9
    assert years.max() < 10 + 1e-9
    mean, error = mean_and_error(quiet.astype(float))
    assert 0.5 - 4 * error < mean < 0.75 + 4 * error


def observed(played: Played, exp: Experiment) -> tuple[np.ndarray, np.ndarray]:
    """The trials of the reference and the hazard each world's parameters state."""
    (record,), (drawn,) = played.records.values(), played.parameters.values()
    return record, drawn[:, list(exp.catalogue.parameters).index("force_per_year")]


def error_of_ratio(played: Played, exp: Experiment) -> float:
    """Standard error of hazard per year of peace over the stated hazard, relative (delta method)."""
    record, stated = observed(played, exp)
    hazard, years = record["hazard_of_force"], record["peace_years"]
    parts = hazard / hazard.mean() - years / years.mean() - stated / stated.mean()
    return float(parts.std(ddof=1) / math.sqrt(len(parts)))
