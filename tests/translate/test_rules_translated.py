"""Every rule of an actor gives as machine code what it gives in Python: on all its cases, to the last bit."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.model.rules import japan, prc, scale, taiwan, us
from sim.translate.kernel import Kernel

CASES = Path(__file__).parents[1] / "cases"
ACTORS = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan, "scale": scale}
TAKEN = {"bool": "given[{}] > 0.5", "int": "int(given[{}])", "float": "given[{}]"}


def rules() -> Iterator[Any]:
    """Every rule that takes and gives numbers."""
    for actor, module in ACTORS.items():
        for name, rule in vars(module).items():
            if isinstance(rule, types.FunctionType) and rule.__module__ == module.__name__:
                yield pytest.param(actor, name, id=f"{actor}.{name}")


@cache
def cases_of(actor: str) -> dict[str, Any]:
    """The cases of an actor, by rule."""
    path = CASES / f"{actor}.yaml"
    found: dict[str, Any] = yaml.load(path.read_bytes(), yaml.CSafeLoader) if path.exists() else {}
    return found


def situations(actor: str, rule: types.FunctionType) -> list[list[float]]:
    """What the rule's cases give it, or some numbers where it has none."""
    cases = cases_of(actor).get(rule.__name__, [])
    options = {name: value for module in ACTORS.values() for name, value in vars(module).items() if name.isupper()}
    written = [[options.get(value, value) for value in case["given"].values()] for case in cases if "state" not in case]
    size = rule.__code__.co_argcount
    generator = np.random.Generator(np.random.Philox(7))
    drawn: list[list[float]] = generator.uniform(0.05, 0.95, (20, size)).tolist()
    return [[float(value) for value in row] for row in written] + drawn


@pytest.mark.parametrize(("actor", "name"), [*rules()])
def test_a_rule_gives_the_same_as_machine_code(actor: str, name: str, tmp_path: Path) -> None:
    rule = getattr(ACTORS[actor], name)
    kinds = [rule.__annotations__[argument] for argument in rule.__code__.co_varnames[: rule.__code__.co_argcount]]
    call = f"{actor}.{name}({', '.join(TAKEN[kind].format(number) for number, kind in enumerate(kinds))})"
    results = max(1, rule.__annotations__["return"].count("float") if "tuple" in rule.__annotations__["return"] else 1)
    places = ", ".join(f"out[{number}]" for number in range(results))
    value = f"1.0 if {call} else 0.0" if rule.__annotations__["return"] == "bool" else call
    path = tmp_path / f"call_{actor}_{name}.py"
    path.write_text(f"def run(given, out):\n    {places} = {value}\n", encoding="utf-8")
    space: dict[str, Any] = {"__name__": path.stem, actor: ACTORS[actor]}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    kernel = Kernel(space["run"])
    for situation in situations(actor, rule):
        plain, compiled = [0.0] * results, np.zeros(results)
        space["run"](situation, plain)
        kernel(np.array(situation), compiled)
        assert [float(number) for number in plain] == compiled.tolist(), situation
    kernel.wait()
