"""The words of verdicts, for sentences, tables, figures and documents. No other module words a verdict by itself."""

from __future__ import annotations

LARGE = "clear and large enough to matter"
MAY_BE_SMALL = "clear but may be small"
SAME = "no difference that matters"
UNDECIDED = "too close to call"
FEW = "too few trials to say"
IDENTICAL = "identical in every trial"
