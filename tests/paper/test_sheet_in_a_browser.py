"""The sheet in Chromium: one page of paper, nothing fetched, and axe finds nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import made_up_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from analysis.paper import sheet
from tools.page_speed import BROWSERS

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this computer")
TITLES = ("Status quo", "Direct ties", "Interoperability", "Both", "Quiet depth", "Liaison officers only", "More of it")
MANY = {title.lower().replace(" ", "_"): title for title in TITLES}


@pytest.mark.parametrize("policies", [None, MANY], ids=["shipped", "many"])
def test_it_is_one_page_for_everyone(tmp_path: Path, policies: dict[str, str] | None) -> None:
    path, faults = tmp_path / "sheet.html", []
    path.write_text(sheet.write_sheet(made_up_run.run(made_up_run.experiment(policies))), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.on("console", lambda message: faults.append(message.text))
        page.on("request", lambda asked: faults.extend([asked.url] * (not asked.url.startswith(("file:", "data:")))))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for width in (320, 1000):
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page)
            assert not found.response["violations"], found.generate_report()
        for size in ("A4", "Letter"):
            assert page.pdf(format=size, print_background=True).count(b"/Type /Page\n") == 1, size
        browser.close()
    assert not faults
