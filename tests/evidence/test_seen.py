"""The register names every number that moves a forecast of the back-test, and only episodes and months that exist."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from playing import needs_kernels

from analysis.evidence import seen, single_trigger
from analysis.evidence.episodes import load_record
from analysis.evidence.validation_rows import load_rows
from sim.scenario import loader, shipped
from sim.scenario.shipped import read_further

REGISTER = seen.load_seen()
RECORD = load_record()
HISTORY = shipped.shipped_folder() / "history"


def test_what_was_seen_is_on_record() -> None:
    entries = yaml.safe_load((HISTORY / "episodes.yaml").read_text(encoding="utf-8"))["episodes"]
    months = {month for dates in load_rows().record.values() for month in dates.dates}
    known = {str(entry["id"]) for entry in entries} | months
    for name, entry in REGISTER.items():
        assert set(entry.saw) <= known, name


@needs_kernels
@pytest.mark.slow
def test_every_number_that_moves_a_forecast_is_registered() -> None:
    exp = loader.load("debate", worldviews="neutral", policies="status_quo", trials=200)
    drawn = single_trigger.draw_worlds(exp, exp.worldviews[0])
    triggers = dict.fromkeys(episode.trigger for episode in RECORD.episodes)
    moved = set()
    for name, parameter in exp.catalogue.parameters.items():
        extremes = [np.array(drawn, copy=True) for _ in range(2)]
        for values, bound in zip(extremes, parameter.bounds, strict=True):
            values[name] = bound or 1e-9  # a rate of zero has no next event
        for trigger in triggers:
            low, high = (np.hstack(single_trigger.play_trigger(exp, values, trigger)) for values in extremes)
            if not np.array_equal(low, high):
                moved.add(name)
                break
    assert moved == set(REGISTER)


def test_faults_of_the_register_are_found(tmp_path: Path) -> None:
    text = (HISTORY / "seen.yaml").read_text(encoding="utf-8")
    path = tmp_path / "seen.yaml"
    path.write_text(text.replace("  drill_prob:", "  drill_chance:", 1), encoding="utf-8")
    content, faults = read_further(seen.SeenFile, path)
    assert content is None
    (fault,) = faults
    assert "drill_chance" in fault.message
    assert fault.line > 10
    assert read_further(seen.SeenFile, HISTORY / "seen.yaml")[1] == []


@pytest.mark.parametrize("entry", REGISTER.values(), ids=REGISTER)
def test_a_number_that_saw_nothing_says_where_it_comes_from(entry: seen.Seen) -> None:
    assert entry.saw or re.search("literature|experiments|judgement", entry.why, re.IGNORECASE)
