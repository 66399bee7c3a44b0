"""Two worldviews, policies, starts or experiments side by side: what is said of each, and what counts as different."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from commands import Strait, assert_refused

import sim
from analysis.paper import comparison
from analysis.paper.comparison import compare
from sim.engine.beliefs import dialled_parameters
from sim.errors import QuestionError, ScenarioError


def test_two_worldviews_have_every_claim_with_a_dial_and_every_number() -> None:
    known = sim.load("debate").catalogue
    table = compare(["newsham", "self"]).table.set_index("name")
    assert set(table.index) == {*dialled_parameters(known), *known.parameters}
    one, other = sim.load("debate", worldviews=["newsham", "self"]).worldviews
    for name in known.parameters:
        assert table.loc[name, "differs"] == (one.distributions[name] != other.distributions[name])
        assert table.loc[name, "first_exact"] == str(one.distributions[name])
        assert table.loc[name, "unit"] == known.parameters[name].unit


def test_a_silent_author_is_said_to_be_silent() -> None:
    table = compare(["newsham", "self"]).table.set_index("name")
    for claim in sim.load("debate").catalogue.claims.values():
        if claim.readings:
            for author, column in (("newsham", "first"), ("self", "second")):
                text = str(table.loc[claim.name, column])
                assert text.startswith(author.capitalize()) == (author in claim.readings)
                silent = f"evidence ({author.capitalize()} is silent)"
                assert text.startswith(silent) == (author not in claim.readings)
            assert table.loc[claim.name, "paragraphs"] == ", ".join(claim.paragraphs)


def test_worldviews_differ_in_no_claim_with_themselves() -> None:
    assert not compare(["self", "self"]).table["differs"].any()


def test_two_policies_have_each_lever_by_depth_openness_and_month(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    path.write_text("policy: late\ntitle: Late\nlevers:\n  escorts: {depth: 0.5, openness: 0.25, from_month: 24}\n")
    found = compare([str(path), "status_quo"])
    assert found.titles == ("Late", "Status quo")
    (row,) = found.table[found.table["differs"]].to_dict("records")
    assert row["first"] == "depth 0.5, openness 0.25, from month 24 over 12 months"
    assert row["second"].startswith("as at the start (depth 0")


def test_two_starts_have_numbers_with_units() -> None:
    table = compare(["2020", "2026"]).table.set_index("name")
    first, second = sim.load("debate", starts=["2020", "2026"]).starts
    assert table.loc["hope", "first"] == f"{first.quantities['hope']:g}"
    assert table.loc["hope", "second"] == f"{second.quantities['hope']:g}"
    assert table.loc["hope", "unit"] == "probability"


def test_two_experiments_differ_in_what_a_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "experiment: mine\nextends: debate\nseed: 9\nclaims: {N12: self}\nswitches: {learning: off}\n"
        'policies: [status_quo, both]\nstarts: ["2026"]\n'
    )
    table = compare(["debate", str(path)]).table
    rows = table[table["differs"]].set_index("name")
    assert rows.loc["seed", "second"] == "9"
    assert rows.loc["learning", "second"] == "off"
    assert rows.loc["quiet_depth", "second"] == "no"
    assert list(rows.loc[["2020"], "first"]) == ["yes"]
    assert {"worldviews: newsham", "worldviews: neutral"} <= set(rows["group"])
    assert "both" not in rows.index
    assert not compare(["debate", "debate"]).table["differs"].any()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["newshm", "self"], "no worldview, policy, start or experiment is called newshm; nearest: newsham"),
        (["newsham", "both"], "newsham is a worldview; both is a policy: name two of one kind"),
        (["N1", "self"], "N1 is in claims, which are not compared; strait explain N1 shows it"),
        (["newsham"], "name two things to compare, such as newsham self; got 1"),
        (["nowhere.yaml", "self"], "nowhere.yaml: no such file"),
    ],
)
def test_bad_names_are_refused_with_what_to_write(strait: Strait, names: list[str], words: str) -> None:
    assert_refused(strait("compare", *names), words)


def test_a_name_of_two_kinds_needs_the_kind(strait: Strait) -> None:
    for folder, text in {
        "policies": "policy: {}\nextends: status_quo\ntitle: Policy {}\n",
        "worldviews": "worldview: {}\ntitle: Worldview {}\nclaims: {{N1: newsham}}\n",
    }.items():
        Path(folder).mkdir()
        for name in ("one", "two"):
            Path(folder, f"{name}.yaml").write_text(text.format(name, name), encoding="utf-8")
    Path("mine.yaml").write_text("experiment: mine\nextends: debate\n", encoding="utf-8")
    words = "say which one you mean with --kind worldview or --kind policy"
    assert_refused(strait("compare", "mine.yaml", "one", "two"), words)
    assert "Policy one" in strait("compare", "mine.yaml", "one", "two", "--kind", "policy").output
    assert "Worldview one" in strait("compare", "mine.yaml", "one", "two", "--kind", "worldview").output
    assert_refused(strait("compare", "newsham", "self", "--kind", "claim"), "there is no kind claim; the kinds are")
    assert_refused(strait("compare", "newsham", "self", "--kind", "policy"), "newsham is a worldview")


def test_only_what_differs_is_shown_unless_all_is(strait: Strait) -> None:
    short, full = strait("compare", "newsham", "self").output, strait("compare", "newsham", "self", "--all").output
    assert "--all shows the rest" in short
    assert len(full.splitlines()) > len(short.splitlines())
    counts = re.search(r"They differ in (\d+) of (\d+) claims and in (\d+) of (\d+) numbers", short)
    assert counts
    table = compare(["newsham", "self"]).table
    claims, numbers = table[table["paragraphs"] != ""], table[table["paragraphs"] == ""]
    assert [*map(int, counts.groups())] == [n for rows in (claims, numbers) for n in (sum(rows["differs"]), len(rows))]


def test_json_and_csv_hold_the_same_rows(strait: Strait) -> None:
    printed = strait("compare", "direct_ties", "both", "--json", "--out", "t.csv")
    data = json.loads(printed.stdout)
    assert (data["kind"], data["first"]["name"], data["second"]["name"]) == ("policy", "direct_ties", "both")
    with Path("t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{key: str(value) for key, value in row.items()} for row in data["rows"]]
    assert tuple(rows[0]) == comparison.COLUMNS
    assert_refused(strait("compare", "direct_ties", "both", "--out", "t.txt"), "give a file that ends in .csv")


def test_a_number_of_names_other_than_two_is_an_error() -> None:
    with pytest.raises(QuestionError, match="name two things"):
        compare(["a", "b", "c"])


def test_files_that_an_experiment_lists_are_known_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("evil", "p1"):
        text = f"policy: {name}\ntitle: My {name}\nextends: direct_ties\n"
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    Path("view.yaml").write_text("worldview: view\ntitle: My view\nextends: newsham\n", encoding="utf-8")
    Path("own.yaml").write_text(
        "experiment: own\nextends: debate\npolicies: [status_quo, evil.yaml, p1.yaml]\n"
        "worldviews: [newsham, view.yaml]\ncontrasts:\n"
        "- {key: evil, policies: [evil, status_quo], words: Does it matter?}\n"
        "- {key: two, policies: [evil, p1], words: Is it worse?}\n",
        encoding="utf-8",
    )
    assert compare(["evil", "p1"], None, "own.yaml").titles == ("My evil", "My p1")
    assert compare(["evil", "status_quo"], None, "own.yaml").titles[0] == "My evil"
    assert compare(["newsham", "view"], None, "own.yaml").titles[1] == "My view"
    with pytest.raises(ScenarioError, match=r"unknown policy 'evli'.*nearest: evil"):
        sim.load("own.yaml", policies="evli")
