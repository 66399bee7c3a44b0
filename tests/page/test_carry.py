"""The carried answer: the interval of a first answer, from few worlds, holds what all worlds give."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from page_in_node import Worker, ask, run_worker
from playing import needs_kernels
from translating import needs_node

from analysis.page import content
from sim.scenario.loader import load

pytestmark = needs_node

MOVES = 12
PLAY = """
/** A run of worker.js's numbers, as the page's own class has it. */
function playRun(beliefs) {
  const run = new Run({ beliefs, start: "2026" }, policies, worlds);
  for (let first = 0; first < worlds; first += CHUNK) {
    run.take(first, CHUNK, policies, answer({ beliefs, start: "2026", policies, first, count: CHUNK }));
  }
  return run;
}
const upTo = (run, n) => Object.assign(Object.create(run), { n });
let before = playRun(DATA.settings[0]), known = estimates(before, WORDS, null, worlds);
const found = DATA.settings.slice(1).map((setting) => {
  const run = playRun(setting), first = estimates(upTo(run, CHUNK), WORDS, { run: before, at: known }, worlds);
  const alone = estimates(upTo(run, CHUNK), WORDS, null, worlds), all = estimates(run, WORDS, null, worlds);
  const last = estimates(run, WORDS, { run: before, at: known }, worlds);
  [before, known] = [run, all];
  return { first, alone, all, isLastPlain: JSON.stringify(last) === JSON.stringify(all) };
});
require("fs").writeFileSync("found.json", JSON.stringify(found));
"""


@needs_kernels
def test_first_answers_hold_the_refined_value_and_are_narrow(tmp_path: Path) -> None:
    exp = load("debate", policies=["status_quo", "direct_ties"], starts="2026")
    worker = Worker(exp, tmp_path)
    random, dials = np.random.default_rng(5), dict(worker.numbers["views"]["newsham"]["dials"])
    settings = [{"view": "neutral", "dials": dict(dials)}]
    for claim in random.choice(["N1", "N22", "S7", "S16", "N11", "N18", "S18", "N12"], MOVES):
        dials[str(claim)] = round(float(random.uniform(-1 if claim[0] == "S" else 0, 0 if claim[0] == "S" else 1)), 2)
        settings.append({"view": "neutral", "dials": dict(dials)})
    outcomes = exp.catalogue.outcomes
    words = {
        "policies": [{"name": policy.name} for policy in exp.policies], "contrasts": [["direct_ties", "status_quo"]],
        "limits": {"risk": [0, 1], "cost": [0, None], "effort": [0, None]},
        "margins": {"risk": outcomes[content.RISK].margin, "cost": outcomes[content.COST].margin},
    }  # fmt: skip
    head = f"""const DATA = {json.dumps({"settings": settings})}, WORDS = {json.dumps(words)};
        const worlds = {content.WORLDS}, policies = ["status_quo", "direct_ties"];"""
    run_worker(worker, ["estimate.js", "engine.js"], head + PLAY)
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    held, ratios = 0, []
    for move in found:
        first, alone, everything = move["first"], move["alone"], move["all"]
        for key, what in product((("levels", "direct_ties"), ("contrasts", 0)), ("risk", "cost")):
            (estimate, low, high), (_, plain_low, plain_high), (refined, _, _) = (
                of[key[0]][key[1]][what] for of in (first, alone, everything)
            )
            assert low <= estimate <= high
            held += low <= refined <= high
            ratios.append((high - low) / (plain_high - plain_low))
        assert move["isLastPlain"]
    assert len(ratios) == 4 * MOVES
    assert held >= 0.9 * len(ratios)
    assert np.median(ratios) < 0.6, ratios


def test_nothing_is_carried_without_limits() -> None:
    given = [[0.3, 0.28, 0.33], [0.2, None, None], [0.01, 0.0, 0.03]]
    assert ask(["estimate.js"], "answer(carry(DATA[0], DATA[1], DATA[2]))", given) == given[0]
    carried = ask(["estimate.js"], "answer(carry(DATA[0], [0.2, 0.16, 0.24], [0.01, 0.01, 0.04]))", [[0.3, 0.1, 0.5]])
    assert carried == pytest.approx([0.21, 0.17, 0.26])
    plain = ask(["estimate.js"], "answer(carry([0.3, 0.29, 0.31], DATA[1], DATA[2]))", [0, [0.2, 0.1, 0.3], given[2]])
    assert plain == [0.3, 0.29, 0.31]
