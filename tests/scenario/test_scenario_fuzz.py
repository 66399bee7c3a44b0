"""Whatever is done to a right file, it is read or refused with its faults; nothing else happens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import loader, shipped

BROKEN = Path(__file__).parents[1] / "broken"
FILES = sorted(
    path.relative_to(BROKEN) for folder in ("home", "scenarios") for path in (BROKEN / folder).rglob("*.yaml")
)
TOKENS = [
    *("", " ", "\n", "\t", ":", ": ", "-", "- ", "{", "}", "[", "]", "[]", "{}", ",", "'", '"', "#"),
    *("&a ", "*a", "!x ", "|\n", ">\n", "<<: ", "? ", "@", "%", "---\n", "...\n", "~", "null", "on", "no"),
    *("0", "-1", "1e400", ".nan", ".inf", "2026", "010", "9" * 30, "name", "extends: ", "../", "a.yaml"),
    *("\u2028", "\x85", "\ufeff", "\x00", "é", "\U0001f600", '"\\0"', '"\\ud800"', "{triangular: [3, 2, 1]}"),
]
KEYS = ["claim.N1", "lever.escorts.depth", "us_intervenes_prob", "switch.", "=", "."]
edit = st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(st.sampled_from(TOKENS), st.text(max_size=4)))


def refusal(*arguments: Any, **options: Any) -> str | None:
    """The error text for these arguments, or None if they are accepted. Any other error fails the test."""
    try:
        loader.load(*arguments, **options)
    except ScenarioError as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    for name in ("scenarios", "home"):
        shutil.copytree(BROKEN / name, folder / name)
    return folder


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(FILES), edits=st.lists(edit, min_size=1, max_size=4))
@example(file=FILES[0], edits=[(0.0, 10_000, "")])
def test_a_damaged_file(
    tree: Path, monkeypatch: pytest.MonkeyPatch, file: Path, edits: list[tuple[float, int, str]]
) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tree / "sim" / "scenario" / "shipped.py"))
    text = original = (BROKEN / file).read_text(encoding="utf-8")
    for place, length, token in edits:
        start = int(place * len(text))
        text = text[:start] + token + text[start + length :]
    (tree / file).write_bytes(text.encode("utf-8", "surrogatepass"))
    shipped._read_catalogue.cache_clear()
    message = refusal(tree / "home" / "trial.yaml")
    (tree / file).write_text(original, encoding="utf-8")
    assert message is None or (message and message.replace("\n", "").isprintable())


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.lists(st.sampled_from(TOKENS + KEYS), max_size=6).map("".join))
def test_any_set(tree: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tree / "sim" / "scenario" / "shipped.py"))
    message = refusal("debate", set_=[text])
    assert message is None or (message.startswith("--set") and message.isprintable())
    assert refusal("debate", policies=[text])
    assert refusal(text) or text == "debate"
