"""The pages of docs/ with their made parts as they should be now: from code, scenario files and recorded measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.paper import markdown
from tools import catalogued, findings, findings_unsure, measured, recorded

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

COMPOSED = SHORT, NAMED = "findings-short", "findings-named"
"""Parts made of other parts: some of the sentences, and the claims they speak of."""
MEASURES = "measured"  # the folder of recorded measures, in docs/


def pages(folder: Path) -> list[Path]:
    """The pages of a folder that have made parts."""
    return [page for page in sorted(folder.glob("*.md")) if markdown.names(page.read_text(encoding="utf-8"))]


def backtest() -> str:
    """The results of the back-test, scored anew."""
    from analysis.evidence import episodes
    from analysis.evidence.backtest import forecasts, gains, report

    record = episodes.record()
    found = forecasts.scored(record.episodes, record)
    return report.markdown(found, gains.gains(found, report.PAIRS))


FINDINGS = {**findings.PARTS, **findings_unsure.PARTS}
RECORDED = {**recorded.PARTS, **FINDINGS}
SLOW = {"backtest": backtest}
"""Parts that are worked out anew, which takes a while; a test of their own holds them."""


def written(exp: Experiment, folder: Path, *, slow: bool = False) -> dict[Path, str]:
    """Each page with made parts, as it should read now; slow parts are left as they stand unless asked for.

    Raises
    ------
    KeyError
        If a page names a part that does not exist.
    """
    wanted = {page: page.read_text(encoding="utf-8") for page in pages(folder)}
    names = {name for text in wanted.values() for name in markdown.names(text)}
    made = {name: part(exp) for name, part in catalogued.PARTS.items() if name in names}
    old = measured.stale(exp, folder / MEASURES)
    for name, (measure, part) in RECORDED.items():
        if name in names:
            made[name] = _told(exp, folder, measure, part, old.get(measure, ""))
    sentences = {name: text for name, text in made.items() if name in FINDINGS}
    if {*COMPOSED} <= names:
        made |= {SHORT: findings.short(sentences), NAMED: findings.named(exp, sentences.values())}
    made |= {name: part() for name, part in SLOW.items() if slow and name in names}
    left = () if slow else SLOW
    return {page: markdown.filled(text, made, left) for page, text in wanted.items()}


def _told(exp: Experiment, folder: Path, measure: str, part: recorded.Part, old: str) -> str:
    """A table from a recorded measure, and where its figures come from; only the latter if it cannot be read."""
    command = f"`python -m tools document --measure {measure}`"
    try:
        found, trials = measured.read(measure, folder / MEASURES)
        table = part(exp, found)
    except (OSError, KeyError):
        if old:
            return f"*{measure} {old}: {command} makes it.*"
        raise
    return f"{table}\n\n*{trials:,} trials a cell; figures in [{measure}.csv]({MEASURES}/{measure}.csv), by {command}.*"
