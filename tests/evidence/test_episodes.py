"""The record of episodes: what its rules make of an entry, and what is said of files that are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from analysis.evidence import episodes
from analysis.evidence.episodes import OtherEpisode
from sim.errors import ScenarioError
from sim.scenario.loader import load

RECORD = episodes.load_record()
GOOD = {
    "id": "X1", "start": "2024-10", "end": "2024-11", "target": "Japan", "trigger": "A visit", "trigger_type": "legal",
    "provocation": 0.4, "max_rung": 2, "instruments": ["protest", "economic"], "duration_months": 1.5, "overt": True,
}  # fmt: skip


def written(folder: Path, *entries: dict[str, object]) -> Path:
    """A file of episodes in others' form."""
    path = folder / "episodes.yaml"
    path.write_text(yaml.safe_dump({"episodes": list(entries)}, sort_keys=False), encoding="utf-8")
    return path


def entry(**changes: object) -> OtherEpisode:
    """A well-formed entry with some changes, as it is once read."""
    values = {name: value for name, value in {**GOOD, **changes}.items() if name != "end"}
    return OtherEpisode(**{**values, "instruments": tuple(GOOD["instruments"])})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("max_rung", "instruments", "expected"),
    [
        (0, ["protest"], (0, 0)),
        (0, ["protest", "diplomatic", "greyzone"], (0, 0)),
        (1, ["protest", "individual_sanction"], (1, 0)),
        (2, ["economic", "detention", "greyzone"], (2, 1)),
        (2, ["economic", "drills"], (2, 2)),
        (3, ["greyzone"], (0, 1)),
        (3, ["diplomatic", "greyzone"], (1, 1)),
        (4, ["economic", "drills"], (2, 2)),
        (5, ["quarantine"], (0, 3)),
        (5, ["blockade", "detention"], (1, 4)),
        (6, ["seizure"], (0, 5)),
        (6, ["fatal_clash"], (0, 1)),
        (6, ["fatal_clash", "drills"], (0, 2)),
        (7, ["war", "economic"], (2, 6)),
    ],
)
def test_one_scale_and_instruments_give_two_rungs(
    max_rung: int, instruments: list[str], expected: tuple[int, int]
) -> None:
    assert episodes.rungs(max_rung, instruments) == expected


def test_the_shipped_record_is_whole() -> None:
    by_name = {one.name: one for one in RECORD.episodes}
    assert len(by_name) == len(RECORD.episodes)
    assert {one.target for one in RECORD.episodes} == {"Japan", "Taiwan"}
    assert sum(RECORD.unprovoked.values()) == 5
    assert pytest.approx(31 + 5 / 12) == RECORD.years
    keys = [(one.target, one.start) for one in RECORD.episodes]
    assert len(set(keys)) == len(keys)  # leaving one out leaves one out
    # 0.1 x (1 + 1 + 0.2) + 0.6 x 0.45, by hand
    assert by_name["E28"].provocation == pytest.approx(0.49)
    drones = by_name["E28"].trigger
    assert (drones.branch, drones.official, drones.openness, drones.combat) == ("tie", 1, 0.2, 0.45)
    assert drones.drills_usual
    assert drones.japan_trade_share == pytest.approx(0.185)
    assert by_name["E32"].ongoing


def test_the_second_record_is_ordinary_steps_one_a_month() -> None:
    second = [one for one in RECORD.episodes if one.name.startswith("T")]
    assert len(second) == 17
    assert second == [one for one in RECORD.episodes if one.is_ordinary_step]
    assert all("2005-01" <= one.start <= "2019-12" and one.target == "Japan" for one in second)
    assert {one.trigger.combat for one in second} == {0, 0.25, 0.5}  # a minister and a leader count, forces do not


def test_conditions_are_those_of_the_month() -> None:
    when = {one.start: one.trigger for one in RECORD.episodes if one.target == "Taiwan"}
    assert not when["2020-08"].drills_usual
    assert when["2023-08"].drills_usual
    known = RECORD.conditions
    months = ("2022-08", "2022-09", "1999-01", "2014-06", "2030-01")
    made = [episodes._trigger("tie", 1, 1, 0, 1, month, known) for month in months]
    assert [one.drills_usual for one in made] == [False, True, False, False, True]
    assert [one.japan_trade_share for one in made] == pytest.approx([0.194, 0.194, 0.197, 0.1935, 0.17])


@pytest.mark.parametrize(
    ("given", "target", "expected"),
    [
        (entry(), "Taiwan", ("taiwan", 1, 1, 1 / 6, 1)),
        (entry(), "Japan", ("dispute", 1, 1, 1 / 6, 1)),
        (entry(japan_taiwan_lever=True, provocation=0.9), "Japan", ("tie", 1, 1, 1, 1)),
        (entry(trigger="Words on TAIWAN", trigger_type="declaratory", overt=False), "Japan", ("tie", 1, 0.2, 1 / 6, 1)),
        (entry(trigger_type="mil_deployment", provocation=0.1), "Japan", ("alliance", 1, 1, 0, 1)),
        (entry(trigger_type="quiet_institutional", overt=False), "Japan", ("alliance", 0.5, 0.2, 1 / 6, 1)),
    ],
)
def test_a_trigger_without_codes_is_coded_by_rule(
    given: OtherEpisode, target: str, expected: tuple[str, float, float, float]
) -> None:
    branch, *numbers = episodes.code_trigger(given, target)
    assert branch == expected[0]
    assert numbers == pytest.approx(expected[1:])


def test_the_record_written_in_others_form_reads_the_same(tmp_path: Path) -> None:
    raw = yaml.safe_load((Path(__file__).parents[2] / "scenarios/history/episodes.yaml").read_text(encoding="utf-8"))
    entries = []
    for one in raw["episodes"]:
        kept = {name: value for name, value in one.items() if name not in ("codes", "found", "source", "ongoing")}
        note = {"note": "the patrols are still running"} if one.get("ongoing") else {"cost": None, "backed_down": 0.0}
        entries.append({**kept, **note, "provocation": 0.5, "overt": True, "gdp_cost_pct": {"low": 0.0, "high": None}})
    reading = episodes.load_others([written(tmp_path, *entries)], RECORD)
    alike = ("name", "start", "target", "trigger_type", "economic", "military", "domain", "months", "ongoing")
    assert [[getattr(one, field) for field in alike] for one in reading.episodes] == [
        [getattr(one, field) for field in alike] for one in RECORD.episodes
    ]
    assert [reason for _, reason in reading.skipped] == ["nobody had provoked it"] * 5


def test_what_is_skipped_passed_over_or_still_running_is_said(tmp_path: Path) -> None:
    entries = [
        {**GOOD, "id": "A", "target": "Norway"},
        {**GOOD, "id": "B", "trigger_type": "prc_initiated"},
        {**GOOD, "id": "C", "target": "taiwan", "instruments": ["protest", "boycott"], "end": None},
        {**GOOD, "id": "D", "end": "2026-11", "start": "2025-11-07", "duration_months": None},
        {**GOOD, "id": "E", "mark": "dataset; ongoing"},
        {**GOOD, "id": 6, "end": "unknown"},
    ]
    reading = episodes.load_others([written(tmp_path, *entries)], RECORD)
    assert reading.skipped == (("A", "the target is Norway"), ("B", "nobody had provoked it"))
    assert [(one.name, one.target, one.ongoing) for one in reading.episodes] == [
        ("C", "Taiwan", True), ("D", "Japan", True), ("E", "Japan", True), ("6", "Japan", False),
    ]  # fmt: skip
    assert reading.episodes[1].start == "2025-11"
    (warning,) = reading.warnings
    assert warning.startswith("C: unknown instrument boycott is ignored; known: blockade, cyber, ")


BROKEN = [
    ({"trigger_type": "exercize"}, "trigger_type: must be one of official_visit, declaratory, history, incident, "
     "human_rights, other_policy, domestic_politics, mil_deployment, legal, sovereignty_act, quiet_institutional, "
     "exercise, ship_transit, arms_sale, prc_initiated, got 'exercize'; nearest: exercise", 7),
    ({"max_rung": 8}, "max_rung: must be a whole number from 0 to 7, got 8", 9),
    ({"max_rung": 2.5}, "max_rung: must be a whole number from 0 to 7, got 2.5", 9),
    ({"provocation": 1.2}, "provocation: must be a number from 0 to 1, got 1.2", 8),
    ({"provocation": None}, "provocation: must be a number from 0 to 1, got None", 8),
    ({"overt": "perhaps"}, "overt: must be on or off, without quotes, got 'perhaps'", 14),
    ({"duration_months": -1}, "duration_months: must be a number from 0 to 1200, got -1", 13),
    ({"start": "June"}, "start: must be a month written YYYY-MM, or a day written YYYY-MM-DD, got 'June'", 3),
    ({"end": "2024-09"}, "end: must not be before start (2024-10), got '2024-09'", 4),
    ({"instruments": "drills"}, "instruments: must be a list ([a, b] or lines that begin with `- `), got 'drills'", 10),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message", "line"), BROKEN, ids=[str(change) for change, _, _ in BROKEN])
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, change: dict[str, object], message: str, line: int
) -> None:
    path = written(tmp_path, {**GOOD, **change})
    with pytest.raises(ScenarioError) as caught:
        episodes.load_others([path], RECORD)
    (fault,) = caught.value.faults
    assert fault.message == message
    shown = path.read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert fault.line == line
    assert re.match(rf"[- ] {next(iter(change))}:", shown)


@pytest.mark.parametrize("key", [name for name in GOOD if name != "end"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, {name: value for name, value in GOOD.items() if name != key})
    with pytest.raises(ScenarioError, match=rf"episodes.yaml:2:3: episodes\[1\]: missing key '{key}'"):
        episodes.load_others([path], RECORD)


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    first = written(tmp_path, GOOD, {**GOOD, "provocation": 2}).rename(tmp_path / "first.yaml")
    second = written(tmp_path, GOOD, {**GOOD}, {**GOOD, "id": "X2"}).rename(tmp_path / "second.yaml")
    third = tmp_path / "third.yaml"
    third.write_text("meta: {title: a file without any}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        episodes.load_others([first, second, third, tmp_path / "fourth.yaml"], RECORD)
    said = [fault.message for fault in caught.value.faults]
    assert said == [
        "provocation: must be a number from 0 to 1, got 2",
        "no such file",
        "id: X1 is used twice in this file; give each its own",
        "missing key 'episodes'",
    ]
    again = written(tmp_path, GOOD)
    with pytest.raises(ScenarioError, match=r"id: X1 is already used in .*episodes.yaml"):
        episodes.load_others([again, again], RECORD)


def test_an_unknown_key_of_a_code_is_a_fault(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "scenarios/history/episodes.yaml").read_text(encoding="utf-8")
    path = tmp_path / "episodes.yaml"
    path.write_text(text, encoding="utf-8")
    assert episodes.find_faults(path) == []
    wrong = text.replace("matter: {code: 0.5, cue:", "matter: {code: 0.5, reason: x, cue:", 1)
    path.write_text(wrong, encoding="utf-8")
    (fault,) = episodes.find_faults(path)
    assert "unknown key 'reason'" in fault.message


def test_a_leaders_statement_has_one_code() -> None:
    lever = load("debate").catalogue.levers["declaratory_linkage"]
    (kind,) = [one for one in episodes.load_next_triggers("2027-01", RECORD) if one.name == "leader_on_taiwan"]
    named = {one.name: one.trigger for one in RECORD.episodes}
    assert kind.trigger.combat == named["T17"].combat == lever.combat  # both: the prime minister in person, no forces
    assert kind.trigger.official == named["T17"].official == lever.official
