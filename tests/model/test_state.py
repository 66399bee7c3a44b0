"""Every field of a trial's records is declared with its unit and meaning, and somebody reads it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from playing import LEVERS

import sim
from sim.engine import setup
from sim.model.records import blank_state, fields, plain_record, setting_dtype, state_dtype
from sim.model.state import LeverEffects, LeverSums, Parameters, Setting, State
from sim.scenario.loader import load

RECORDS = {"state": State, "setting": Setting, "params": Parameters}
CATALOGUE = load("debate").catalogue


def read_fields() -> set[str]:
    """Names of attributes that any module of sim/ reads, alone or as the array whose element it sets."""
    names = set()
    for file in Path(sim.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                names.add(node.attr)
    return names


def only_written(record: str) -> set[str]:
    """Fields that are set in the rules and read nowhere: every attribute that is loaded is an element being set."""
    loaded, set_elements = [], []
    for file in (Path(sim.__file__).parent / "model").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Store()):
                    set_elements.append(name)
                case ast.Attribute(attr=name, ctx=ast.Load()):
                    loaded.append(name)
    return {name for name in fields(RECORDS[record]) if loaded.count(name) <= set_elements.count(name)}


@pytest.mark.parametrize("record", [State, Setting, LeverSums, LeverEffects])
def test_every_field_has_a_unit_and_a_meaning(record: type) -> None:
    for name, field in fields(record).items():
        assert field.unit, name
        assert len(field.meaning.split()) >= 2, name
        assert field.kind in (int, float, LeverSums, LeverEffects), name


def test_every_field_is_read() -> None:
    read = read_fields()
    for record in RECORDS.values():
        assert not [name for name in fields(record) if name not in read], record.__name__
    assert not {name: only_written(name) for name in RECORDS if only_written(name)}


@pytest.mark.parametrize("name", ["base", "reference"])
def test_every_sum_of_levers_in_a_setting_is_read(name: str) -> None:
    files = (Path(sim.__file__).parent / "model").rglob("*.py")
    read = {match for file in files for match in re.findall(rf"\b{name}\.(\w+)", file.read_text(encoding="utf-8"))}
    assert {*fields(fields(Setting)[name].kind)} <= read


def test_parameters_are_those_of_the_catalogue() -> None:
    assert list(fields(Parameters)) == list(CATALOGUE.parameters)
    assert {field.kind for field in fields(Parameters).values()} == {float}


def test_a_setting_knows_every_switch_and_every_quantity_of_a_start_that_is_no_rung() -> None:
    assert {f"on_{name}" for name in CATALOGUE.switches} == {name for name in fields(Setting) if name.startswith("on_")}
    rungs = {name for name in CATALOGUE.quantities if name.endswith(("_rung", "_months"))}
    assert set(CATALOGUE.quantities) - rungs <= set(fields(Setting))


def test_what_a_start_sets_as_a_switch_or_a_count_takes_whole_numbers_only() -> None:
    declared = fields(Setting)
    counted = {name for name, quantity in CATALOGUE.quantities.items()
               if quantity.unit in ("0 or 1", "rung") or (name in declared and declared[name].kind is int)}  # fmt: skip
    assert counted == {name for name, quantity in CATALOGUE.quantities.items() if quantity.whole}
    with pytest.raises(sim.ScenarioError, match="us_overstretched: must be a whole number"):
        load("debate", set_="quantity.us_overstretched=0.5")


def test_records_have_the_declared_fields_in_order_and_aligned() -> None:
    for record, dtype in ((State, state_dtype(3)), (Setting, setting_dtype(3))):
        assert list(dtype.names or ()) == list(fields(record))
        assert dtype.isalignedstruct
    assert state_dtype(3)["depth"].shape == (3,)
    assert state_dtype(3)["rung"] == np.dtype(("i8", (4,)))


def test_a_plain_record_has_the_values_of_a_numpy_record() -> None:
    exp = load("debate", trials=1)
    values = setup.build_setting(exp, exp.policies[1], exp.starts[0])[0]
    plain = plain_record(Setting, values)
    assert plain.goal_depth == values["goal_depth"].tolist()
    assert plain.reference.ties_depth == values["reference"]["ties_depth"]
    assert isinstance(plain.reference, LeverEffects)
    state = blank_state(LEVERS, 5, 2)
    assert (state.world, state.luck, state.over, state.openness) == (5, 2, 0, [0.0] * LEVERS)
