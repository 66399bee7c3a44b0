"""Labels of charts on narrow screens: nothing crosses them, and they cover nothing."""

from __future__ import annotations

import pytest
from page_in_browser import Open, needs_browser, resize, wait
from playing import needs_kernels

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]

OWN = "&_p=status_quo&_p=direct_ties&_p=~My%20escorts~japan_decides~escorts:100:100:12:24"
CROSSED = """(() => {
    const rect = (node, x = 0, y = 0) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return { left: left + x, right: right - x, top: top + y, bottom: bottom - y };
    };
    const inner = (node) => rect(node, 2, 3);
    const over = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    const all = (where) => [...document.querySelectorAll(where)].filter((node) => node.style.display !== 'none');
    const names = all('#picture .label text'), found = [], chart = rect(document.getElementById('picture'));
    const note = (isWrong, name, what) => { if (isWrong) found.push(`${name.textContent}: ${what}`); };
    for (const name of names) {
        for (const mark of all('#picture .point > *')) note(over(inner(name), rect(mark)), name, mark.outerHTML);
        for (const other of names) note(other !== name && over(inner(name), inner(other)), name, other.textContent);
        note(rect(name).left < chart.left || rect(name).right > chart.right + 2, name, 'leaves the chart');
    }
    for (const name of all('#differences text.axis')) {
        for (const line of all('#differences .zero')) note(over(inner(name), rect(line)), name, 'zero');
        note(name.textContent.endsWith('…'), name, 'cut');
    }
    return names.length < 6 ? ['too few labels'] : found;
})()"""
"""What is wrong with the labels of both charts on the screen of beliefs."""


@pytest.mark.parametrize("language", ["en", "ja", "zh-Hant"])
def test_nothing_crosses_a_label_on_a_phone(language: str, visit: Open) -> None:
    page = visit(f"#_l={language}{OWN}", size="phone")
    page.emulate_media(reduced_motion="reduce")
    for view in page.evaluate("VIEWS.map((view) => view.name)"):
        page.evaluate("(view) => { lastMove.time = 0; takePreset(view); ghost = null; }", view)
        wait(page, "engine.at?.n === NUMBERS.worlds")
        for width, height in ((390, 844), (320, 640)):
            resize(page, width, height)
            assert page.evaluate(CROSSED) == [], (view, width)
