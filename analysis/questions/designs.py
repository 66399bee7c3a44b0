"""What was asked, and every size of the design behind an answer, for the manifest of its folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.statistics.intervals import LEVEL

if TYPE_CHECKING:
    from analysis.questions.claims import Claims
    from analysis.questions.crossover import Crossover
    from analysis.questions.crossover_map import Map
    from analysis.questions.discover import Discovery
    from analysis.questions.flip import Flip
    from analysis.questions.robust import Robust
    from analysis.questions.sensitivity import Sensitivity
    from analysis.questions.variance import Variance
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment


@dataclass(frozen=True)
class Design:
    """What was asked, by names, and the sizes of what was played for it; all of it plain data but the experiment."""

    exp: Experiment
    asked: dict[str, list[str]]
    sizes: dict[str, Any]


def claims(found: Sequence[Claims]) -> Design:
    """Of Owen values: players, unions, orders, blocks."""
    from analysis.questions.coalitions import NEWSHAM, SELF, TOTAL, UNDIALLED

    game, trials, blocks = found[0].game, found[0].trials, len(found[0].parts[f"value {TOTAL}"])
    sizes = {
        "blocks": blocks, "claims": len({*game.players} - {UNDIALLED}), "other_players": int(UNDIALLED in game.players),
        "silent_claims": len({*game.silent} - {UNDIALLED}), "themes": len(game.unions),
        "orders": blocks * len(game.unions), "pairs": len(found[0].pairs),
    }  # fmt: skip
    return _design([one.game.asked for one in found], trials, sizes, [NEWSHAM, SELF])


def crossover(found: Sequence[Crossover]) -> Design:
    """Of crossings: dials, places, blocks, resamples."""
    from analysis.questions.crossover import GRID, traits_of
    from sim.statistics.zero_crossing import RESAMPLES

    asked, trials = found[0].asked, found[0].trials
    names = [str(name) for name in found[0].table["claim"].unique()]
    sizes = {
        "claims": names, "claims_by_traits": [name for name in names if traits_of(asked, name)], "places": len(GRID),
        "blocks": _blocks(asked.exp, trials), "resamples": RESAMPLES,
    }  # fmt: skip
    return _design([one.asked for one in found], trials, sizes)


def crossover_map(found: Sequence[Map]) -> Design:
    """Of a map over two dials."""
    from analysis.questions.crossover_map import GRID

    exp, trials = found[0].asked.exp, found[0].trials
    sizes = {"claims": [*found[0].claims], "places": len(GRID), "blocks": _blocks(exp, trials)}
    return _design([one.asked for one in found], trials, sizes)


def flip(found: Sequence[Flip]) -> Design:
    """Of the search for the fewest changes; as many trials again were played for the answer."""
    from analysis.questions.flip import CHECKED, MOVING

    trials = found[0].trials
    sizes = {"moving": MOVING, "checked": CHECKED, "blocks": _blocks(found[0].asked.exp, trials)}
    return _design([one.asked for one in found], trials, sizes)


def sensitivity(found: Sequence[Sensitivity]) -> Design:
    """Of a tornado, Morris' trajectories and Sobol's points, with the inputs that came to these, by start."""
    from analysis.questions import sensitivity as used
    from sim.statistics import indices

    one, rows = found[0], {method: found[0].table.query("method == @method") for method in ("morris", "sobol")}
    kept = {each.asked.start.name: _names(each.table.query("method == 'sobol'")["input"], indices.LUCK)
            for each in found}  # fmt: skip
    sizes = {
        "over": one.over, "law": one.law, "inputs": rows["morris"]["input"].nunique(), "kept_inputs": kept,
        "trajectories": int(rows["morris"]["points"].max()), "levels": indices.GRID,
        "morris_rows": int(rows["morris"]["rows"].max()), "points": int(rows["sobol"]["points"].max()),
        "sobol_rows": int(rows["sobol"]["rows"].max()), "blocks": used.BLOCKS, "resamples": indices.RESAMPLES,
        "tornado_trials": one.trials * used.LONGER, "tornado_ends": [*used.ENDS[one.over]], "settled": used.TENTH,
    }  # fmt: skip
    return _design([each.asked for each in found], one.trials, sizes)


def variance(found: Sequence[Variance]) -> Design:
    """Of nested draws: worlds, lucks, blocks."""
    from analysis.questions.variance import BLOCKS

    exp, worlds = found[0].asked.exp, found[0].worlds
    sizes = {"worlds": worlds, "lucks": exp.lucks, "blocks": min(BLOCKS, worlds)}
    views, policies = ([one.name for one in entries] for entries in (exp.worldviews, exp.policies))
    return _design([one.asked for one in found], exp.trials, sizes | {"policies": policies}, views)


def discover(found: Sequence[Discovery], coverage: float) -> Design:
    """Of points, boxes and the tests of these."""
    from analysis.questions.discover import BLOCKS
    from sim.statistics import boxes

    halves, half, dials = found[0].design.shape
    sizes = {
        "points": halves * half, "claims": dials, "blocks": BLOCKS, "coverage": coverage,
        "beyond_margin": found[0].beyond_margin, "few": boxes.FEW, "chance": boxes.CHANCE, "depth": boxes.DEPTH,
        "folds": boxes.FOLDS,
    }  # fmt: skip
    return _design([one.asked for one in found], found[0].trials, sizes)


def robust(found: Sequence[Robust], keep: Mapping[str, float]) -> Design:
    """Of regret: worlds, lucks, resamples, thresholds."""
    from analysis.questions.robust_map import GRID
    from sim.statistics.regret import RESAMPLES, TAIL

    exp, worlds = found[0].exp, found[0].worlds
    starts = [one.start for one in found]
    exp = replace(exp, starts=tuple(one for one in exp.starts if one.name in starts))
    asked = {"policies": [one.name for one in exp.policies], "outcomes": [*found[0].names],
             "starts": starts, "worldviews": [one.name for one in exp.worldviews]}  # fmt: skip
    sizes = {
        "trials": worlds * exp.lucks, "level": LEVEL, "worlds": worlds, "lucks": exp.lucks, "resamples": RESAMPLES,
        "tail": TAIL, "keep": dict(keep), "map_places": len(GRID) if len(found[0].map) else 0,
    }  # fmt: skip
    return Design(exp, asked, sizes)


def _design(
    asked: Sequence[Asked], trials: int, sizes: Mapping[str, Any], worldviews: Sequence[str] | None = None
) -> Design:
    exp = asked[0].exp
    starts, outcomes = _names(one.start.name for one in asked), _names(name for one in asked for name in one.outcomes)
    names = {
        "policies": [policy.name for policy in asked[0].policies], "outcomes": outcomes, "starts": starts,
        "worldviews": [*(worldviews or _names(one.worldview.name for one in asked))],
    }  # fmt: skip
    exp = replace(exp, trials=trials, starts=tuple(one for one in exp.starts if one.name in starts))
    return Design(exp, names, {"trials": trials, "level": LEVEL, **sizes})


def _names(names: Iterable[str], *without: str) -> list[str]:
    return [name for name in dict.fromkeys(map(str, names)) if name not in without]


def _blocks(exp: Experiment, trials: int) -> int:
    """Of crossovers and flips: parts of five blocks each."""
    from analysis.questions.crossover import PART, size

    worlds, part = size(exp, trials)
    return worlds // part * PART
