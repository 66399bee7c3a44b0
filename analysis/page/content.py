"""What the page embeds of an experiment, as plain data: numbers for its worker, words for its screens."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page import seat
from analysis.questions import claim_readings
from analysis.questions.javascript import Rules, flatten
from sim.engine import batch, setup
from sim.engine.beliefs import dialled_parameters, dials_of
from sim.engine.replay import VIEWS
from sim.errors import QuestionError
from sim.model import draws, outcomes, trace
from sim.narrative.narration import read_words
from sim.narrative.story import OTHER_LUCKS
from sim.results.tables import shown_contrasts, value_limits
from sim.scenario.distributions import Distribution, Fixed, Triangular, Uniform
from sim.scenario.experiment import Policy, Worldview
from sim.scenario.layers import ExperimentFile, merge_beliefs
from sim.scenario.loader import load
from sim.scenario.shipped import shipped_policies

if TYPE_CHECKING:
    from analysis.page.source import Source
    from sim.scenario.catalogue import Claim
    from sim.scenario.experiment import Experiment

WORLDS = 4000
"""Worlds that the page plays in the end, each with one luck."""
WEIGHED_WORLDS = 300
LARGEST_SEED = 2**53 - 1
"""JavaScript holds whole numbers exactly up to here."""
RISK, COST, EFFORT = "use_of_force", "japan_gdp_loss_pct", "lever_years"
MOST_CONTRASTS = 3


def shrink(exp: Experiment) -> Experiment:
    """Return the experiment as the page plays it: its worlds, one luck in each."""
    return replace(exp, trials=WORLDS, lucks=1)


def contrasts(exp: Experiment) -> list[tuple[str, str]]:
    """Return the pairs of policies whose differences the page shows, the main one first.

    Raises QuestionError if the experiment has one policy only.
    """
    if len(exp.policies) < 2:
        raise QuestionError(f"the page compares policies, and {exp.name} has one only: {exp.policies[0].name}")
    return shown_contrasts(exp)[:MOST_CONTRASTS]


def numbers(exp: Experiment, rules: Rules) -> dict[str, Any]:
    """Return what the worker needs to play any beliefs, as data that JSON can hold.

    Raises QuestionError for a seed that JavaScript cannot hold.
    """
    if exp.seed > LARGEST_SEED:
        raise QuestionError(f"seed {exp.seed} is too large for the page; choose one up to {LARGEST_SEED}")
    own = shrink(exp)
    names, catalogue, columns = list(own.catalogue.parameters), own.catalogue, list(outcomes.COLUMNS)
    specify = _Specifier(own)
    claims = {
        claim: {
            "ends": list(catalogue.claims[claim].dial_range),
            "readings": {
                word: [[names.index(name), specify(name, entry)] for name, entry in said.items()]
                for word, said in claim_readings.readings(catalogue, claim).items()
            },
        }
        for claim in dialled_parameters(catalogue)
    }
    neutral = {name: entry.neutral for name, entry in catalogue.parameters.items()}
    views = {}
    for view in own.worldviews:
        stands = {claim: claim_readings.position_of(catalogue, claim, view) for claim in claims}
        on_slider = {name for claim, stand in stands.items() if stand is not None
                     for name in dialled_parameters(catalogue)[claim]}  # fmt: skip
        views[view.name] = {
            "dials": {claim: stand for claim, stand in stands.items() if stand},
            "fixed": [claim for claim, stand in stands.items() if stand is None],
            "own": [[names.index(name), specify(name, entry)] for name, entry in view.distributions.items()
                    if name not in on_slider and entry != neutral[name]],
        }  # fmt: skip
    return {
        "seed": own.seed, "worlds": WORLDS, "months": own.months,
        "state": {name: rules.state[name] for name in ("world", "luck")},
        "switches": {name: rules.setting["on_" + name] for name in own.switches},
        "scripted": {"count": rules.setting["scripted"]}
        | {what: rules.setting[f"scripted_{what}"] for what in ("event", "month", "key")},
        "parameters": [[rules.parameters[name], str(draws.name_id(f"parameter {name}")), specify(name, entry)]
                       for name, entry in neutral.items()],
        "claims": claims, "views": views,
        "settings": {start.name: {policy.name: flatten(setup.build_setting(own, policy, start)[0]).tolist()
                                  for policy in own.policies} for start in own.starts},
        "levers": lever_numbers(own, rules), "seat": seat.seat_numbers(own, rules), "columns": len(columns),
        "story": {
            "steps": own.months * round(1 / own.step_months), "views": len(VIEWS),
            "columns": {"force": columns.index(RISK), "falls": columns.index("taiwan_falls"),
                        "quarantine": columns.index("quarantine")},
        },
        "recorded": [columns.index(name) for name in (_estimated(own, RISK), _estimated(own, COST), RISK, EFFORT)],
    }  # fmt: skip


def lever_numbers(exp: Experiment, rules: Rules) -> dict[str, Any]:
    """Return what `levers.js` needs to write a policy of one's own."""
    still = Policy("still", "", "", {}, "japan_decides")
    parts = (
        "when_coerced", "start_depth", "start_openness", "goal_depth", "goal_openness", "from_month", "ramp_months",
        "moves", "moved", "first_step_key", "orders", "order_month", "order_lever", "order_depth", "order_openness",
        "order_ramp_months", "order_key", "order_response",
    )  # fmt: skip
    return {
        "names": sorted(exp.catalogue.levers), "slots": {part: rules.setting[part] for part in parts},
        "still": {start.name: flatten(setup.build_setting(exp, still, start)[0]).tolist() for start in exp.starts},
    }  # fmt: skip


def _estimated(exp: Experiment, outcome: str) -> str:
    """The column from which a run estimates an outcome."""
    return f"{outcome}_compensator" if exp.catalogue.outcomes[outcome].compensator else outcome


class _Specifier:
    """Distributions as JSON: a number, three or two numbers, or the values of all worlds.

    JavaScript draws the first three to the last bit. Other families rest on special functions, and correlated
    parameters on a copula, so what they are in each world is worked out here.
    """

    def __init__(self, exp: Experiment) -> None:
        self.exp, self.names = exp, list(exp.catalogue.parameters)
        self.correlated = {name for pair in exp.correlations for name in pair[:2]}

    def __call__(self, name: str, entry: Distribution) -> Any:
        match entry:
            case Fixed(value):
                return value
            case Triangular(low, mode, high) if name not in self.correlated:
                return [low, mode, high]
            case Uniform(low, high) if name not in self.correlated:
                return [low, high]
        own = {other: Fixed(0.0) for other in self.names} | {name: entry}
        drawn = draws.draw_parameters(self.exp, Worldview("one", "", "", own), 0, WORLDS)
        return base64.b64encode(drawn[:, self.names.index(name)].astype("<f8").tobytes()).decode()


def words(exp: Experiment, source: Source) -> dict[str, Any]:
    """Return what the screens say of the experiment, and what a file of the page's beliefs takes from its `source`."""
    catalogue = exp.catalogue
    dialled = dialled_parameters(catalogue)
    weights = weigh(exp)
    return {
        "title": exp.title, "source": vars(source), "years": exp.months / 12,
        "policies": [_policy(policy) for policy in exp.policies],
        "further": [_policy(policy) for policy in further_policies(exp)],
        "levers": {name: {"title": lever.title, "meaning": lever.meaning, "package": lever.package}
                   for name, lever in catalogue.levers.items()},
        "contrasts": contrasts(exp),
        "questions": {"|".join(entry.policies): entry.words for entry in exp.contrasts if entry.words},
        "starts": [{"name": start.name, "date": start.date} for start in exp.starts],
        "views": [{"name": view.name, "title": view.title, "summary": view.summary,
                   "is_sentence": view.title.startswith("If ")} for view in exp.worldviews],
        "seat": seat.seat_words(exp), "home": exp.most_neutral().name, "evidence": evidence_view(exp),
        "narrative": narrative(exp),
        "margins": {"risk": catalogue.outcomes[RISK].margin, "cost": catalogue.outcomes[COST].margin},
        "limits": {"risk": _finite(value_limits(exp, RISK)), "cost": _finite(value_limits(exp, COST)),
                   "effort": _finite(value_limits(exp, EFFORT))},
        "provocation": exp.switches.get("provocation", False),
        "claims": {name: _claim(exp, catalogue.claims[name], weights[name]) for name in dialled},
        "sources": {key: catalogue.sources[key].cite for name in dialled for key in catalogue.claims[name].source},
    }  # fmt: skip


def further_policies(exp: Experiment) -> list[Policy]:
    """Return the shipped policies that an experiment does not have and its levers can play.

    >>> import sim
    >>> [policy.name for policy in further_policies(sim.load("debate"))]
    ['clarity', 'coast_guard_first', 'reassure_and_integrate', 'resilience_first', 'retract']
    """
    shipped = load("debate", policies=sorted(shipped_policies())).policies
    own = {policy.name for policy in exp.policies}
    levers = exp.catalogue.levers.keys()
    return [policy for policy in shipped if policy.name not in own and policy.levers.keys() <= levers]


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name, "plain": policy.plain_name or policy.title, "summary": policy.summary,
        "title": policy.title, "orders": len(policy.orders), "when_coerced": policy.when_coerced,
        "levers": {lever: {name: value for name, value in vars(change).items() if value is not None}
                   for lever, change in policy.levers.items()},
    }  # fmt: skip


def narrative(exp: Experiment) -> dict[str, Any]:
    """Return what `story.js` needs to put a trial into sentences: the sentences, and what its numbers mean."""
    levers = sorted(exp.catalogue.levers)
    labels = {"lever": levers}
    return read_words() | {
        "events": [{"name": kind.name, "fields": [[field.name, labels.get(field.unit, list(field.labels)) or None]
                                                  for field in kind.fields]} for kind in trace.EVENTS],
        "views": VIEWS, "levers": {name: exp.catalogue.levers[name].title for name in levers},
        "official": {name: exp.catalogue.levers[name].official for name in levers},
        "step": exp.step_months, "months": exp.months, "lucks": OTHER_LUCKS,
    }  # fmt: skip


def evidence_view(exp: Experiment) -> str | None:
    """The worldview, if there is one, in which every number is neutral."""
    view, neutral = exp.most_neutral(), exp.catalogue.parameters
    return view.name if all(entry == neutral[name].neutral for name, entry in view.distributions.items()) else None


def _finite(limits: tuple[float, float]) -> list[float | None]:
    return [limit if np.isfinite(limit) else None for limit in limits]


def _claim(exp: Experiment, claim: Claim, weight: float) -> dict[str, Any]:
    said = claim_readings.readings(exp.catalogue, claim.name)
    shown = [
        {"text": text, "medians": {word: claim_readings.median(entries[name]) for word, entries in said.items()}}
        for name, text in claim.shown.items()
    ]  # fmt: skip
    return {
        "author": claim.author, "paragraphs": claim.paragraphs, "theme": claim.theme, "says": claim.says,
        "question": claim.question, "answers": claim.answers, "shown": shown, "why": claim.why,
        "supports": claim.supports, "contradicts": claim.contradicts, "verdict": claim.verdict,
        "sources": claim.source, "weight": weight,
    }  # fmt: skip


def weigh(exp: Experiment, worlds: int = WEIGHED_WORLDS) -> dict[str, float]:
    """Weigh each claim with a dial: by how many margins it moves a contrast of the page, of force or of Japan's loss.

    A claim is moved alone, from the evidence to a reading, and taken back alone, from all readings of that author to
    the evidence. The largest of these changes counts, from the last start.
    """
    catalogue, names, own = exp.catalogue, list(exp.catalogue.parameters), replace(exp, lucks=1)
    columns = {claim: [names.index(name) for name in of] for claim, of in dialled_parameters(catalogue).items()}

    def drawn(claims: Mapping[str, float]) -> np.ndarray:
        believed = merge_beliefs(catalogue, [ExperimentFile(claims=dict(claims))])
        return draws.draw_parameters(own, Worldview("weighed", "", "", believed), 0, worlds)

    evidence, weights = drawn({}), dict.fromkeys(columns, 0.0)
    of_evidence = _contrasts_at(own, evidence)
    for author in ("newsham", "self"):
        speaks = [claim for claim in columns if author in catalogue.claims[claim].readings]
        read = drawn(dials_of(catalogue, author, speaks))
        of_author = _contrasts_at(own, read)
        for claim in speaks:
            alone, without = evidence.copy(), read.copy()
            alone[:, columns[claim]], without[:, columns[claim]] = read[:, columns[claim]], evidence[:, columns[claim]]
            changes = (_contrasts_at(own, alone) - of_evidence, of_author - _contrasts_at(own, without))
            weights[claim] = max(weights[claim], *(float(np.abs(change).max()) for change in changes))
    return {claim: round(weight, 2) for claim, weight in weights.items()}


def _contrasts_at(exp: Experiment, parameters: np.ndarray) -> np.ndarray:
    """Mean paired differences, float[contrast, outcome], in margins of the outcome."""
    pairs = contrasts(exp)
    wanted = {name for pair in pairs for name in pair}
    played = {policy.name: batch.play_cell(exp, policy, exp.starts[-1], parameters, 0)[0]
              for policy in exp.policies if policy.name in wanted}  # fmt: skip
    return np.array([[np.mean(played[first][column].astype(float) - played[second][column]) / margin
                      for column, margin in _measures(exp)] for first, second in pairs])  # fmt: skip


def _measures(exp: Experiment) -> list[tuple[str, float]]:
    """The columns from which risk and cost are estimated, with the margins of their outcomes."""
    return [(_estimated(exp, outcome), exp.catalogue.outcomes[outcome].margin) for outcome in (RISK, COST)]
