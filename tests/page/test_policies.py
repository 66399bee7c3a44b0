"""Own policies of the page: what they take, how the address holds them, and the files that they are saved as."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_in_node import ask
from playing import needs_kernels
from translating import needs_node

import sim
from analysis.page import content
from analysis.page.source import read_source
from analysis.questions.effort import planned_effort
from analysis.questions.javascript import flatten, print_rules
from sim.engine import setup
from sim.scenario import schema
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start
from sim.scenario.layers import Order
from sim.scenario.loader import load

pytestmark = needs_node

SCRIPTS = ["levers.js", "policies.js", "dials.js", "experiment.js"]
KNOWN = {
    "policies": ["status_quo", "both"], "titles": ["Status quo", "the status quo", "Both", "both"],
    "levers": ["escorts", "liaison", "spending"], "locked": ["spending"],
}  # fmt: skip
OWN = {
    "title": "Über ~ & <b>=#", "when_coerced": "quieten",
    "levers": {"escorts": {"depth": 0.555, "openness": 0, "from_month": 12, "ramp_months": 0.5},
               "liaison": {"depth": 1}},
}  # fmt: skip


def _planned_by_the_page(exp: Experiment, policies: list[tuple[Policy, Start]]) -> list[float]:
    """What the page adds up over the levers that each policy moves."""
    settings = [flatten(setup.build_setting(exp, policy, start)[0]).tolist() for policy, start in policies]
    code = f"""answer(DATA.settings.map((setting) => movesOf(setting, DATA.levers, {exp.months})
      .reduce((sum, {{ years }}) => sum + years, 0)));"""
    data = {"settings": settings, "levers": content.lever_numbers(exp, print_rules(exp))}
    found: list[float] = ask(["levers.js", "policies.js"], code, data)
    return found


@needs_kernels
def test_planned_lever_years_are_pythons() -> None:
    exp, dice = load("debate"), random.Random(3)
    months = [0, 12, 100, 119, 300.0]
    policies = []
    for _ in range(100):
        start, lever = dice.choice(exp.starts), dice.choice([*exp.catalogue.levers])
        setting = LeverSetting(dice.random(), None, dice.choice(months), dice.choice([0.5, 12, 60]))
        orders = tuple(Order(dice.choice(months), lever, dice.choice([0.0, 0.4, 1.0]), None, dice.choice([0, 12, 60]))
                       for _ in range(dice.choice([0, 0, 1, 4])))  # fmt: skip
        levers = {lever: setting} if dice.random() < 0.7 else {}
        policies.append((Policy("own", "Own", "", levers, "japan_decides", "", orders), start))
    planned = [planned_effort(exp, policy, start) for policy, start in policies]
    assert _planned_by_the_page(exp, policies) == pytest.approx(planned, rel=1e-12)
    assert 0 in planned


@needs_kernels
def test_planned_lever_years_are_those_of_a_run(tmp_path: Path) -> None:
    """Also of a policy that consists of orders, as Play saves one: its steps and its way back."""
    (tmp_path / "ord.yaml").write_text(
        "policy: ord\ntitle: Ordered\nlevers:\n  escorts: {depth: 0.5, openness: 0.5, from_month: 12}\norders:\n"
        "  - {month: 24, lever: escorts, depth: 0, openness: 0, ramp_months: 1}\n"
        "  - {month: 24, lever: liaison, depth: 1, openness: 1}\n  - {month: 30, when_coerced: suspend}\n"
        "  - {month: 60, lever: escorts, depth: 1, openness: 0.5}\n"
        "  - {month: 60, lever: spending, depth: 0}\n",
        encoding="utf-8",
    )
    (tmp_path / "only.yaml").write_text(
        "policy: only\ntitle: Orders only\norders:\n  - {month: 0, lever: liaison, depth: 1, openness: 1}\n"
        "  - {month: 110, lever: liaison, depth: 0}\n",
        encoding="utf-8",
    )
    names = [policy.name for policy in load("debate").policies]
    paths = [str(tmp_path / name) for name in ("ord.yaml", "only.yaml")]
    exp = load("debate", policies=[*names, *paths], worldviews=["neutral"], starts=["2026"], trials=20)
    played = sim.run(exp).trials_of("lever_years_planned").groupby("policy")["lever_years_planned"].mean()
    found = _planned_by_the_page(exp, [(policy, exp.starts[0]) for policy in exp.policies])
    assert found == pytest.approx([played[policy.name] for policy in exp.policies], rel=1e-9)
    assert found[-2:] == pytest.approx([13.846, 6.321], abs=5e-4)


def slots(texts: list[str]) -> Any:
    """What the page reads of slots in an address."""
    code = "answer(readSlots(DATA.texts, DATA.known, ['status_quo', 'both']))"
    return ask(SCRIPTS, code, {"texts": texts, "known": KNOWN})


def test_the_address_holds_a_policy_as_it_is() -> None:
    text = ask(SCRIPTS, "answer(slotText(DATA))", OWN)
    assert not {"&", "=", "#", "<"} & set(text)
    assert slots(["both", text]) == {"slots": ["both", OWN], "left": 0}


@pytest.mark.parametrize(
    "text",
    [
        "nobody", "~", "~~", "~x", "~x~never", "~%E0%A4%A~suspend", "~%00~suspend", "~%20x~suspend",
        "~x~suspend~escorts", "~x~suspend~escorts:1:1:1", "~x~suspend~escorts:101:::", "~x~suspend~escorts:-1:::",
        "~x~suspend~escorts:1e2:::", f"~x~suspend~escorts:::{schema.MOST_MONTHS + 1}:", "~x~suspend~__proto__:1:1:1:1",
        "~x~suspend~nothing:1:1:1:1", "~x~suspend~escorts:1:::~escorts:2:::", "~x~suspend~spending:1:::",
        f"~{'x' * 49}~suspend", "constructor",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out(text: str) -> None:
    assert slots(["both", text, "status_quo"]) == {"slots": ["both", "status_quo"], "left": 1}
    assert slots([text, "both"]) == {"slots": ["status_quo", "both"], "left": 2}, "two at least"


def test_the_address_holds_all_months_that_a_file_may_have() -> None:
    late = {"from_month": 150, "ramp_months": schema.MOST_MONTHS}
    policy = OWN | {"levers": {"escorts": {"depth": 0.5} | late, "liaison": {"depth": 1, "from_month": 600}}}
    text = ask(SCRIPTS, "answer(slotText(DATA))", policy)
    assert slots(["both", text]) == {"slots": ["both", policy], "left": 0}


def test_an_untouched_copy_differs_in_nothing() -> None:
    """Though it is rounded: a third is 0.3333."""
    base = {"when_coerced": "suspend", "now": {"depth": 0, "openness": 0},
            "levers": {"escorts": {"depth": 1 / 3, "openness": 2 / 3, "from_month": 1 / 3}}}  # fmt: skip
    code = """
      const same = policyFrom(DATA, "x"), differs = (slot) => whatDiffers(slot, DATA, () => DATA.now);
      const deeper = { ...same, levers: { escorts: { ...same.levers.escorts, depth: 0.35 } } };
      answer([differs(same), differs(deeper)]);"""
    found = [{"more": [], "less": [], "other": []}, {"more": ["escorts"], "less": [], "other": []}]
    assert ask(SCRIPTS, code, base) == found


def test_slots_are_few_and_differ() -> None:
    assert slots(["both", "both", "status_quo"])["left"] == 1
    found = slots(["~Both~suspend", "~x~suspend", "~X~suspend", "~y~suspend", "~z~suspend"])
    assert [slot["title"] for slot in found["slots"]] == ["Both 2", "x", "X 2", "y"]
    assert found["left"] == 1
    titles = ask(SCRIPTS, "answer(DATA.map(cleanTitle))", ["  a\n\tb ", "\u202ex", "é" * 50, "\u2028", "🏝" * 49])
    assert titles == ["a b", "x", "é" * 48, "", "🏝" * 48]


def test_two_titles_that_the_loader_calls_one_are_one() -> None:
    assert ask(SCRIPTS, "answer(freeTitle('STRASSE', ['Straße']))") == "STRASSE 2"
    letters = [chr(code) for code in range(0x20, 0x2FFF) if chr(code) != chr(code).casefold()]
    found = ask(SCRIPTS, "answer(DATA.map(([a, b]) => freeTitle(a, [b])))", [[x, x.casefold()] for x in letters])
    assert len(letters) > 1000
    assert [x for x, title in zip(letters, found, strict=True) if title != f"{x} 2"] == []


def test_a_lever_that_passes_the_level_of_the_start_keeps_its_other_parts() -> None:
    code = """
      const move = (slot, [part, value]) => withLever(slot, "escorts", part, value, DATA.now);
      const set = (slot, ...moves) => moves.reduce(move, slot);
      const slot = { title: "x", when_coerced: "suspend", levers: { escorts: DATA.change } };
      const back = set(slot, ["depth", DATA.now.depth]), on = set(back, ["depth", 0.05], ["depth", 0.3]);
      answer([back.levers, on.levers.escorts]);"""
    change = {"depth": 0.5, "openness": 0.4, "from_month": 24, "ramp_months": 3}
    start = {"depth": 0, "openness": 0}
    assert ask(SCRIPTS, code, {"now": start, "change": change}) == [{}, change | {"depth": 0.3}]
    there = {"depth": 0.2, "openness": 0.4}
    assert ask(SCRIPTS, code, {"now": there, "change": change}) == [{}, change | {"depth": 0.3}]
    seen = {"depth": 0.2, "openness": 0.1}
    still = [{"escorts": change | {"depth": 0.2}}, change | {"depth": 0.3}]
    assert ask(SCRIPTS, code, {"now": seen, "change": change}) == still


def test_the_policy_that_is_edited_is_found_again_or_given_up() -> None:
    code = """
      const a = { title: "a" }, b = { title: "b" }, now = { title: "a" };
      answer([[2, ["s", "d", now], ["s", "d", a]], [2, ["s", "d", a], ["s", "d"]], [0, [a, "s", "d"], ["s", "d", a]],
        [2, ["s", "d", b], ["s", "d", a, b]], [2, ["s", "d", b], ["s", a]], [1, ["s", b], ["d", a]],
        [null, ["s", a], [a, "s"]]]
        .map((each) => placeAfter(...each)));"""
    assert ask(SCRIPTS, code) == [2, None, 2, 3, None, None, None]


def test_a_copy_of_a_policy_has_the_very_numbers_of_its_original() -> None:
    code = """
      const words = { limits: { risk: [0, 1], cost: [0, null], effort: [0, null] }, margins: { risk: 0.01, cost: 0.05 },
        contrasts: [["b", "a"]] };
      const play = (names, setting, lean) => {
        const run = new Run(setting, names, 1000);
        names.forEach((name) => ["risk", "cost", "hit", "effort"].forEach((what) => {
          const edge = lean + (name === "b" ? 9 : 0);
          run[what][name] = Float64Array.from({ length: 1000 }, (_, i) => Number((i * 7919) % 100 < edge));
        }));
        return Object.assign(run, { n: 1000 });
      };
      const before = play(["a", "b"], {}, 30), known = estimates(before, words, null, 4000);
      const setting = { copies: { "~2": "a" }, pairs: [["~2", "a"], ["b", "a"]] };
      answer(estimates(play(["a", "b", "~2"], setting, 28), words, { run: before, at: known }, 4000));"""
    found = ask(["estimate.js", "engine.js"], code)
    assert found["levels"]["~2"] == found["levels"]["a"]
    assert found["pairs"]["~2|a"] == {"risk": [0, 0, 0], "cost": [0, 0, 0]}
    assert found["pairs"]["b|a"]["risk"][1] > 0


@needs_kernels
@pytest.mark.parametrize("extends", ["debate", None])
def test_a_saved_policy_is_the_one_that_the_page_played(extends: str | None, tmp_path: Path) -> None:
    head = "extends: debate\n" if extends else "worldviews: [neutral]\nstarts: [2026]\nvalues: [neutral]\n"
    (tmp_path / "own.yaml").write_text(
        f"experiment: own\n{head}policies: [status_quo, both]\nlevers: {{spending: {{depth: 1}}}}\n", encoding="utf-8"
    )
    exp = load(tmp_path / "own.yaml")
    source = read_source(str(tmp_path / "own.yaml"), exp)
    assert source.levers == ["spending"]
    assert content.words(exp, source)["policies"][1]["levers"]["escorts"]["depth"] == 1
    data = {"source": vars(source), "worlds": 4000, "view": "neutral", "start": "2026", "dials": {}, "preset": {},
            "mark": "x", "address": "", "name": "mine", "own": {"mine_a": OWN}, "baseline": "both"}  # fmt: skip
    text, policy = ask(SCRIPTS, "answer([experimentText(DATA), policyFileText('mine_a', DATA.own.mine_a)])", data)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "mine_a.yaml").write_text(policy, encoding="utf-8")
    saved = load(tmp_path / "mine.yaml")
    assert [each.name for each in saved.policies] == ["both", "status_quo", "mine_a"], "the baseline comes first"
    assert saved.policies[:2] == exp.policies[::-1]
    found = saved.policies[2]
    assert (found.title, found.when_coerced) == (OWN["title"], "quieten")
    levers: Any = OWN["levers"]
    assert found.levers == {
        "escorts": LeverSetting(**levers["escorts"]), "liaison": LeverSetting(depth=1.0),
        "spending": replace(LeverSetting(), depth=1.0),
    }  # fmt: skip
