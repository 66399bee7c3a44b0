"""The exact messages for wrong scenario files."""

from __future__ import annotations

import pickle
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from small import BROKEN, copy_scenarios, rewrite

from sim.errors import ScenarioError
from sim.scenario import loader, yaml_marks
from sim.scenario.shipped import shipped_folder

CASES = yaml.load((BROKEN / "cases.yaml").read_bytes(), yaml.CSafeLoader)

UTF_16 = "the file is UTF-16; save it again as UTF-8 (in Notepad: Save as, Encoding)"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copy_scenarios(tmp_path, monkeypatch)


def faults(*arguments: Any, **options: Any) -> list[str]:
    """The lines of the error that these arguments give."""
    with pytest.raises(ScenarioError) as error:
        loader.load(*arguments, **options)
    assert str(error.value).splitlines() == [str(fault) for fault in error.value.faults]
    return str(error.value).splitlines()


@pytest.mark.parametrize("case", CASES, ids=[case["fault"] for case in CASES])
def test_one_thing_wrong(case: dict[str, Any], tree: Path) -> None:
    if "write" in case:
        (tree / case["file"]).write_text(case["write"], encoding="utf-8")
    elif "file" in case:
        rewrite(tree / case["file"], *case["change"])
    assert faults("trial.yaml", set_=[case["set"]] if "set" in case else []) == case["messages"]


def test_all_faults_are_listed_at_once(tree: Path) -> None:
    rewrite(tree / "home/trial.yaml", "trials: 400", "trials: many")
    rewrite(tree / "home/trial.yaml", "learning: off", "lerning: off")
    rewrite(tree / "home/policies/mine.yaml", "escorts: {depth: 1}", "escorts: {depth: 2, opennes: 1}")
    rewrite(tree / "home/policies/mine.yaml", "title: Mine", "tittle: Mine")
    rewrite(tree / "home/starts/crisis.yaml", "2027-03", "March")
    rewrite(tree / "scenarios/levers.yaml", "signal_share: 0.4", "signal_share: 1.4")
    rewrite(tree / "scenarios/claims.yaml", "kind: process", "kind: proces")
    rewrite(tree / "scenarios/worldviews/newsham.yaml", "claims: newsham", "claims: [newsham]")
    assert faults("trial.yaml", seed=-1, set_=["claim.N9=1", "drills=3"], policies=["hold", "mein", "mine"]) == [
        "--policy: unknown policy 'mein'; allowed: hold, mine, ties; nearest: mine",
        "--seed: must be a whole number from 0 to 9223372036854775807, got -1",
        "--set claim.N9=1: unknown claim 'N9'; allowed: N1, N2, S1",
        "--set drills=3: unknown parameter 'drills'; allowed: PARAMETER, claim.CLAIM, lever.LEVER.SETTING, "
        "quantity.QUANTITY, switch.SWITCH; nearest: quantity.drills",
        "policies/mine.yaml:3:1: unknown key 'tittle'; allowed: extends, levers, orders, plain_name, policy, source, "
        "summary, title, when_coerced; nearest: title",
        "policies/mine.yaml:5:20: depth: must be a number from 0 to 1, got 2",
        "policies/mine.yaml:5:23: unknown key 'opennes'; allowed: depth, from_month, openness, ramp_months; "
        "nearest: openness",
        "scenarios/claims.yaml:15:11: kind: must be one of primitive, process, composite, normative, "
        "got 'proces'; nearest: process",
        "scenarios/levers.yaml:11:19: signal_share: must be a number from 0 to 1, got 1.4",
        "scenarios/worldviews/newsham.yaml:3:9: claims: must be a mapping (`name: value` lines), got ['newsham']",
        "starts/crisis.yaml:4:7: date: must be a month from 1900-01 to 2099-12, written as "
        "2027-03 for March 2027, got 'March'",
        "trial.yaml:7:9: trials: must be a whole number from 1 to 10000000, got 'many'",
        "trial.yaml:9:12: unknown switch 'lerning'; allowed: learning, provocation; nearest: learning",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"policy: mine\ntitle: M\xe4rz\n", "2:9: must be UTF-8 text, got byte 0xe4; save the file again as UTF-8"),
        ("policy: mine\n".encode("utf-16"), f"1:1: {UTF_16}"),
        ("policy: mine\n".encode("utf-16-be"), f"1:1: {UTF_16}"),
        ("policy: mine\n".encode("utf-16-le"), f"1:1: {UTF_16}"),
        (b"PK\x03\x04mimetype", "1:1: the file is a document of Word or Excel; save it again as plain text"),
        (b"{\\rtf1 policy: mine}", "1:1: the file is rich text (RTF); save it again as plain text"),
        (b"#" * 1_000_001, "1:1: the file is larger than 1,000,000 bytes"),
        (b"policy: mine\nlevers: " + b"[" * 100_000, "2:21: nested deeper than 12 levels; write fewer levels"),
        (b"policy: mine\nlevers: " + b"{a: " * 100_000, "2:57: nested deeper than 12 levels; write fewer levels"),
    ],
    ids=["not UTF-8", "UTF-16", "UTF-16 BE", "UTF-16 LE", "Word", "RTF", "too large", "deep lists", "deep mappings"],
)
def test_content_that_is_not_text(tree: Path, content: bytes, message: str) -> None:
    (tree / "home/policies/mine.yaml").write_bytes(content)
    assert faults("trial.yaml") == [f"policies/mine.yaml:{message}"]


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("deep", [13, 990, 5_000])
@pytest.mark.parametrize("opens", ["[", "{a: ", "- "])
def test_deep_nesting_is_a_fault_before_any_parser_reaches_its_limit(
    monkeypatch: pytest.MonkeyPatch, parser: str, deep: int, opens: str
) -> None:
    monkeypatch.setattr(yaml, "CSafeLoader", getattr(yaml, parser), raising=False)
    text = f"levers:\n  {opens * deep}"
    (fault,) = yaml_marks.parse(text.encode(), "mine.yaml")[1]
    assert fault.message == "nested deeper than 12 levels; write fewer levels"


NOT_YAML = [
    ("trials:100\npolicies: [a]\n", "1:1: not YAML: write a space after the colon of trials"),
    ("trials:100\n", "1:1: write a space after the colon of trials"),
    ("levers: {depth:0.5, from: 2}\n", "1:10: no value for 'depth:0.5'; write a space after the colon, depth: 0.5"),
    ("levers: {depth: 1 openness: 2}\n", "1:9: not YAML: a bracket is not closed, or a comma is missing"),
    ("a: 1\ntrials:\u00a0100\n", "2:8: no-break space (U+00A0); write a normal space"),
    ("a: {depth:\u00a01}\n", "1:5: no-break space (U+00A0); write a normal space"),
    ("a: 1\ntrials：100\n", "2:7: fullwidth colon (U+FF1A); write ': '"),
    ('title: "Mine\nsummary: "abc"\n', "1:8: not YAML: a quotation mark is not closed"),
    ("a: it's\nb: 'x\n", "2:4: not YAML: a quotation mark is not closed"),
    ("a: 'b'c\n", "1:7: not YAML: text after a quotation mark; put all of it in quotes"),
    ("x: {a: [1, 2}\n", "1:8: not YAML: a bracket is not closed, or a comma is missing"),
    ("levers:\n  escorts: depth: 1\n", "2:17: not YAML: a second ': ' on this line; put text with ': ' in quotes"),
    ("a: # [[[[[[[[[[[[[[[\n  - x\n - b\n", "3:2: not YAML: this line's indentation does not fit the lines above"),
    ("a: |\n  ' [[[[[[[[[[[[[[\nb\n", "3:1: not YAML: a key without ':' after it"),
]


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "message"), NOT_YAML, ids=[text for text, _ in NOT_YAML])
def test_text_that_is_not_yaml_is_explained_whatever_the_parser_says(
    monkeypatch: pytest.MonkeyPatch, parser: str, text: str, message: str
) -> None:
    class Reworded(yaml.MarkedYAMLError):
        """The parser's error in the words of another release."""

    def reworded(*arguments: Any, **options: Any) -> Any:
        try:
            yield from parse(*arguments, **options)
        except yaml.MarkedYAMLError as error:
            raise Reworded("in other words", error.context_mark, "it is otherwise", error.problem_mark) from error

    parse = yaml.parse
    monkeypatch.setattr(yaml, "CSafeLoader", getattr(yaml, parser), raising=False)
    monkeypatch.setattr(yaml, "parse", reworded)
    (fault,) = yaml_marks.parse(text.encode(), "mine.yaml")[1]
    assert str(fault) == f"mine.yaml:{message}"


def test_alias_bomb(tree: Path) -> None:
    bomb = "a: &a [x, x]\n"
    bomb += "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghijk"))
    (tree / "home/policies/mine.yaml").write_text(bomb, encoding="utf-8")
    assert len(faults("trial.yaml")) == 11 + 20
    (tree / "home/policies/mine.yaml").write_text("a: [&a x" + ", *a" * 100_000 + "]", encoding="utf-8")
    assert faults("trial.yaml")[-1] == "policies/mine.yaml:1:411: too many faults; correct these first"


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tree: Path) -> None:
    path = tree / "home/policies/mine.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert loader.load("trial.yaml").policies[1].title == "Mine"


def test_folder_instead_of_a_file(tree: Path) -> None:
    (tree / "home/policies/mine.yaml").unlink()
    (tree / "home/policies/mine.yaml").mkdir()
    assert faults("trial.yaml") == ["trial.yaml:4:18: policies/mine.yaml: a folder, not a .yaml file"]
    assert faults("policies") == ["policies: unknown experiment 'policies'; allowed: debate"]
    assert faults(tree / "home/policies/mine.yaml") == ["mine.yaml: a folder, not a .yaml file"]


def test_missing_experiment(tree: Path) -> None:
    assert faults("debat") == ["debat: unknown experiment 'debat'; allowed: debate; nearest: debate"]
    assert faults("sub/debate.yaml") == ["debate.yaml: no such file"]
    assert faults("a\0b.yaml")[0].endswith("no such file")
    assert len(faults("x" * 5000 + ".yaml")) == 1


def test_missing_catalogue_file(tree: Path) -> None:
    (tree / "scenarios/sources.yaml").unlink()
    message = "no such file; a catalogue has all 6 files, as strait init FOLDER copies them"
    assert faults("trial.yaml") == [f"scenarios/sources.yaml: {message}"]


def test_symbolic_links_cannot_leave_the_folder(tree: Path) -> None:
    outside = tree / "mine.yaml"
    shutil.move(tree / "home/policies/mine.yaml", outside)
    try:
        (tree / "home/policies/mine.yaml").symlink_to(outside)
    except OSError:
        pytest.skip("this machine makes no symbolic links")
    message = "'mine' is outside the experiment's folder; copy the file into it"
    assert faults("trial.yaml") == [f"trial.yaml:4:18: {message}"]
    shutil.move(outside, tree / "home/starts/mine.yaml")
    (tree / "home/policies/mine.yaml").unlink()
    (tree / "home/policies/mine.yaml").symlink_to(tree / "home/starts/mine.yaml")
    assert loader.load("trial.yaml").policies[1].name == "mine"


def test_options_are_checked_too(tree: Path) -> None:
    assert faults("debate", trials=0) == ["--trials: must be a whole number from 1 to 10000000, got 0"]
    assert faults("debate", trials=True) == [
        "--trials: must be a whole number from 1 to 10000000, got on; YAML reads yes, on and true as on"
    ]
    assert faults("debate", months=0) == ["--months: must be a whole number from 1 to 600, got 0"]
    assert faults("debate", step_months=0.7) == ["--step-months: must be 1, 0.5 or 0.25, got 0.7"]
    assert faults("debate", lucks=7) == ["--lucks: trials must be a multiple of lucks (7), got 100"]
    assert faults("debate", policies=["hold", "hold"]) == [
        "--policy: policies: must name each entry once, got 'hold' twice"
    ]
    assert faults("debate", starts=["1996"]) == ["--start: unknown start '1996'; allowed: 2026"]
    assert faults("debate", worldviews=["no/such.yaml"]) == ["--worldview: no such file: 'no/such.yaml'"]


def test_an_error_can_be_pickled(tree: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        loader.load("debate", trials=0)
    copy = pickle.loads(pickle.dumps(error.value))
    assert (copy.faults, str(copy)) == (error.value.faults, str(error.value))


def test_check_takes_any_file(tree: Path) -> None:
    assert loader.check([*tree.rglob("*.yaml"), "debate", "trial"]) == []
    rewrite(tree / "home/policies/mine.yaml", "extends: ties", "extends: tie")
    rewrite(tree / "home/starts/crisis.yaml", "prc_strength", "strength")
    rewrite(tree / "scenarios/starts/2026.yaml", "  drills: 2\n", "")
    (tree / "home/notes.yaml").write_text("remark: none\n", encoding="utf-8")
    (tree / "home/empty.yaml").write_text("", encoding="utf-8")
    files = ["policies/mine.yaml", "starts/crisis.yaml", "notes.yaml", "empty.yaml", "none.yaml"]
    assert list(map(str, loader.check(files))) == [
        "empty.yaml:1:1: the file is empty",
        "none.yaml: no such file",
        "notes.yaml:1:1: unknown kind of file 'remark'; allowed: experiment, policy, start, values, worldview",
        "policies/mine.yaml:2:10: unknown policy 'tie'; allowed: hold, mine, ties; nearest: ties",
        "scenarios/starts/2026.yaml:8:1: quantities: a start sets every quantity; missing: drills",
        "starts/crisis.yaml:7:14: unknown quantity 'strength'; allowed: drills, prc_strength; nearest: prc_strength",
    ]


def test_a_fault_in_a_copied_catalogue_names_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped_folder(), "a1")
    rewrite(tmp_path / "a1" / "parameters.yaml", "bounds: [", "bounds: [x, ")
    faults = loader.check(["a1/debate.yaml"])
    assert {fault.file for fault in faults} >= {"a1/parameters.yaml"}
    assert not [fault for fault in faults if fault.file.startswith("scenarios/")]
    assert {fault.file for fault in loader.check(["a1/parameters.yaml"])} == {"a1/parameters.yaml"}


@pytest.mark.parametrize(("override", "says"), [
    ("lever.escorts=1", "write lever.LEVER.SETTING; nearest: lever.escorts.depth"),
    ("trials=100", "write --trials"),
])  # fmt: skip
def test_an_option_or_a_lever_after_set_is_shown_as_it_is_written(override: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        loader.load("debate", set_=[override])
