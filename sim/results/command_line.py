"""The words of the command that is running, for the manifests of what it writes; this module imports nothing heavy."""

from __future__ import annotations

from contextvars import ContextVar

WORDS: ContextVar[tuple[str, ...] | None] = ContextVar("WORDS", default=None)  # None in a program of your own
