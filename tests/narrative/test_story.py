"""One history under two policies: what is counted, where the two part, and what every sentence says."""

from __future__ import annotations

import functools
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from analysis.figures.story_figure import draw_story
from sim.engine.replay import VIEWS
from sim.errors import QuestionError
from sim.model import trace
from sim.narrative import narration
from sim.narrative.story import SIDES, Story

EXP = sim.load("debate", trials=300)
WORDS = narration.read_words()
DERIVED = ("cause", "at_start", "at_decision", "beyond", "crosses")
ACTORS = ("Beijing", "Tokyo", "Taipei", "Washington", "Nobody", "As the experiment has it", "The campaign is over")


@functools.cache
def history(trial: int, view: str = "newsham") -> Story:
    """The story of a trial."""
    return sim.story(EXP, worldview=view, trial=trial)


@functools.cache
def found(kind: str) -> Story:
    """A story of a kind."""
    return sim.story(EXP, worldview="self" if kind == "provoked" else "newsham", kind=kind)  # type: ignore[arg-type]


def test_every_rule_asks_for_what_its_event_has_and_names_who_decided() -> None:
    kinds = {kind.name: kind for kind in trace.EVENTS}
    every = {field.name for kind in trace.EVENTS for field in kind.fields}
    for rule in WORDS["sentences"] + WORDS["marks"]:
        fields = {field.name: field for field in kinds[rule["event"]].fields}
        for name, wanted in rule.get("when", {}).items():
            assert name in fields or name in DERIVED or rule["event"] in ("belligerents", "settlement"), rule
            labels = fields[name].labels if name in fields else ()
            if labels:
                assert {*(wanted if isinstance(wanted, list) else [wanted])} <= {*labels}, rule
        assert {*rule.get("changed", ())} <= {*fields}, rule
        assert {*re.findall(r"{(\w+)}", rule["en"])} <= every | {*VIEWS}, rule
        if "weight" in rule:
            assert any(actor in rule["en"] for actor in ACTORS), rule
            assert rule["en"].endswith("."), rule


def test_every_language_has_all_sentences_with_the_same_places() -> None:
    for language in WORDS["words"]:
        texts = [(rule["en"], rule[language]) for rule in WORDS["sentences"] + WORDS["marks"]]
        texts += [(text, WORDS["lines"][language][key]) for key, text in WORDS["lines"]["en"].items()]
        for english, other in texts:
            assert {*re.findall(r"{(\w+)}", english)} == {*re.findall(r"{(\w+)}", other)}, (language, english)
        assert {*WORDS["words"][language]} == {*WORDS["words"]["en"]}


def test_every_label_that_a_sentence_shows_has_words() -> None:
    labels = {field.name: field.labels for kind in trace.EVENTS for field in kind.fields}
    for name in ("economic", "military", "form"):
        assert {*WORDS["words"]["en"][name]} == {*labels[name]} - {"none", "routine"}
    assert {*WORDS["words"]["en"]["lever"]} == {*EXP.catalogue.levers}


def test_the_status_quo_goes_not_beyond_the_start_and_what_is_later_is_dated_later() -> None:
    falls = seen = 0
    for trial in range(60):
        story = sim.story(EXP, worldview="self", trial=trial)
        for side in SIDES:
            sentences = story.narration["sides"][side]["sentences"]
            own = story.narration["parting"]["sentences"][side] + sentences
            if side == "against":
                assert not [entry for entry in own if "goes beyond what" in entry["text"]], trial
                assert "step" not in [sign for _, sign in story.marks[side]]
            else:
                seen += any("goes beyond what" in entry["text"] for entry in own)
            later = [entry for entry in sentences if entry["years"]]
            assert all(re.fullmatch(r"\d{4}–\d{4}", story.when(entry)) for entry in later)
            assert sentences[len(sentences) - len(later) :] == later, "the years after a fall come last"
            over = [entry["text"] for entry in sentences if "Taiwan has fallen" in entry["text"]]
            falls += len(over)
            assert not [text for text in over if "Taiwan 0 %" in text or "Taiwan less than 1" in text]
    assert falls > 3
    assert seen > 30


@pytest.mark.parametrize("kind", ["averted", "provoked"])
def test_counts_are_those_of_the_run(kind: str) -> None:
    story = found(kind)
    trials = sim.run(EXP).trials.query(f"start == '2026' and worldview == '{story.worldview.name}'")
    force = trials.pivot_table(index="trial", columns="policy", values="use_of_force", observed=True)
    change = force["direct_ties"] - force["status_quo"]
    assert story.counts == {"n": 300, "averted": (change < 0).sum(), "provoked": (change > 0).sum(),
                            "same": (change == 0).sum()}  # fmt: skip
    assert sorted(story.like_it) == list(change.index[change < 0 if kind == "averted" else change > 0])
    assert story.kind == kind
    assert story.trial in story.like_it


def test_the_sentences_are_few_in_order_and_never_repeated() -> None:
    for trial in range(12):
        story = history(trial)
        alike, parting, sides = (story.narration[name] for name in ("alike", "parting", "sides"))
        for side in SIDES:
            own = alike["sentences"] + parting["sentences"][side] + sides[side]["sentences"]
            assert len(own) <= narration.MOST
            assert len({entry["text"] for entry in own}) == len(own)
            assert not [entry for entry in own if re.search(r"[{}]|nan|None|_", entry["text"])]
            for part in (alike["sentences"], sides[side]["sentences"]):
                months = [entry["month"] for entry in part]
                assert months == sorted(months)
            if parting["month"] is not None:
                assert all(entry["month"] <= parting["month"] for entry in alike["sentences"])
                assert all(entry["month"] >= parting["month"] for entry in sides[side]["sentences"])


def test_the_two_part_where_their_events_first_differ() -> None:
    for trial in range(12):
        month = history(trial).narration["parting"]["month"]
        month = EXP.months if month is None else month
        events = [sim.replay(EXP, policy=name, worldview="newsham", start="2026", trial=trial)
                  for name in ("status_quo", "direct_ties")]  # fmt: skip
        before = [[(event.time, event.what) for event in side if event.time < month and event.what != "perception"]
                  for side in events]  # fmt: skip
        assert [what for _, what in before[0]] == [what for _, what in before[1]]
        assert [math.floor(time) for time, _ in before[0]] == [math.floor(time) for time, _ in before[1]]


def test_danger_adds_up_to_the_same_breaking_point() -> None:
    played = sim.run(EXP, trials=12).trials.query("start == '2026' and worldview == 'newsham'")
    for trial in range(12):
        story = history(trial)
        for side, policy in story.policies.items():
            danger = story.danger[side][~np.isnan(story.danger[side])]
            assert (np.diff(danger) >= 0).all()
            row = played.query(f"policy == '{policy.name}' and trial == {trial}").iloc[0]
            assert danger[-1] == row["hazard_of_force"]
            force = story.endings[side]["force"]
            assert force == (None if math.isnan(row["months_to_first_force"]) else int(row["months_to_first_force"]))
            decided = [event.time for event in sim.replay(EXP, policy=policy.name, worldview="newsham", start="2026",
                                                          trial=trial) if event.what == "decision"]  # fmt: skip
            assert all(danger[math.floor(time)] in story.breaking_points for time in decided)


def test_other_lucks_are_those_that_the_run_did_not_have() -> None:
    story = history(7)
    many = sim.run(replace(EXP, lucks=21, trials=21 * 8)).trials.query(
        "start == '2026' and worldview == 'newsham' and world == 7 and luck > 0"
    )
    for side, policy in story.policies.items():
        rows = many[many["policy"] == policy.name][["use_of_force", "taiwan_falls"]].to_numpy(int)
        assert story.lucks[side].tolist() == rows.tolist()


def test_a_story_as_text_html_data_and_figure_says_the_same() -> None:
    story = found("averted")
    text, html, data = str(story), story._repr_html_(), story.to_dict()
    assert f"of {story.counts['n']} histories the choice made no difference" in text
    assert len(repr(story)) < 300
    for shown in (text, html, repr(story)):
        assert story.headline in shown
    assert "here they part" in text
    assert json.loads(json.dumps(data, allow_nan=False))["headline"] == story.headline
    assert story.counted in draw_story(story).caption


@pytest.mark.parametrize(("wrong", "message"), [
    ({"policy": "both", "against": "both"}, "name two different ones, got both twice"),
    ({"policy": "none"}, "unknown policy 'none'"), ({"trial": 300}, "trial: must be from 0 to 299, got 300"),
    ({"kind": "lost"}, "kind: must be averted or provoked"),
])  # fmt: skip
def test_a_story_that_is_not_there_says_so(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=re.escape(message)):
        sim.story(EXP, **wrong)


def test_no_history_of_a_kind_says_so() -> None:
    few = sim.load("debate", trials=2)
    with pytest.raises(QuestionError, match="among 2 histories, direct_ties provoked force in none") as error:
        sim.story(few, kind="provoked")
    assert "play more trials: strait run EXPERIMENT --trials 20, then strait story FOLDER" in str(error.value)


def test_the_other_policy_is_the_one_of_a_contrast() -> None:
    given: list[dict[str, Any]] = [{}, {"policy": "both"}, {"against": "interoperability"}, {"policy": "quiet_depth"}]
    stories = [sim.story(EXP, trial=0, **names) for names in given]
    assert [tuple(policy.name for policy in story.policies.values()) for story in stories] == [
        ("status_quo", "direct_ties"), ("interoperability", "both"), ("interoperability", "direct_ties"),
        ("status_quo", "quiet_depth"),
    ]  # fmt: skip


def test_half_months_and_own_levers_have_sentences() -> None:
    half = replace(EXP, step_months=0.5)
    story = sim.story(half, worldview="self", trial=3)
    assert len(story.danger["policy"]) == 240
    assert narration.narrate([narration.Moment(1, "leak", {"lever": "mine"}, frozenset())], {"mine": "My lever"}, "en")[
        0
    ].text.startswith("A quiet tie becomes known: My lever.")


@pytest.mark.slow
def test_the_command_takes_a_folder_and_an_experiment(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from analysis.cli.main import app

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["story", *words])
        return done.exit_code, done.output

    sim.write_folder(EXP, tmp_path / "run")
    code, text = run(str(tmp_path / "run"), "--worldview", "newsham", "--figure", str(tmp_path / "story.svg"))
    assert code == 0
    assert found("averted").headline in text
    assert (tmp_path / "story.svg").read_text(encoding="utf-8").startswith("<?xml")
    code, text = run(str(tmp_path / "run"), "--trial", "5", "--worldview", "newsham", "--json")
    assert json.loads(text)["trial"] == 5
    assert run("--averted", "--provoked") == (2, "choose one of --averted, --provoked and --trial N\n")
    assert run("--figure", "story.pdf")[0] == 2
    (tmp_path / "mine.yaml").write_text(
        "policy: mine\ntitle: My liaison\nlevers:\n  liaison: {depth: 1, openness: 1}\n", encoding="utf-8"
    )
    code, text = run("--policy", str(tmp_path / "mine.yaml"), "--trial", "3")
    assert code == 0
    assert "With My liaison: " in text
    code, text = run("--policy", "mine.yam", "--trial", "3")
    assert code == 2
    assert "mine.yam" in text
    code, text = run(str(tmp_path / "run"), "--trial", "5000")
    assert (code, text) == (2, "trial: must be from 0 to 299, got 5000\n")


def test_only_a_wholly_official_tie_crosses_the_line_of_1972() -> None:
    said = {}
    for policy in ("coast_guard_first", "direct_ties"):
        exp = sim.load("debate", trials=300, policies=["status_quo", policy])
        stories = str([sim.story(exp, policy=policy, trial=trial).to_dict() for trial in range(3)])
        said[policy] = "crosses the line of 1972" in stories, "takes a first step towards the line of 1972" in stories
    assert said == {"coast_guard_first": (False, True), "direct_ties": (True, False)}


def test_after_a_partly_official_tie_the_first_whole_one_crosses_the_line() -> None:
    steps = [("official_tie", "coast_guard", 0), ("step", "coast_guard", 1), ("step", "liaison", 1),
             ("step", "escorts", 1)]  # fmt: skip
    events = [trace.Event(float(month), what, {"lever": lever, "depth": depth, "openness": 1.0})
              for month, (what, lever, depth) in enumerate(steps)]  # fmt: skip
    begin, official = dict.fromkeys(("coast_guard", "liaison", "escorts"), (0.0, 0.0)), {"coast_guard": 0.3}
    course = np.zeros((len(steps), len(VIEWS)))
    moments = narration.observe(events, course, 1.0, begin, {"liaison": 1.0, "escorts": 1.0} | official)
    assert [moment.known["crosses"] for moment in moments] == [0, 0, 1, 0]
