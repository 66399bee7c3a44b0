"""The pages of docs/ with their generated parts: from code, scenario files and recorded measures."""

from __future__ import annotations

from pathlib import Path

from analysis.paper import markdown
from sim.scenario.experiment import Experiment
from tools import api_page, findings, forecasts, input_tables, measure_tables, measures, selftest

COMPOSED = SUMMARY, CLAIMS = "findings-short", "findings-named"
"""Parts written from other parts: a summary, and the claims that the sentences name."""
API = "api"
BACKTEST = "backtest"
REGISTER = "forecasts"
MEASURED = {**measure_tables.PARTS, **findings.PARTS, **selftest.PARTS}
FOLDER = "measured"  # the recorded measures, in docs/


def pages(folder: Path) -> list[Path]:
    """Return the pages of a folder that have generated parts."""
    return [page for page in sorted(folder.glob("*.md")) if markdown.names(page.read_text(encoding="utf-8"))]


def backtest() -> str:
    """Return the results of the back-test, scored again in some seconds."""
    from analysis.evidence.backtest import forecasts, report
    from analysis.evidence.episodes import load_record

    record = load_record()
    return report.markdown(forecasts.run_backtest(record.episodes, record))


def generate(exp: Experiment, folder: Path) -> dict[Path, str]:
    """Return each page with generated parts as it should be now.

    Raises KeyError if a page names a part that does not exist.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages(folder)}
    names = {name for text in texts.values() for name in markdown.names(text)}
    parts = {name: part(exp) for name, part in input_tables.PARTS.items() if name in names}
    stale = measures.find_stale(exp, folder / FOLDER)
    for name, (measure, part) in MEASURED.items():
        if name in names:
            parts[name] = _measured(exp, folder, measure, part, stale.get(measure, ""))
    sentences = {name: text for name, text in parts.items() if name in findings.PARTS}
    if {*COMPOSED} <= names:
        parts |= {SUMMARY: findings.summarise(sentences), CLAIMS: findings.explain_claims(exp, sentences.values())}
    parts |= {BACKTEST: backtest()} if BACKTEST in names else {}
    parts |= {REGISTER: forecasts.as_markdown(forecasts.read(folder / FOLDER))} if REGISTER in names else {}
    parts |= {API: api_page.reference()} if API in names else {}
    return {page: markdown.filled(text, parts) for page, text in texts.items()}


def fill_register(text: str, folder: Path) -> str:
    """Return the page of the register with its table."""
    return markdown.filled(text, {REGISTER: forecasts.as_markdown(forecasts.read(folder / FOLDER))})


def _measured(exp: Experiment, folder: Path, measure: str, part: measure_tables.Part, why_stale: str) -> str:
    """Return a part from a recorded measure, with its origin; only a note if a stale measure cannot be read."""
    command = f"`python -m tools document --measure {measure}`"
    try:
        measured, trials = measures.read(measure, folder / FOLDER)
        text = part(exp, measured)
    except (OSError, KeyError):
        if why_stale:
            return f"*{measure} {why_stale}: {command} computes it.*"
        raise
    size = f"{trials:,} {measures.MEASURES[measure].counted}"
    return f"{text}\n\n*{size}; figures in [{measure}.csv]({FOLDER}/{measure}.csv), by {command}.*"
