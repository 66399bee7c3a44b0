"""What the PRC answers to one trigger: the rules of the month played on it alone, over many worlds.

Nothing is decided here. A trigger is played by the very function that the month calls when such a thing happens, in
a world in which nothing else has happened yet, and the rungs right after are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import setup
from sim.model import codes, draws, month, state
from sim.model.compiled import COMPILED, kernel, rule
from sim.model.effects import events, reactions

if TYPE_CHECKING:
    from analysis.evidence.episode_files import Branch
    from sim.scenario.experiment import Experiment, Worldview

TAIWAN, TIE, ALLIANCE, DISPUTE = 0, 1, 2, 3
BRANCHES: tuple[Branch, ...] = ("taiwan", "tie", "alliance", "dispute")
STEP = 0  # the place among the levers, and the key, of the step that is played


@dataclass(frozen=True)
class Trigger:
    """What had happened, in the model's terms, and in which conditions.

    `branch` says which answer is asked for (rule 1 at the head of the record); `official`, `openness` and `combat`,
    shares, are those of a lever and count for ties and alliance steps only; `drills_usual` says whether large
    drills are; `japan_trade_share` is the share of Japan's exports that go to the PRC.
    """

    branch: Branch
    official: float
    openness: float
    combat: float
    drills_usual: bool
    japan_trade_share: float


@rule
def comes_alone(w: Any, c: Any, clock: int, per_year: float) -> None:
    """Of all that could arrive this month, only the next event of one clock does, at the month's end."""
    for other in range(len(w.threshold)):
        w.threshold[other] = codes.NEVER
    w.threshold[clock] = w.hazard[clock] + per_year * c.years


@rule
def play(w: Any, p: Any, c: Any, branch: int, openness: float) -> None:
    """A trial begins, the trigger happens, and the PRC answers."""
    month.begin(w, p, c)
    if branch == TAIWAN:
        events.offended(w, p, c, 0.0, STEP)
    elif branch == DISPUTE:
        comes_alone(w, c, codes.JAPAN_TRIGGER, p.japan_triggers_per_year)
        events.at_japan(w, p, c)
    else:
        reactions.step(w, p, c, STEP, 1.0, openness, 0.0, STEP)


@rule
def note(w: Any, out: Any) -> None:
    """Write down the rung of each track and how many months it is to last."""
    for track in range(4):
        out[track] = w.rung[track]
        out[4 + track] = w.until[track] - w.since[track] if w.rung[track] > 0 else 0.0


@kernel
def play_worlds(c: Any, parameters: Any, scratch: Any, branch: int, openness: float, out: Any) -> None:
    """Play the trigger once in each world; `scratch` holds two blank records, `out[world, column]` is filled."""
    for row in range(len(parameters)):
        scratch[1] = scratch[0]
        w = scratch[1]
        w.world, w.luck = row, 1
        play(w, parameters[row], c, branch, openness)
        note(w, out[row])


def setting(exp: Experiment, trigger: Trigger) -> np.ndarray:
    """The cell in which the trigger happens: the experiment's first start, with no pressure on and no lever but one."""
    quiet = {f"{target}_{domain}_{what}": 0.0 for target, domain, _ in codes.TRACKS for what in ("rung", "months")}
    known = {"drill_regime": float(trigger.drills_usual), "japan_trade_share": trigger.japan_trade_share}
    start = replace(exp.starts[0], quantities={**exp.starts[0].quantities, **quiet, **known})
    made = setup.setting(exp, exp.policies[0], start)
    c = made[0]
    tie = trigger.branch == "tie"
    c["package"][STEP] = codes.DIRECT_TIES if tie else codes.INTEROPERABILITY
    c["needs_taiwan"][STEP] = tie
    c["official"][STEP], c["combat"][STEP] = trigger.official, trigger.combat
    return made


def worlds(exp: Experiment, worldview: Worldview) -> np.ndarray:
    """What the experiment's worlds are like under a worldview: a structured array[world] of parameters."""
    drawn = draws.parameters(exp, worldview, 0, exp.trials // exp.lucks)
    return np.ascontiguousarray(drawn).view(state.parameters_dtype(tuple(exp.catalogue.parameters))).reshape(-1)


def answers(exp: Experiment, parameters: np.ndarray, trigger: Trigger) -> tuple[np.ndarray, np.ndarray]:
    """What follows from a trigger in each world.

    Parameters
    ----------
    parameters : structured array[world]
        As `worlds` gives them.

    Returns
    -------
    rungs : int64[world, track]
        Right after, on the tracks of `sim.model.codes.TRACKS`.
    months : float64[world, track]
        How long that rung is to last; 0 where it is 0.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", trials=200, worldviews="neutral")
    >>> visit = Trigger("taiwan", 0, 0, 0, drills_usual=True, japan_trade_share=0.17)
    >>> rungs, months = answers(exp, worlds(exp, exp.worldviews[0]), visit)
    >>> int(rungs[:, 3].max()), bool((rungs[:, :2] == 0).all())
    (2, True)
    """
    c, branch = setting(exp, trigger), BRANCHES.index(trigger.branch)
    out = np.zeros((len(parameters), 8))
    if COMPILED:
        scratch = np.zeros(2, state.world_dtype(len(exp.catalogue.levers)))
        play_worlds(c[0], parameters, scratch, branch, trigger.openness, out)
    else:
        _play_plainly(c, parameters, branch, trigger.openness, out)
    return out[:, :4].astype(np.int64), out[:, 4:]


def _play_plainly(c: np.ndarray, parameters: np.ndarray, branch: int, openness: float, out: np.ndarray) -> None:
    """What `play_worlds` does, for plain Python."""
    place = state.record(c.dtype, c[0])
    for row in range(len(parameters)):
        w = state.record(state.world_dtype(len(place.package)))
        w.world, w.luck = row, 1
        play(w, state.record(parameters.dtype, parameters[row]), place, branch, openness)
        note(w, out[row])
