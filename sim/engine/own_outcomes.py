"""Your own outcomes: functions of the recorded columns of trials.

>>> def bad_decade(trials):
...     return (trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import QuestionError
from sim.scenario.messages import describe_unknown

Floats = NDArray[np.float64]


class Columns(Protocol):
    """Trials by column: `columns[name]` is one value a trial, `columns.dtype.names` are all names."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Names and types of the columns."""

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """One column, one value a trial."""


class Trials(Mapping[str, Floats]):
    """Trials as an own outcome reads them: `trials[name]` is float[trial], for every column of `result.trials`."""

    def __init__(self, columns: Columns) -> None:
        self._columns, self._names = columns, columns.dtype.names or ()

    def __getitem__(self, name: str) -> Floats:
        if name not in self._names:
            raise QuestionError(describe_unknown("column", name, self._names))
        return self._columns[name].astype(np.float64)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


OwnOutcome = Callable[[Trials], ArrayLike]


def name_of(function: OwnOutcome, taken: Sequence[str] = ()) -> str:
    """Name of an own outcome: its function's; raises QuestionError if it has none, or another outcome has it."""
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        raise QuestionError(f"outcome {name or function!r}: it needs a name; write def my_outcome(trials): return ...")
    if name in taken:
        raise QuestionError(f"outcome {name}: Strait records this name already; give your function another one")
    return str(name)


def compute_outcome(function: OwnOutcome, columns: Columns) -> NDArray[Any]:
    """Values of an own outcome, bool[trial] or float[trial].

    Raises QuestionError if it reads a column that is not there, does not give one finite number a trial, or fails on
    arrays.
    """
    trials, name = Trials(columns), name_of(function)
    rows = len(columns[(columns.dtype.names or ())[0]])
    try:
        values = np.asarray(function(trials))
    except (TypeError, ValueError) as error:
        if isinstance(error, QuestionError):
            raise
        raise QuestionError(
            f"outcome {name}: {error} Each column is an array with one value a trial: write & for and, | for or, "
            "~ for not, and np.where(condition, a, b) for if."
        ) from error
    if values.shape != (rows,) or values.dtype.kind not in "bif":
        raise QuestionError(
            f"outcome {name}: must give one number for each of {rows} trials, got {values.dtype} of shape "
            f"{values.shape}; compute it from trials[...] without a sum or a mean"
        )
    values = values if values.dtype.kind == "b" else values.astype(np.float64)
    if missing := int(np.count_nonzero(~np.isfinite(values))):
        raise QuestionError(
            f"outcome {name}: {missing} of {rows} trials have no finite value; replace them, as in "
            "np.nan_to_num(trials['months_to_first_force'], nan=120)"
        )
    return values
