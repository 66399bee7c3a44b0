"""Arguments of the Python functions that contradict each other or are of the wrong kind."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.engine.question import Question
from sim.errors import QuestionError


@pytest.mark.parametrize(("names", "how", "says"), [
    (["us_intervenes_prob", "quantile.us_intervenes_prob"], {}, "set the same number; leave out one"),
    (["N12", "N11"], {"contrast": "ties_added", "policy": "both"}, "leave out policy or contrast"),
    (["N12", "N11"], {"worlds": 1e3}, "worlds: must be a whole number from 1, got 1000.0; write 1000 without"),
    (["N12", "N11"], {"first_world": 0.5}, "first_world: must be a whole number from 0, got 0.5"),
    (["N12", "N11"], {"lucks": "2"}, "lucks: must be a whole number from 1"),
])  # fmt: skip
def test_what_evaluate_refuses(names: list[str], how: dict[str, Any], says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        sim.evaluate(sim.load("debate"), [[0.5, 0.5]], names, **{"worlds": 10, **how})


def test_columns_of_a_data_frame_are_found_by_their_labels() -> None:
    exp = sim.load("debate")
    how: dict[str, Any] = {"outcomes": ["crisis"], "worlds": 20}
    right = sim.evaluate(exp, [[0.0, 1.0]], ["N12", "us_intervenes_prob"], **how)
    frame = pd.DataFrame({"us_intervenes_prob": [1.0], "N12": [0.0]})
    assert np.array_equal(sim.evaluate(exp, frame, ["N12", "us_intervenes_prob"], **how), right)
    assert sim.evaluate_table(exp, frame, ["N12", "us_intervenes_prob"], **how)["N12"].tolist() == [0.0]
    assert np.array_equal(sim.evaluate(exp, pd.DataFrame([[0.0, 1.0]]), ["N12", "us_intervenes_prob"], **how), right)
    with pytest.raises(QuestionError, match="X: its columns are N12, N11, and names are N12, S9"):
        sim.evaluate(exp, pd.DataFrame({"N12": [0.0], "N11": [0.0]}), ["N12", "S9"], **how)


def test_a_run_takes_a_name_and_its_result_can_be_pickled() -> None:
    result = sim.run("debate", trials=10)
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.trials, result.trials)
    pd.testing.assert_frame_equal(again.worlds, result.worlds)
    with pytest.raises(QuestionError, match=r"trials: must be a positive multiple of lucks .*; write 1000"):
        sim.run("debate", trials=1e3)  # type: ignore[arg-type]


def test_the_result_of_a_folder_can_be_pickled(tmp_path: Path) -> None:
    result = sim.write_folder(sim.load("debate", trials=10), tmp_path)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(result)).worlds, result.worlds)


def test_a_start_may_be_a_number() -> None:
    assert Question.of(sim.load("debate"), start=2026).start.name == "2026"  # type: ignore[arg-type]
    assert sim.replay("debate", start=2026) == sim.replay("debate", start="2026")  # type: ignore[arg-type]
