"""The public names of `sim`, and its family of errors."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pydoc
import re

import pytest

import sim
from sim import errors

ERRORS = [entry for _, entry in inspect.getmembers(errors, inspect.isclass) if issubclass(entry, Exception)]


@pytest.mark.parametrize("name", sim.__all__)
def test_help_lists_every_public_name(name: str) -> None:
    assert getattr(sim, name) is not None
    assert name in dir(sim)
    assert name in pydoc.plain(pydoc.render_doc(sim))


def test_the_head_of_help_lists_what_there_is() -> None:
    head = str(sim.__doc__).partition(">>>")[0]
    assert not [name for name in sim.__all__ if not re.search(rf"\b{name}\b", head)]


@pytest.mark.parametrize("name", sim.__all__)
def test_examples_of_the_public_names_run(name: str) -> None:
    entry = getattr(sim, name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    home = vars(importlib.import_module(entry.__module__))
    for example in finder.find(entry, name, globs={**home}):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_repr_of_an_experiment_and_a_result_is_a_few_lines() -> None:
    exp = sim.load("debate", trials=50, starts=["2026"], policies=["status_quo", "both"])
    result = sim.run(exp)
    assert repr(exp).splitlines()[0] == "Experiment debate: Should Japan deepen defence co-operation with Taiwan?"
    assert "50 in each of 6 combinations, 300 in all" in repr(exp)
    assert len(repr(exp).splitlines()) < 8
    assert len(repr(result).splitlines()) < 9
    for part in (exp.catalogue, *exp.worldviews, *exp.starts, *exp.policies):
        assert len(repr(part)) < 2_000
    assert "<table>" in exp._repr_html_()
    shown = result._repr_html_()
    summary = result.summary().query("outcome == 'use_of_force' and statistic == 'mean'")
    share = 100 * summary.set_index(["policy", "worldview"])["estimate"]["both", "self"]
    assert f"<td>{share:.0f} of 100 (" in shown
    assert "too few trials to say</td>" in shown  # the verdict of 50 worlds
    assert len(shown) < 5_000


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_a_strait_error_and_says_when_it_is_raised(error: type[Exception]) -> None:
    assert issubclass(error, sim.StraitError)
    assert error is sim.StraitError or str(error.__doc__).startswith("Raised ")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'forecast'"):
        sim.forecast  # noqa: B018
