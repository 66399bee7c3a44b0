"""Each name that the page shows has one word, and `strait explain` finds it and gives its key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from analysis.cli.main import app
from analysis.page import content
from analysis.page.source import read_source
from analysis.paper import explain
from sim.scenario.experiment import Policy
from sim.scenario.loader import load

EXP = explain.everything()


def shown_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str, str]]:
    """Of all that the page calls by a name: the kind, the key and the name."""
    monkeypatch.setattr(content, "weigh", lambda exp: dict.fromkeys(exp.catalogue.claims, 0.0))
    exp = load("debate")
    words = content.words(exp, read_source("debate", exp))
    for policy in words["policies"]:
        yield "policies", policy["name"], policy["plain"]
        yield "policies", policy["name"], policy["title"]
    yield from (("levers", name, lever["title"]) for name, lever in words["levers"].items())
    yield from (("worldviews", view["name"], view["title"]) for view in words["views"])
    yield from (("starts", start.name, start.title) for start in exp.starts)
    for name, claim in words["claims"].items():
        yield "claims", name, name
        yield "claims", name, claim["question"]
    for entry in exp.contrasts:
        if entry.words:
            yield "contrasts", entry.name, entry.words


def test_each_name_that_the_page_shows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*shown_names(monkeypatch)]
    assert len(names) > 90
    missing = [each for each in names if each[:2] not in explain.matches(EXP, each[2])]
    assert not missing


@pytest.mark.parametrize("policy", EXP.policies, ids=lambda policy: policy.name)
def test_a_policy_has_one_name(policy: Policy) -> None:
    plain = policy.plain_name.removeprefix("the ")
    assert policy.title == plain[:1].upper() + plain[1:]
    assert ("policies", policy.name) in explain.matches(EXP, policy.plain_name)


def test_explain_gives_the_key_of_a_name_on_the_page() -> None:
    said = CliRunner().invoke(app, ["explain", "stepping", "back"]).stdout
    assert "retract   in policies" in said
    assert "strait run --policy retract" in said
