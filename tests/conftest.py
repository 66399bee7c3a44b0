"""What all tests share: the same random cases on every machine, and no time limit on any of them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("strait", deadline=None, derandomize=True)
settings.load_profile("strait")
