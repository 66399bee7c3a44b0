"""Fixtures of the tests that use the page in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_in_browser import SIZES, Open, watch
from playwright.sync_api import Browser, Page

from analysis.page import build
from sim.scenario.loader import load


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the debate, made once by each process."""
    path = tmp_path_factory.mktemp("page") / "debate.html"
    path.write_text(build.build(load("debate"), "debate"), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Browser, file: Path) -> Iterator[Open]:
    """Open the page at an address; afterwards no error may have been logged and nothing asked of a network."""
    faults: list[str] = []
    contexts = []

    def open_page(
        address: str = "", *, size: str = "laptop", scheme: Any = "light", is_past_guess: bool = True
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        watch(page, faults, ("file:", "blob:"))
        page.goto(file.as_uri() + address)
        if is_past_guess:
            page.click("#no-guess")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
