"""The sheet in Chromium: one page of paper, nothing fetched, and axe finds nothing."""

from __future__ import annotations

from pathlib import Path

import made_up_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from page_in_browser import needs_browser, resize, watch
from playwright.sync_api import Browser

from analysis.paper import sheet

pytestmark = needs_browser
TITLES = ("Status quo", "Direct ties", "Interoperability", "Both", "Quiet depth", "Liaison officers only", "More of it")
MANY = {title.lower().replace(" ", "_"): title for title in TITLES}


@pytest.mark.parametrize("policies", [None, MANY], ids=["shipped", "many"])
def test_it_is_one_page_for_everyone(tmp_path: Path, policies: dict[str, str] | None, browser: Browser) -> None:
    path, faults = tmp_path / "sheet.html", list[str]()
    path.write_text(sheet.write_sheet(made_up_run.run(made_up_run.experiment(policies))), encoding="utf-8")
    page = browser.new_page()
    watch(page, faults, ("file:", "data:"))
    page.goto(path.as_uri())
    for width in (320, 1000):
        resize(page, width, 800)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()
    for size in ("A4", "Letter"):
        assert page.pdf(format=size, print_background=True).count(b"/Type /Page\n") == 1, size
    page.close()
    assert not faults
