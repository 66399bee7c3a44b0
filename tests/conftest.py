"""What all tests share: the same random cases on every machine, no time limit on any, the command, a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import Strait
from hypothesis import settings
from slow_modules import LONGEST, SLOW
from typer.testing import CliRunner

from analysis.cli import main

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TESTS = Path(__file__).parent

settings.register_profile("strait", deadline=None, derandomize=True)
settings.load_profile("strait")


@pytest.fixture
def strait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Strait:
    """Return the command, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *words: CliRunner().invoke(main.app, [*words])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, closed when the tests of the module are over."""
    from page_in_browser import CHROMIUM
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow modules, and put them first, the longest before the others."""
    places = {name: place for place, name in enumerate((*LONGEST, *sorted(SLOW - {*LONGEST})))}

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
        return places.get(name, len(places))

    for item in items:
        if place(item) < len(places):
            item.add_marker(pytest.mark.slow)
    items.sort(key=place)
