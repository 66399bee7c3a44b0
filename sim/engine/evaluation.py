"""The model as a function of beliefs: numbers in, outcomes out, for scripts and for methods from other libraries.

`evaluate` is pure: it saves nothing, can be pickled and called from many threads, and gives the same numbers
with any number of workers. All rows are played in the same worlds with the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim.engine import batch
from sim.engine.beliefs import QUANTILE, Floats, dialled_parameters, draw_worlds, legal_ends
from sim.engine.own_outcomes import OwnOutcome
from sim.engine.question import Question, check_count, check_whole, look_up
from sim.errors import QuestionError
from sim.scenario.distributions import Distribution, Fixed, Normal, Triangular, Uniform
from sim.scenario.messages import describe_unknown, format_value
from sim.scenario.schema import AUTHORS

if TYPE_CHECKING:
    import pandas as pd

    from sim.engine.beliefs import DrawnWorlds
    from sim.scenario.experiment import Experiment

WORLDS_AT_A_TIME = 1000  # drawn and played
SWITCH = "switch."
CLAIM = "claim."


def evaluate(
    exp: Experiment,
    X: ArrayLike,
    names: Sequence[str],
    *,
    outcomes: Sequence[str | OwnOutcome] | None = None,
    contrast: str | Sequence[str] | None = None,
    policy: str | None = None,
    start: str | None = None,
    worldview: str | None = None,
    worlds: int = 1000,
    lucks: int | None = None,
    first_world: int = 0,
    blocks: int | None = None,
    workers: int | None = None,
    agents: Mapping[str, type] | None = None,
) -> Floats:
    """Mean of outcomes, or of the difference between two policies, at each row of settings.

    Parameters
    ----------
    X
        float[row, name]: a setting of every name in each row. The columns of a DataFrame are found by their labels.
    names
        Of the columns: a claim's dial (`N12` or `claim.N12`; -1 Self's reading, 0 the evidence, 1 Newsham's; on the
        side of an author who speaks, and beyond as far as `sim.engine.beliefs.legal_ends` says), a parameter (a value
        within its bounds, in its unit),
        `quantile.PARAMETER` (a quantile of the worldview's distribution, 0..1)
        or `switch.NAME` (0 off, 1 on). A parameter takes precedence over the dial of its claim.
    outcomes
        Names, or functions of a trial (see the example); by default the primary ones. An outcome that has a
        compensator is estimated by it.
    contrast
        The key of a contrast (`"ties_added"`) or two policies, `("both", "status_quo")` or `"both-status_quo"`: the
        paired difference, first minus second.
    policy
        Without a contrast: the policy played; by default the experiment's first.
    start, worldview
        The start (by default the experiment's last), and the worldview of every number that is not set (by default
        the one nearest to the evidence).
    worlds, lucks, first_world
        Worlds, lucks in each (by default the experiment's), and the number of the first world.
    blocks
        Give the mean in each of so many equal blocks of neighbouring worlds. Blocks are independent, so that
        Student's t over them makes an interval of anything linear in the means.
    workers
        Threads; by default one per processor. They do not change the result.
    agents
        Classes to use in place of the actors' own, as in `sim.run`.

    Returns
    -------
    float[row, outcome], or float[block, row, outcome] if `blocks` is given
        In each outcome's unit. `evaluate_table` gives the same with labels.

    Raises
    ------
    QuestionError
        A ValueError: for a name that is misspelt (the nearest is given), a value out of range, NaN, or an outcome
        without a value in some trials.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate")
    >>> Y = evaluate(exp, [[-1.0], [1.0]], ["N12"], outcomes=["crisis"], contrast="both-status_quo", worlds=100)
    >>> Y.shape
    (2, 1)

    An outcome of your own is a function of a trial. It reads columns of `result.trials`, as arrays with one value a
    trial, and gives an array of the same length:

    >>> def bad_decade(trials):
    ...     return (trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)
    >>> evaluate(exp, [[-1.0], [1.0]], ["N12"], outcomes=["crisis", bad_decade], worlds=100).shape
    (2, 2)
    """
    question = Question.of(
        exp, contrast=contrast, policy=policy, outcomes=outcomes, start=start, worldview=worldview, lucks=lucks,
        agents=agents,
    )  # fmt: skip
    settings, switches = _settings(exp, X, names)
    parts = check_count("blocks", 1 if blocks is None else blocks)
    if check_count("worlds", worlds) % parts:
        raise QuestionError(f"worlds: must be a multiple of blocks ({parts}), got {worlds}")
    check_whole("first_world", first_world, 0)
    rows = [(replace(question, experiment=replace(question.experiment, switches=exp.switches | on)), setting)
            for setting, on in zip(settings, switches, strict=True)]  # fmt: skip
    if rows:
        means = block_means(rows, first_world, worlds, parts, workers)
    else:
        means = np.zeros((parts, 0, len(question.outcomes)))
    return means[0] if blocks is None else means


def evaluate_table(
    exp: Experiment,
    X: ArrayLike,
    names: Sequence[str],
    *,
    outcomes: Sequence[str | OwnOutcome] | None = None,
    blocks: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """`evaluate` as a table with labels.

    Parameters
    ----------
    exp, X, names, outcomes, blocks, options
        As for `evaluate`.

    Returns
    -------
    pandas.DataFrame
        A column for each name, then one for each outcome; its rows are those of X. With blocks: block after block,
        and a first column `block`.

    Raises
    ------
    QuestionError
        As `evaluate`.

    Examples
    --------
    >>> import sim
    >>> table = evaluate_table(sim.load("debate"), [[-1.0], [1.0]], ["N12"], outcomes=["crisis"], worlds=100)
    >>> list(table), len(table)
    (['N12', 'crisis'], 2)
    """
    import pandas as pd

    of = Question.of(exp, outcomes=outcomes).outcomes
    means = evaluate(exp, X, names, outcomes=outcomes, blocks=blocks, **options)
    parts, rows = (1 if blocks is None else blocks), len(means) if blocks is None else means.shape[1]
    block = {} if blocks is None else {"block": np.repeat(np.arange(parts), rows)}
    settings = dict(zip(names, np.tile(_by_name(X, names), (parts, 1)).T, strict=True))
    return pd.DataFrame(block | settings | dict(zip(of, means.reshape(parts * rows, len(of)).T, strict=True)))


def block_means(
    rows: Sequence[tuple[Question, Mapping[str, float]]],
    first_world: int,
    worlds: int,
    blocks: int,
    workers: int | None = None,
) -> Floats:
    """Values of each question at its setting, in equal blocks of neighbouring worlds: float[block, row, outcome].

    All questions must have the same outcomes and worldview; settings are not checked.

    >>> import sim
    >>> question = Question.of(sim.load("debate"), outcomes=["crisis"])
    >>> block_means([(question, {}), (question, {"N12": 1.0})], 0, 100, 10).shape
    (10, 2, 1)
    """
    if not rows:
        return np.zeros((blocks, 0, 0))
    question = rows[0][0]
    dialled = dialled_parameters(question.experiment.catalogue)
    claims = [claim for claim in dialled if any(claim in point for _, point in rows)]
    totals = np.zeros((blocks, len(rows), len(question.outcomes)))
    with ThreadPoolExecutor(workers or batch.workers_here()) as pool:
        for first in range(first_world, first_world + worlds, WORLDS_AT_A_TIME):
            count = min(WORLDS_AT_A_TIME, first_world + worlds - first)
            here = draw_worlds(question.experiment, question.worldview, claims, first, count)
            block = (np.arange(first, first + count) - first_world) // (worlds // blocks)
            tasks = [pool.submit(_played, cell, here, point, first) for cell, point in rows]
            try:
                for row, task in enumerate(tasks):
                    np.add.at(totals[:, row], block, task.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return totals / (worlds // blocks)


def _played(question: Question, here: DrawnWorlds, point: Mapping[str, float], first_world: int) -> Floats:
    return question.values(here.at(point), first_world)


def problem(exp: Experiment, kind: str = "dials", worldview: str | None = None) -> dict[str, Any]:
    """A problem for SALib: every input, its range and its distribution; the themes are the groups.

    Parameters
    ----------
    kind
        `dials`: every claim's, over its range (`Claim.dial_range`). `parameters`: every number that is drawn, as the
        worldview has it;
        where SALib has no such distribution the name is `quantile.PARAMETER`, from 0 to 1.
    worldview
        By default the one nearest to the evidence.

    Returns
    -------
    dict
        `num_vars`, `names`, `bounds`, `dists` and `groups`, each as SALib takes it; `evaluate` takes the names.

    Examples
    --------
    >>> import sim
    >>> problem(sim.load("debate"))["bounds"][0]  # N1, on which Self is silent
    [0.0, 1.0]
    """
    claims, entries = exp.catalogue.claims, exp.catalogue.parameters
    if kind == "dials":
        rows = [(CLAIM + claim, "unif", [*claims[claim].dial_range], str(claims[claim].theme))
                for claim in dialled_parameters(exp.catalogue)]  # fmt: skip
    elif kind == "parameters":
        view = Question.of(exp, worldview=worldview).worldview
        free = {name: value for name, value in view.distributions.items() if not isinstance(value, Fixed)}
        owners = {name: claims.get(entries[name].claim or "") for name in free}
        themes: dict[str, str] = {name: owner.theme if owner else "no claim" for name, owner in owners.items()}
        rows = [(*_law(name, value), themes[name]) for name, value in free.items()]
    else:
        raise QuestionError(describe_unknown("kind", kind, ["dials", "parameters"]))
    names, dists, bounds, groups = ([*part] for part in zip(*rows, strict=True))
    return {"num_vars": len(names), "names": names, "bounds": bounds, "dists": dists, "groups": groups}


def _law(name: str, value: Distribution) -> tuple[str, str, list[float]]:
    """A parameter's name, distribution and bounds in SALib's words."""
    match value:
        case Uniform(low, high):
            return name, "unif", [low, high]
        case Triangular(low, mode, high) if high >= 0 and mode < high:
            return name, "triang", [low, high, (mode - low) / (high - low)]
        case Normal(mean, sd, low, high) if np.isfinite([low, high]).all():
            return name, "truncnorm", [low, high, mean, sd]
        case _:
            return QUANTILE + name, "unif", [0.0, 1.0]


def _settings(
    exp: Experiment, X: ArrayLike, names: Sequence[str]
) -> tuple[list[dict[str, float]], list[dict[str, bool]]]:
    """Each row's dials and parameters, and its switches."""
    table = _by_name(X, names)
    if table.ndim != 2 or table.shape[1] != len(names):
        raise QuestionError(f"X: must be float[row, name] with {len(names)} names, got shape {table.shape}")
    bare = [_bare(name) for name in names]
    if twice := sorted({name for name in bare if bare.count(name) > 1}):
        raise QuestionError(f"names: {', '.join(twice)} more than once")
    for name in bare:
        if name.removeprefix(QUANTILE) != name and name.removeprefix(QUANTILE) in bare:
            raise QuestionError(f"names: {name} and {name.removeprefix(QUANTILE)} set the same number; leave out one")
    for name, column in zip(names, table.T, strict=True):
        _check(exp, name, column)
    points = [{name: float(value) for name, value in zip(bare, row, strict=True)} for row in table]
    return (
        [{name: value for name, value in point.items() if not name.startswith(SWITCH)} for point in points],
        [{name.removeprefix(SWITCH): value == 1 for name, value in point.items() if name.startswith(SWITCH)}
         for point in points],
    )  # fmt: skip


def _by_name(X: ArrayLike, names: Sequence[str]) -> Floats:
    """X as float[row, name]; the columns of a DataFrame with labels in the order of the names."""
    labels: list[Any] = list(getattr(X, "columns", ()))
    if labels and labels != list(range(len(labels))):
        if sorted(map(str, labels)) != sorted(names):
            raise QuestionError(f"X: its columns are {', '.join(map(str, labels))}, and names are {', '.join(names)}")
        X = X[list(names)]  # type: ignore[call-overload,index]
    return np.asarray(X, dtype=np.float64)


def _check(exp: Experiment, name: str, column: Floats) -> None:
    """Reject a name that is no input, and values out of its range."""
    bare, catalogue = _bare(name), exp.catalogue
    if bare in catalogue.claims and bare not in dialled_parameters(catalogue):
        raise QuestionError(f"claim {bare} has no dial: no number of the model is its own")
    dialled = dialled_parameters(catalogue)
    choices = {claim: catalogue.claims[claim].dial_range for claim in dialled}
    choices |= {parameter: entry.bounds for parameter, entry in catalogue.parameters.items()}
    choices |= {QUANTILE + parameter: (0.0, 1.0) for parameter in catalogue.parameters}
    choices |= {SWITCH + switch: (0.0, 1.0) for switch in catalogue.switches}
    low, high = look_up("name", bare, choices)
    silence = ""
    if bare in dialled and ((column < low) | (column > high)).any():
        silence = "".join(f" ({label} is silent on {bare})" for author, label in AUTHORS.items()
                          if author not in catalogue.claims[bare].readings)  # fmt: skip
        ends = legal_ends(catalogue, bare)
        low, high = ends.low, ends.high
    wrong = ~((column >= low) & (column <= high))
    if bare.startswith(SWITCH):
        wrong |= (column != 0) & (column != 1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        legal, value = f"from {format_value(low)} to {format_value(high)}", repr(float(column[row])).removesuffix(".0")
        raise QuestionError(f"{name}: must be {legal}{silence}, got {value} in row {row}")


def _bare(name: str) -> str:
    return name.removeprefix(CLAIM)
