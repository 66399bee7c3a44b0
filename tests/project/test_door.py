"""The public names of `sim`, and its family of errors."""

from __future__ import annotations

import inspect
import pydoc

import pytest

import sim
from sim import errors

ERRORS = [entry for _, entry in inspect.getmembers(errors, inspect.isclass) if issubclass(entry, Exception)]


@pytest.mark.parametrize("name", sim.__all__)
def test_help_lists_every_public_name(name: str) -> None:
    assert getattr(sim, name) is not None
    assert name in dir(sim)
    assert name in pydoc.plain(pydoc.render_doc(sim))


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_a_strait_error_and_says_when_it_is_raised(error: type[Exception]) -> None:
    assert issubclass(error, sim.StraitError)
    assert error is sim.StraitError or str(error.__doc__).startswith("Raised ")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'forecast'"):
        sim.forecast  # noqa: B018
