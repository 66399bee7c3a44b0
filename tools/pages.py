"""The pages of docs/ with their generated parts: from code, scenario files and recorded measures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.paper import markdown
from sim.scenario.experiment import Experiment
from tools import (
    api_page,
    debate_tables,
    decision_page,
    findings,
    forecasts,
    input_tables,
    measure_tables,
    measures,
    selftest,
)

CLAIMS = "findings-named"
"""The claims that the other parts of findings.md name."""
API = "api"
BACKTEST = "backtest"
REGISTER = "forecasts"
MEASURED = {**measure_tables.PARTS, **findings.PARTS, **debate_tables.PARTS, **selftest.PARTS}
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
    of_inputs = {**input_tables.PARTS, **decision_page.PARTS}
    parts = {name: part(exp) for name, part in of_inputs.items() if name in names}
    stale = measures.find_stale(exp, folder / FOLDER)
    for name, (of, part) in MEASURED.items():
        if name in names:
            parts[name] = _measured(exp, folder, of, part, stale)
    if CLAIMS in names:
        parts[CLAIMS] = findings.explain_claims(exp, [parts[name] for name in findings.PARTS if name in parts])
    parts |= {BACKTEST: backtest()} if BACKTEST in names else {}
    parts |= {REGISTER: forecasts.as_markdown(forecasts.read(folder / FOLDER))} if REGISTER in names else {}
    parts |= {API: api_page.reference()} if API in names else {}
    return {page: markdown.filled(text, parts) for page, text in texts.items()}


def fill_register(text: str, folder: Path) -> str:
    """Return the page of the register with its table."""
    return markdown.filled(text, {REGISTER: forecasts.as_markdown(forecasts.read(folder / FOLDER))})


def _measured(
    exp: Experiment, folder: Path, names: tuple[str, ...], part: measure_tables.Part, stale: Mapping[str, str]
) -> str:
    """Return a part from recorded measures, mostly with its origin; only a note if a stale measure cannot be read."""
    try:
        read = {name: measures.read(name, folder / FOLDER) for name in names}
        text = part(exp, *(measured for measured, _ in read.values()))
    except (OSError, KeyError):
        for name in names:
            if name in stale:
                return f"*{name} {stale[name]}: `python -m tools document --measure {name}` computes it.*"
        raise
    if part in [of_page for _, of_page in findings.PARTS.values()]:
        return text  # one line at the end of that page names all its files
    (name,) = names
    size, file = f"{read[name][1]:,} {measures.MEASURES[name].counted}", f"[{name}.csv]({FOLDER}/{name}.csv)"
    return f"{text}\n\n*{size}; figures in {file}, by `python -m tools document --measure {name}`.*"
