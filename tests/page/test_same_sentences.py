"""The page has the sentences of `sim.story`."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_in_node import Worker, run_worker
from playing import needs_kernels
from translating import needs_node

from analysis.page import content, seat
from sim.narrative.story import OTHER_LUCKS, story
from sim.scenario.experiment import Experiment
from sim.scenario.layers import ScriptedEvent
from sim.scenario.loader import load

pytestmark = [needs_kernels, needs_node]


def sentences_in_javascript(
    exp: Experiment, folder: Path, view: str, start: str, pair: tuple[str, str], worlds: list[int]
) -> list[dict[str, Any]]:
    """What the page says of each of some worlds."""
    worker = Worker(exp, folder)
    request = {"beliefs": {"view": view, "dials": worker.numbers["views"][view]["dials"]}, "start": start,
               "policies": pair, "nth": 0, "lucks": OTHER_LUCKS}  # fmt: skip
    code = f"""const narrative = {json.dumps(content.narrative(exp))}, request = {json.dumps(request)};
      const begin = {json.dumps(seat.seat_words(exp)["at"][start])};
      const stories = {json.dumps(worlds)}.map((world) => {{
        const {{ sides }} = watch({{ ...request, worlds: [world] }}), [against, policy] = sides;
        const story = narrateBoth({{ against, policy }}, narrative, begin, "en");
        const {{ line, parting, force }} = headlineOf(story);
        return {{ ...story, line, kind: kindOf(story), others: {{ against: against.others, policy: policy.others }} }};
      }});
      require("fs").writeFileSync("stories.json", JSON.stringify(stories));"""
    run_worker(worker, ["story.js"], code)
    stories: list[dict[str, Any]] = json.loads((folder / "stories.json").read_text(encoding="utf-8"))
    return stories


def odd(exp: Experiment) -> Experiment:
    """The experiment in half months, with scripted events."""
    events = tuple(ScriptedEvent(month=3 + 11 * number, event=event)  # type: ignore[arg-type]
                   for number, event in enumerate(("large_drill", "us_arms_sale", "deadly_incident")))  # fmt: skip
    return replace(exp, step_months=0.5, events=events)


@pytest.mark.slow
@pytest.mark.parametrize(("view", "start", "pair", "is_odd"), [
    ("neutral", "2026", ("status_quo", "direct_ties"), False), ("newsham", "2020", ("interoperability", "both"), False),
    ("self", "2026", ("status_quo", "quiet_depth"), True),
])  # fmt: skip
def test_the_page_says_what_python_says(
    view: str, start: str, pair: tuple[str, str], is_odd: bool, tmp_path: Path
) -> None:
    exp = load("debate")
    exp = content.shrink(odd(exp) if is_odd else exp)
    worlds = list(range(40))
    few = replace(exp, trials=len(worlds))
    sentences = 0
    for world, page in zip(worlds, sentences_in_javascript(exp, tmp_path, view, start, pair, worlds), strict=True):
        here = story(few, policy=pair[1], against=pair[0], worldview=view, start=start, trial=world)
        data = here.to_dict()
        for part in ("alike", "parting", "sides", "endings", "gap", "kind", "breaking_points"):
            assert page[part] == data[part], (world, part)
        assert page["others"] == data["other_lucks"]
        for side in ("against", "policy"):
            assert page["danger"][side] == data["danger"][side]
            assert [tuple(mark) for mark in page["marks"][side]] == data["marks"][side]
            sentences += len(page["sides"][side]["sentences"])
        assert not math.isnan(page["breaking_points"][0])
    assert sentences > 10 * len(worlds)
