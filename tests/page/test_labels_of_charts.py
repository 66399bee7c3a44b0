"""Labels of charts on narrow screens: nothing crosses them, and they cover nothing."""

from __future__ import annotations

import pytest
from page_in_browser import Open, needs_browser, resize, wait
from playing import needs_kernels

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]

OWN = "&_p=status_quo&_p=direct_ties&_p=~My%20escorts~japan_decides~escorts:100:100:12:24"
CROSSED = """(() => {
    const rect = (node) => { const { left, right, top, bottom } = node.getBoundingClientRect(); return { left, right, top, bottom }; };
    const inner = (node) => { const { left, right, top, bottom } = rect(node); return { left: left + 2, right: right - 2, top: top + 3, bottom: bottom - 3 }; };
    const over = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    const all = (where) => [...document.querySelectorAll(where)].filter((node) => node.style.display !== 'none');
    const names = all('#picture .label text'), found = [];
    for (const name of names) {
        for (const mark of all('#picture .point > *')) if (over(inner(name), rect(mark))) found.push(`${name.textContent} on ${mark.outerHTML}`);
        for (const other of names) if (other !== name && over(inner(name), inner(other))) found.push(`${name.textContent} on ${other.textContent}`);
        const { left, right } = rect(document.getElementById('picture'));
        if (rect(name).left < left || rect(name).right > right + 2) found.push(`${name.textContent} leaves the chart`);
    }
    for (const name of all('#differences text.axis')) {
        for (const line of all('#differences .zero')) if (over(inner(name), rect(line))) found.push(`${name.textContent} on zero`);
        if (name.textContent.endsWith('…')) found.push(`${name.textContent} is cut`);
    }
    return names.length < 6 ? ['too few labels'] : found;
})()"""


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
