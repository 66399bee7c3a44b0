"""Find a history in which a policy averted or provoked force, and put it into sentences under two policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.engine import batch, setup
from sim.engine.replay import VIEWS, watch
from sim.errors import QuestionError
from sim.model import draws, trace
from sim.narrative import narration
from sim.results.tables import reference_policy, shown_contrasts

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview

OTHER_LUCKS = 20
FORCE = "use_of_force"
SIDES = ("against", "policy")
KINDS = ("averted", "provoked")


@dataclass(frozen=True, repr=False)
class Story:
    """One history under two policies, in the same world and with the same luck.

    Attributes
    ----------
    trial
        world * lucks + luck, as in `result.trials`.
    counts
        `n` histories of the experiment, in how many the policy `averted` or `provoked` force, and in how many the
        choice made no difference to that (`same`).
    like_it
        All trials of the same kind, this one included, and those without a quarantine first.
    narration
        What `sim.narrative.narration.compare` gives.
    danger
        For each side float64[step], the hazard of force that has added up; NaN once Taiwan has fallen.
    breaking_points
        Sums of hazard at which Beijing decides for force in one of the two.
    gap
        The month of the widest gap, and what Beijing believes then on each side; None if there is none.
    marks
        For each side the signs of its timeline: months since the start, and which.
    lucks
        For each side the use of force (0 or 1) and Taiwan's fall (0 or 1) under other lucks: int[luck, 2].
    """

    experiment: Experiment
    policies: dict[str, Policy]
    worldview: Worldview
    start: Start
    trial: int
    counts: dict[str, int]
    like_it: list[int]
    narration: dict[str, Any]
    danger: dict[str, np.ndarray]
    breaking_points: list[float]
    gap: dict[str, Any] | None
    marks: dict[str, list[tuple[float, str]]]
    lucks: dict[str, np.ndarray]
    language: str = "en"

    @property
    def names(self) -> dict[str, str]:
        """What each side's policy is called inside a sentence."""
        return {side: policy.plain_name or policy.title for side, policy in self.policies.items()}

    @property
    def endings(self) -> dict[str, dict[str, int | None]]:
        """For each side the months of the first quarantine, use of force and fall of Taiwan, or None."""
        return {side: narration.ending(marks) for side, marks in self.marks.items()}

    def say(self, line: str, **values: Any) -> str:
        """Fill a line of `sentences.yaml`."""
        return narration.fill(narration.read_words()["lines"][self.language][line], {**self.names, **values})

    def date(self, month: int) -> str:
        """Say which month it is, so many months after the start."""
        first_year, first_month = map(int, self.start.date.split("-"))
        years, number = divmod(first_year * 12 + first_month - 1 + month, 12)
        return self.say("date", month=narration.read_words()["words"][self.language]["months"][number], year=years)

    def when(self, sentence: dict[str, Any]) -> str:
        """Say when a sentence is: its month, or the years of which it speaks."""
        if not sentence["years"]:
            return self.date(sentence["month"])
        first_year, first_month = map(int, self.start.date.split("-"))
        year = (first_year * 12 + first_month - 1 + sentence["month"]) // 12
        return self.say("span", first=year, last=year + sentence["years"])

    @property
    def kind(self) -> str:
        """What the policy did to force here: averted, provoked, both (force in both) or neither."""
        force = {side: ending["force"] is not None for side, ending in self.endings.items()}
        if force["against"] == force["policy"]:
            return "both" if force["policy"] else "neither"
        return "provoked" if force["policy"] else "averted"

    @property
    def headline(self) -> str:
        """The history in one sentence or two."""
        parting = self.narration["parting"]["month"]
        if parting is None:
            return self.say("never")
        with_force, without = sorted(self.endings.values(), key=lambda ending: ending["force"] is None)
        is_quarantine = self.kind in KINDS and without["quarantine"] is not None
        force = with_force["force"]
        return self.say(
            self.kind + "_quarantine" * is_quarantine, parting=self.date(parting),
            force=None if force is None else self.date(force),
        )  # fmt: skip

    @property
    def counted(self) -> str:
        """How many histories are of either kind, in a sentence."""
        return self.say("counts", **{name: f"{count:,}" for name, count in self.counts.items()})

    @property
    def other_lucks(self) -> str:
        """How often the same world sees force with other lucks, in a sentence."""
        force = {f"{side}_force": int(rows[:, 0].sum()) for side, rows in self.lucks.items()}
        return self.say("luck", n=OTHER_LUCKS, **force)

    def head(self, side: str) -> str:
        """Which policy it is, and how it ends."""
        ending = self.endings[side]
        end = next((line for line in ("fall", "force", "quarantine") if ending[line] is not None), "none")
        date = self.date(ending.get(end) or 0)
        return f"{self.say('with', policy=self.names[side])}: {self.say(end, date=date)}"

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Give the narration as headings, each with dated sentences; a line without a date says what is left out."""
        alike, parting, sides = (self.narration[name] for name in ("alike", "parting", "sides"))
        shown = [(self.say("alike"), self._dated(alike))]
        if parting["month"] is not None:
            first = [("", f"{self.say('with', policy=self.names[side])}: {sentence['text']}")
                     for side in SIDES for sentence in parting["sentences"][side]]  # fmt: skip
            shown.append((self.say("parting", date=self.date(parting["month"])), first))
        return shown + [(self.head(side), self._dated(sides[side])) for side in SIDES]

    def _dated(self, part: dict[str, Any]) -> list[tuple[str, str]]:
        lines = [(self.when(sentence), sentence["text"]) for sentence in part["sentences"]]
        if more := part["more"]:
            lines.append(("", self.say("one_more" if more == 1 else "more", n=more)))
        return lines

    def __repr__(self) -> str:
        """Which story it is, and its headline."""
        return f"Story of trial {self.trial} of {self.experiment.name}, {self.worldview.name}: {self.headline}"

    def __str__(self) -> str:
        """The story as text for a terminal."""
        lines = [self.counted, "", self.headline]
        for heading, sentences in self.sections():
            lines += ["", heading, *(f"  {date:<14}{text}" for date, text in sentences)]
        if self.gap:
            lines += ["", self.say("gap", date=self.date(self.gap["month"]))]
            lines += [f"  {self.say(name)}: {self.gap['against'][name]} with {self.names['against']}, "
                      f"{self.gap['policy'][name]} with {self.names['policy']}"
                      for name in self.gap["policy"]]  # fmt: skip
        return "\n".join([*lines, "", self.other_lucks, self.say("luck_note")])

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as plain data that JSON can hold; months are counted from the start."""

        def finite(column: np.ndarray) -> list[float | None]:
            return [None if np.isnan(value) else float(value) for value in column]

        return {
            "experiment": self.experiment.name, "start": self.start.name, "worldview": self.worldview.name,
            "policies": {side: policy.name for side, policy in self.policies.items()}, "trial": self.trial,
            "kind": self.kind, "headline": self.headline, "counts": self.counts, "like_it": self.like_it,
            **self.narration, "endings": self.endings, "step_months": self.experiment.step_months,
            "danger": {side: finite(column) for side, column in self.danger.items()},
            "breaking_points": self.breaking_points, "gap": self.gap, "marks": self.marks,
            "other_lucks": {side: rows.tolist() for side, rows in self.lucks.items()},
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """The two timelines and their sentences, for a notebook."""
        from sim.narrative.notebook import to_html

        return to_html(self)


def story(
    exp: Experiment | str = "debate",
    *,
    policy: str | None = None,
    against: str | None = None,
    worldview: str | None = None,
    start: str | None = None,
    trial: int | None = None,
    kind: Literal["averted", "provoked"] = "averted",
) -> Story:
    """Show one history under two policies, with the same world and luck.

    Parameters
    ----------
    exp : a loaded experiment, or the name or path of one.
    policy, against : names of the two policies; by default the experiment's first contrast, and its first policy
        against one that is named.
    worldview, start : by default the worldview nearest to the evidence, and the last start.
    trial : number of the trial, world * lucks + luck, as in `result.trials`; by default one of its
        `kind`, if there is one without a quarantine.
    kind : "averted", force comes with `against` only; or "provoked", it comes with `policy` only.

    Returns
    -------
    Story
        In Jupyter its two timelines; as text its sentences. `Story.to_dict` gives its data.

    Raises
    ------
    ValueError
        For a name that does not exist, one policy twice, a trial that the experiment does not have, or a kind
        of which it has none.

    Examples
    --------
    >>> import sim
    >>> story = sim.story(sim.load("debate", trials=400), worldview="newsham")
    >>> story.kind, story.counts["n"]
    ('averted', 400)
    >>> print(story.headline)  # doctest: +ELLIPSIS
    The two histories part in ...
    """
    from sim.results.result import run
    from sim.scenario.loader import load

    exp = load(exp) if isinstance(exp, str) else exp
    if kind not in KINDS:
        raise QuestionError(f"kind: must be averted or provoked, got {kind!r}")
    names = _two_policies(exp, policy, against)
    view = exp.most_neutral().name if worldview is None else worldview
    first = exp.starts[-1].name if start is None else start
    cells = {side: setup.pick_cell(exp, name, view, first) for side, name in names.items()}
    policies = {side: cell[0] for side, cell in cells.items()}
    _, chosen_view, chosen_start = cells["policy"]
    small = replace(exp, policies=tuple(policies.values()), worldviews=(chosen_view,), starts=(chosen_start,),
                    contrasts=())  # fmt: skip
    played = run(small).trials_of("world", "luck", FORCE, "quarantine")
    played["trial"] = played["world"] * exp.lucks + played["luck"]
    rows = {side: played[played["policy"] == chosen.name].set_index("trial") for side, chosen in policies.items()}
    change = (rows["policy"][FORCE].astype(int) - rows["against"][FORCE].astype(int)).dropna()
    quarantine = rows["policy"]["quarantine"].astype(int) + rows["against"]["quarantine"].astype(int)
    clear_first = change.index[np.argsort(quarantine[change.index].to_numpy(), kind="stable")]
    kinds = {"averted": [int(each) for each in clear_first if change[each] < 0],
             "provoked": [int(each) for each in clear_first if change[each] > 0]}  # fmt: skip
    counts = {"n": len(change), **{name: len(found) for name, found in kinds.items()}, "same": int((change == 0).sum())}
    if trial is None:
        if not counts[kind]:
            more = f"strait run EXPERIMENT --trials {10 * exp.trials}, then strait story FOLDER"
            raise QuestionError(
                f"among {counts['n']:,} histories, {names['policy']} {kind} force in none, against {names['against']} "
                f"under {chosen_view.name} from {chosen_start.name}; play more trials: {more}; or name one: --trial N"
            )
        trial = kinds[kind][0]
    elif trial not in change.index:
        raise QuestionError(f"trial: must be from 0 to {exp.trials - 1}, got {trial}")
    return Story(
        exp, policies, chosen_view, chosen_start, trial, counts,
        like_it=next((found for found in kinds.values() if trial in found), [trial]),
        **_tell(exp, policies, chosen_view, chosen_start, trial),
    )  # fmt: skip


def _two_policies(exp: Experiment, policy: str | None, against: str | None) -> dict[str, str]:
    if len(exp.policies) < 2:
        raise QuestionError("policies: a story compares two policies, and the experiment has one")
    contrasts = shown_contrasts(exp)
    if policy is None:
        pairs = [pair for pair in contrasts if against in (None, pair[1])]
        others = [entry.name for entry in exp.policies if entry.name != against]
        policy, against = pairs[0] if pairs else (others[0], against)
    elif against is None:
        against = next((pair[1] for pair in contrasts if pair[0] == policy), reference_policy(exp))
    if policy == against:
        raise QuestionError(f"policies: name two different ones, got {policy} twice")
    return {"against": str(against), "policy": policy}


def _tell(
    exp: Experiment, policies: dict[str, Policy], view: Worldview, start: Start, trial: int, language: str = "en"
) -> dict[str, Any]:
    """What a story says of one trial."""
    world, luck = divmod(trial, exp.lucks)
    levers, step = sorted(exp.catalogue.levers), exp.step_months
    titles = {name: exp.catalogue.levers[name].title for name in levers}
    begin = {name: (level.depth, level.openness) for name, level in start.levers.items()}
    official = {name: exp.catalogue.levers[name].official for name in levers}
    courses, moments = {}, {}
    for side, policy in policies.items():
        rows, courses[side] = watch(exp, policy, view, start, world, luck + 1)
        moments[side] = narration.observe(trace.describe_events(rows, levers), courses[side], step, begin, official)
    sentences = {side: narration.narrate(own, titles, language) for side, own in moments.items()}
    both, own = [*courses.values()], [*moments.values()]
    widest = narration.widest_gap(both, own, step)
    gap = None
    if widest is not None:
        gap = {"month": int(widest * step), **{side: narration.beliefs(courses[side], widest) for side in SIDES}}
    return {
        "narration": narration.compare(sentences["against"], sentences["policy"]),
        "danger": {side: course[:, VIEWS.index("danger")] for side, course in courses.items()},
        "breaking_points": narration.breaking_points(both, own, step), "gap": gap,
        "marks": {side: narration.mark(moments[side]) for side in SIDES},
        "lucks": {side: _other_lucks(exp, policy, view, start, world, luck) for side, policy in policies.items()},
    }  # fmt: skip


def _other_lucks(exp: Experiment, policy: Policy, view: Worldview, start: Start, world: int, luck: int) -> np.ndarray:
    """Force and fall under the first 20 lucks of the same world that are not this one: int[luck, 2]."""
    parameters = draws.draw_parameters(exp, view, world, 1)
    records, _ = batch.play_cell(replace(exp, lucks=OTHER_LUCKS + 1), policy, start, parameters, world)
    others = [number for number in range(OTHER_LUCKS + 1) if number != luck][:OTHER_LUCKS]
    return np.column_stack([records[name][others].astype(int) for name in (FORCE, "taiwan_falls")])
