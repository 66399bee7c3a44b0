"""Mistakes that students make, as `strait check` and `strait run` answer them: each message says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Strait, assert_refused

EXPERIMENT = """\
experiment: mine
extends: debate
title: Mine
policies: [status_quo, patrols]
worldviews: [self, doubter]
starts: ["2026"]
trials: 100
"""
POLICY = """\
policy: patrols
extends: status_quo
title: Patrols
levers:
  escorts: {depth: 0.5, openness: 0.5, from_month: 12}
"""
WORLDVIEW = """\
worldview: doubter
title: Doubter
claims:
  N1: newsham
parameters:
  us_intervenes_prob: 0.4
"""
FILES = {"mine.yaml": EXPERIMENT, "policies/patrols.yaml": POLICY, "worldviews/doubter.yaml": WORLDVIEW}

MISTAKES = [
    # what is typed instead of what, in which file, and the message with its place
    ("decimal comma", "worldviews/doubter.yaml", ("prob: 0.4", "prob: 0,4"),
     "worldviews/doubter.yaml:6:23: us_intervenes_prob: must be a finite number, got '0,4'; write 0.4"),
    ("number in quotes", "worldviews/doubter.yaml", ("prob: 0.4", 'prob: "0.4"'),
     "worldviews/doubter.yaml:6:23: us_intervenes_prob: must be a finite number, got '0.4'; write 0.4 without quotes"),
    ("per cent", "worldviews/doubter.yaml", ("prob: 0.4", "prob: 40%"),
     "worldviews/doubter.yaml:6:23: us_intervenes_prob: must be a finite number, got '40%'; write 0.4"),
    ("per cent without its sign", "policies/patrols.yaml", ("depth: 0.5", "depth: 50"),
     "policies/patrols.yaml:5:20: depth: must be a number from 0 to 1, got 50; write 0.5 for 50 per cent"),
    ("fraction", "policies/patrols.yaml", ("depth: 0.5", "depth: 1/2"),
     "policies/patrols.yaml:5:20: depth: must be a number from 0 to 1, got '1/2'; write 0.5"),
    ("range as a list", "worldviews/doubter.yaml", ("prob: 0.4", "prob: [0.3, 0.5]"),
     "worldviews/doubter.yaml:6:23: us_intervenes_prob: must be a finite number, got [0.3, 0.5]; "
     "write {uniform: [0.3, 0.5]}"),
    ("decimal commas in a list", "worldviews/doubter.yaml", ("prob: 0.4", "prob: {uniform: ['0,3', 0.5]}"),
     "worldviews/doubter.yaml:6:23: us_intervenes_prob: must be {uniform: [low, high]} with finite numbers, "
     "got {uniform: ['0,3', 0.5]}; write 0.3"),
    ("exponent", "mine.yaml", ("trials: 100", "trials: 1e3"),
     "mine.yaml:7:9: trials: must be a whole number from 1 to 10000000, got 1000.0; "
     "write 1000 without a point or an exponent"),
    ("decimal point", "mine.yaml", ("trials: 100", "trials: 100.0"),
     "mine.yaml:7:9: trials: must be a whole number from 1 to 10000000, got 100.0; "
     "write 100 without a point or an exponent"),
    ("thousands separator", "mine.yaml", ("trials: 100", "trials: 10,000"),
     "mine.yaml:7:9: trials: must be a whole number from 1 to 10000000, got '10,000'; write 10000"),
    ("unit", "policies/patrols.yaml", ("from_month: 12", "from_month: 12 months"),
     "policies/patrols.yaml:5:52: from_month: must be a number from 0 to 600, got '12 months'; write 12"),
    ("year for a month", "policies/patrols.yaml", ("from_month: 12", "from_month: 2027"),
     "policies/patrols.yaml:5:52: from_month: must be a number from 0 to 600, got 2027; "
     "count from the start, as 12 for a year later"),
    ("date for a month", "policies/patrols.yaml", ("from_month: 12", "from_month: 2027-03"),
     "policies/patrols.yaml:5:52: from_month: must be a number from 0 to 600, got '2027-03'; "
     "count from the start, as 12 for a year later"),
    ("minus of a word processor", "worldviews/doubter.yaml", ("us_intervenes_prob: 0.4", "prc_strength_growth: −0.05"),
     "worldviews/doubter.yaml:6:24: prc_strength_growth: must be a finite number, got '−0.05'; write -0.05"),
    ("digits of an Asian keyboard", "policies/patrols.yaml", ("depth: 0.5", "depth: ０.５"),
     "policies/patrols.yaml:5:20: depth: must be a number from 0 to 1, got '０.５'; write 0.5"),
    ("colon of an Asian keyboard", "mine.yaml", ("trials: 100", "trials：100"),
     "mine.yaml:7:7: fullwidth colon (U+FF1A); write ': '"),
    ("comma of an Asian keyboard", "mine.yaml", ("[status_quo, patrols]", "[status_quo，patrols]"),
     "mine.yaml:4:12: unknown policy 'status_quo，patrols'; allowed: NA, both, clarity, coast_guard_first, "
     "direct_ties, interoperability, patrols, quiet_depth, reassure_and_integrate, resilience_first, retract, "
     "status_quo; nearest: status_quo; names and commas are written with plain letters and signs"),
    ("space of a web page", "mine.yaml", ("trials: 100", "trials:\u00a0100"),
     "mine.yaml:7:8: no-break space (U+00A0); write a normal space"),
    ("no space after a colon", "policies/patrols.yaml", ("depth: 0.5", "depth:0.5"),
     "policies/patrols.yaml:5:13: no value for 'depth:0.5'; write a space after the colon, depth: 0.5"),
    ("no space after a colon at the begin of a line", "mine.yaml", ("title: Mine", "title:Mine"),
     "mine.yaml:3:1: not YAML: write a space after the colon of title"),
    ("tab", "policies/patrols.yaml", ("  escorts", "\tescorts"),
     "policies/patrols.yaml:5:1: not YAML: no value can begin with this character; indent with spaces, not tabs, "
     "and quote text that begins with a sign such as @ or %"),
    ("composite claim", "worldviews/doubter.yaml", ("N1: newsham", "N16: newsham"),
     "worldviews/doubter.yaml:4:3: claim N16 has no dial: it is composite, so it follows from other claims. "
     "Set other claims: "),
    ("normative claim", "worldviews/doubter.yaml", ("N1: newsham", "N25: self"),
     "worldviews/doubter.yaml:4:3: claim N25 has no dial: it is normative, so it changes no result. "
     "Set other claims: "),
    ("policy that no table can name", "mine.yaml", ("status_quo, patrols", 'status_quo, "NA"'),
     "policies/NA.yaml:1:9: policy: 'NA' means a missing value in CSV and Excel; take another name"),
    ("yes for a name", "mine.yaml", ("status_quo, patrols", "status_quo, yes"),
     "mine.yaml:4:24: policies[2]: must be a name, got on; YAML reads yes, on and true as on: put the name in quotes"),
    ("two policies with one title", "policies/patrols.yaml", ("title: Patrols", "title: status quo"),
     "mine.yaml:4:11: policies: status_quo and patrols have one title, 'status quo'; "
     "give one of them another `title:`"),
    ("singular for a list", "mine.yaml", ("policies:", "policy:"),
     "mine.yaml:4:1: unknown key 'policy'; allowed: "),
    ("hyphen for an underscore", "mine.yaml", ("status_quo, patrols", "status-quo, patrols"),
     "mine.yaml:4:12: unknown policy 'status-quo'; allowed: NA, both, clarity, coast_guard_first, "
     "direct_ties, interoperability, patrols, quiet_depth, reassure_and_integrate, resilience_first, retract, "
     "status_quo; nearest: status_quo"),
    ("file that ends .yaml.txt", "mine.yaml", ("status_quo, patrols", "status_quo, notepad"),
     "mine.yaml:4:24: unknown policy 'notepad'; allowed: NA, both, clarity, coast_guard_first, "
     "direct_ties, interoperability, patrols, quiet_depth, reassure_and_integrate, resilience_first, retract, "
     "status_quo; notepad.yaml.txt has the wrong ending: rename it to notepad.yaml"),
    ("file that ends .yml", "mine.yaml", ("status_quo, patrols", "status_quo, short"),
     "mine.yaml:4:24: unknown policy 'short'; allowed: NA, both, clarity, coast_guard_first, "
     "direct_ties, interoperability, patrols, quiet_depth, reassure_and_integrate, resilience_first, retract, "
     "status_quo; short.yml has the wrong ending: rename it to short.yaml"),
]  # fmt: skip


@pytest.fixture
def home(strait: Strait, tmp_path: Path) -> Path:
    more = {
        "policies/NA.yaml": POLICY.replace("patrols", "NA"), "policies/notepad.yaml.txt": POLICY,
        "policies/short.yml": POLICY,
    }  # fmt: skip
    for name, text in (FILES | more).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "change", "message"), [row[1:] for row in MISTAKES], ids=[row[0].replace(" ", "-") for row in MISTAKES]
)
def test_a_mistake_is_answered_with_what_to_write(
    home: Path, strait: Strait, file: str, change: tuple[str, str], message: str
) -> None:
    assert strait("check", "mine.yaml").exit_code == 0
    text = (home / file).read_text(encoding="utf-8")
    assert change[0] in text
    (home / file).write_text(text.replace(change[0], change[1], 1), encoding="utf-8")
    for words in (["check"], ["run", "--no-figures"]):
        result = strait(*words, "mine.yaml")
        assert_refused(result)
        lines = [line for line in result.stderr.splitlines() if not line.startswith("Catalogue")]
        assert lines
        assert any(line.startswith(message) for line in lines), lines
        if not message.endswith(": "):
            assert lines == [message]


def test_an_experiment_saved_by_an_editor_under_another_name(home: Path, strait: Strait) -> None:
    (home / "mine.yaml").rename(home / "mine.yaml.txt")
    assert_refused(strait("run", "mine.yaml.txt"), "the ending is wrong; rename the file to mine.yaml")
    assert_refused(strait("run", "mine"), "mine.yaml.txt has the wrong ending: rename it to mine.yaml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_of_notepad(home: Path, strait: Strait, encoding: str) -> None:
    (home / "mine.yaml").write_bytes(EXPERIMENT.encode(encoding))
    assert_refused(strait("check", "mine.yaml"), "mine.yaml:1:1: the file is UTF-16; save it again as UTF-8")


def test_a_title_over_several_lines_is_one_line_everywhere(home: Path, strait: Strait) -> None:
    text = POLICY.replace("title: Patrols", "title: |\n  First line\n  second line\n")
    (home / "policies" / "patrols.yaml").write_text(text, encoding="utf-8")
    shown = strait("run", "mine.yaml", "--trials", "50", "--worldview", "self", "--no-figures").stdout
    assert "With “First line second line” instead of" in shown


def test_a_policy_without_a_title_has_its_name(home: Path, strait: Strait) -> None:
    (home / "policies" / "patrols.yaml").write_text(POLICY.replace("title: Patrols\n", ""), encoding="utf-8")
    shown = strait("run", "mine.yaml", "--trials", "50", "--worldview", "self", "--no-figures").stdout
    assert "With “patrols” instead of" in shown


def test_what_may_not_be_meant_is_noted(home: Path, strait: Strait) -> None:
    text = POLICY + "  liaison: {depth: 0.2, openness: 0.1}\n  spending: {depth: 1, from_month: 130}\n"
    (home / "policies" / "patrols.yaml").write_text(text, encoding="utf-8")
    notes = [
        "Note: policy patrols sets the lever liaison less deep (0.2) than at the start, 2026 (0.3).",
        "Note: policy patrols sets the lever liaison less open (0.1) than at the start, 2026 (0.4).",
        "Note: policy patrols begins the lever spending in month 130, and a trial ends in month 120.",
    ]
    checked = strait("check", "mine.yaml", "policies/patrols.yaml")
    assert checked.exit_code == 0
    assert [line for line in checked.output.splitlines() if line.startswith("Note")] == notes
    run = strait("run", "mine.yaml", "--trials", "20", "--worldview", "self", "--no-figures")
    assert [line for line in run.stderr.splitlines() if line.startswith("Note")] == notes
    assert "Note" not in strait("check", "debate").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["us_intervenes_prob=.4", "us_intervenes_prob=.6"],
         "--set us_intervenes_prob=.6: us_intervenes_prob is set twice, first by --set us_intervenes_prob=.4; "
         "leave out one of the two"),
        (["us_intervenes_prob={triangular:[.1,.2,.5]}"],
         "--set us_intervenes_prob={triangular:[.1,.2,.5]}: not YAML: write a space after the colon of triangular"),
        (["us_intervenes_prob=0,4"],
         "--set us_intervenes_prob=0,4: us_intervenes_prob: must be a finite number, got '0,4'; write 0.4"),
        (["claim.N12=70%"],
         "--set claim.N12=70%: N12: must be newsham, self, evidence or a number from -1 (Self's reading) over 0 (the "
         "evidence) to 1 (Newsham's reading), got '70%'; write 0.7"),
        (["claim.S7=0.25"],
         "--set claim.S7=0.25: S7: must be self, evidence or a number from -1 (Self's reading) to 0 (the evidence), "
         "got 0.25; Newsham is silent on S7: write evidence, or -0.75 for what 0.25 meant on the old scale"),
        (["claim.S7=1"],
         "--set claim.S7=1: S7: must be self, evidence or a number from -1 (Self's reading) to 0 (the evidence), "
         "got 1; Newsham is silent on S7: write evidence"),
        (["claim.N1=self"],
         "--set claim.N1=self: N1: must be newsham, evidence or a number from 0 (the evidence) to 1 (Newsham's "
         "reading), got 'self'; Self is silent on N1: write evidence"),
        (["us_intervenes_prob:0.4"],
         "--set us_intervenes_prob:0.4: must be KEY=VALUE, got 'us_intervenes_prob:0.4'; "
         "write us_intervenes_prob=0.4"),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_slips_after_set(strait: Strait, words: list[str], message: str) -> None:
    result = strait("run", "--trials", "20", "--no-figures", *(part for word in words for part in ("--set", word)))
    assert_refused(result)
    assert result.stderr.splitlines() == [message]
