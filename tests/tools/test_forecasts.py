"""The register of forecasts for 2027: whole, dated, shown as it stands, and closed once the year has begun."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from playing import needs_kernels
from typer.testing import CliRunner

from analysis import cli
from analysis.evidence.backtest.forecasts import FORECASTERS
from analysis.evidence.backtest.rivals import RUNGS
from analysis.evidence.episodes import load_next_triggers, load_record
from tools import __main__ as commands
from tools import forecasts

DOCS = Path(__file__).parents[2] / "docs"
REGISTER = forecasts.read(DOCS / "measured")


def test_every_kind_has_every_forecast() -> None:
    kinds = {kind.name for kind in load_next_triggers("2027-01", load_record())}
    assert set(REGISTER["kind"]) == kinds
    assert len(kinds) >= 10
    cells = REGISTER.groupby(["kind", "domain", "forecaster"])["probability"]
    assert len(cells) == len(kinds) * len(RUNGS) * len(FORECASTERS)
    assert cells.sum().to_numpy() == pytest.approx(1, abs=0.001)
    assert (REGISTER["probability"] > 0).mean() > 0.7  # a rupture comes out of coercion, never at once
    assert REGISTER["made"].nunique() == REGISTER["rules"].nunique() == 1
    assert forecasts.is_open(REGISTER["made"].iloc[0])


def test_the_page_shows_the_register_as_it_stands() -> None:
    assert forecasts.as_markdown(REGISTER) in (DOCS / "forecasts.md").read_text(encoding="utf-8")


@needs_kernels
def test_a_register_that_is_written_reads_the_same(tmp_path: Path) -> None:
    made = forecasts.make("2026-12-01", worlds=100)
    forecasts.write(made, tmp_path)
    assert forecasts.read(tmp_path).equals(made)
    assert set(made["trigger"]) == set(REGISTER["trigger"])


@needs_kernels
def test_examples() -> None:
    assert doctest.testmod(forecasts).failed == 0


@pytest.mark.parametrize("date", ["2027-01-01", "2028-05-05", "soon"])
def test_the_register_is_closed_once_the_year_has_begun(date: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(commands.app, ["forecasts", "--date", date, "--docs", str(tmp_path)])
    assert result.exit_code == cli.BAD_INPUT
    assert f"got {date}" in result.output
    assert not list(tmp_path.iterdir())
