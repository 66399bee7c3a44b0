"""What a paper says of how a question was answered: a paragraph a command, every figure from the folder's manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.figures.captions import listed, margin
from analysis.paper import paragraphs
from analysis.paper.paragraphs import counted, labels, titles
from analysis.questions import answers

if TYPE_CHECKING:
    from sim.results.manifest import Manifest
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment


@dataclass(frozen=True)
class _Asked:
    """An answer as its manifest has it."""

    exp: Experiment
    said: Manifest

    def __getitem__(self, name: str) -> Any:
        """A size of the design."""
        return self.said["design"][name]

    @property
    def outcomes(self) -> list[Outcome]:
        return [self.exp.catalogue.outcomes[name] for name in self.said["asked"]["outcomes"]]

    @property
    def level(self) -> str:
        return f"{self['level']:.0%}"

    @property
    def besides(self) -> str:
        """The worldview that holds where no dial does; of several, each by itself."""
        named = [view for view in self.exp.worldviews if view.name in self.said["asked"]["worldviews"]]
        return titles(named) + (", each by itself" if len(named) > 1 else "")

    @property
    def trials(self) -> str:
        return f"{self['trials']:,} trials of each policy"

    def claims(self, name: str) -> str:
        return listed([*self[name]])


def text(said: Manifest) -> str:
    """The page of a command's folder."""
    one = _Asked(answers.experiment(said), said)
    parts = [
        "# Methods",
        f"{paragraphs.model(one.exp, said)} {_question(one)} {paragraphs.beliefs(one.exp)}",
        COMMANDS[said["command"]](one), paragraphs.program(said), paragraphs.NO_FORECAST, *paragraphs.tables(one.exp),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _question(one: _Asked) -> str:
    """Which policies, outcomes and starts; how dials work, where they do; whose trials."""
    exp, said = one.exp, one.said
    starts, seed = f"{'starts' if len(exp.starts) > 1 else 'start'} {titles(exp.starts)}", f"seed {said['seed']}"
    names = {policy.name: policy for policy in exp.policies}
    if said["command"] == "robust":
        about = f"We compared {len(names)} policies for Japan ({titles(exp.policies)}) by {labels(one.outcomes)}"
    else:
        first, second = (names[name].title for name in said["asked"]["policies"])
        about = (
            f"We asked about the difference between “{first}” and “{second}” (the first minus the second, in the same "
            f"worlds and with the same luck) in {labels(one.outcomes)}"
        )
    dials = (
        " A claim's dial moves all its numbers together, from Self's reading (0) to Newsham's (1); what has no dial, "
        f"or whose dial was not moved, is as under {one.besides}."
    )
    by = "" if said["command"] == "variance" else paragraphs.compensators(one.outcomes)
    return f"{about}, from the {starts}, with {seed}.{by}{_run(said)}{dials if answers.on_dials(said) else ''}"


def _run(said: Manifest) -> str:
    run = said["run"]
    if run is None:
        return ""
    number = paragraphs.version(run)
    return (
        f" The trials are those of a run of the experiment {run['experiment']}, {run['trials']:,} in each cell (a "
        f"start, a worldview, a policy), played by {f'version {number}' if number else 'Strait'}, "
        f"{paragraphs.days(run)}."
    )


def _claims(one: _Asked) -> str:
    silent = f"; {counted(one['silent_claims'], 'other', 'others')} with the same numbers in both count 0"
    more = " What the two differ in beyond any claim takes part as one more." if one["other_players"] else ""
    pairs = counted(one["pairs"], "pair", "pairs")
    return (
        "To see which claims carry the disagreement between the two authors, we valued coalitions of claims: the "
        "value of one is the mean difference in worlds in which Newsham is right about its claims and Self about all "
        f"others, from {one.trials}, the same worlds and luck for every coalition. Owen values [@owen_1977] share out "
        f"the distance between both ends; the {one['themes']} themes of the debate are the a priori unions. "
        f"{counted(one['claims'], 'claim takes', 'claims take')} part{silent if one['silent_claims'] else ''}.{more} "
        f"Values of themes are exact over all {2 ** one['themes']:,} coalitions of them; those of claims are means "
        f"over {one['orders']:,} sampled orders, and are made to add up to their theme's by regression over blocks. "
        f"Intervals ({one.level}) are Student's t over {one['blocks']} blocks of trials, each with orders of its own, "
        f"and hold luck and the sampling of orders together. For {pairs} of the claims that weigh most, second "
        "differences say what two do together beyond what each does alone."
    )


def _crossover(one: _Asked) -> str:
    if "resamples" not in one.said["design"]:
        return _map(one)
    by_traits = one["claims_by_traits"]
    traits = (
        f" The numbers of {listed(by_traits)} are chances of a trait that a world has or has not: nothing was read "
        "between places, since the difference follows from worlds with and without each trait."
    )
    return (
        f"We turned the {counted(len(one['claims']), 'dial', 'dials')} of {one.claims('claims')}, one at a time, and "
        f"looked for where the better policy changes. Each was played at {one['places']} places at equal distances, "
        f"{one.trials} at each, with the same worlds and luck at all of them. Between places the difference is read by "
        f"a monotone cubic (PCHIP) [@fritsch_butland_1984]. Intervals of a crossing ({one.level}) come from "
        f"{one['resamples']:,} bootstrap resamples [@efron_1979] of {one['blocks']} blocks of trials, whole curves at "
        f"a time. Where a curve crosses more than once, but in fewer than {one.level} of resamples, a monotone fit "
        "(isotonic regression) settles one crossing; one beyond both authors is reported where a settled trend leads "
        f"there on a straight line, at numbers that are possible.{traits if by_traits else ''}"
    )


def _map(one: _Asked) -> str:
    return (
        f"We turned the dials of {one.claims('claims')} together, at {one['places']} × {one['places']} places, "
        f"{one.trials} at each, with the same worlds and luck at all of them. Intervals of the difference "
        f"({one.level}) are Student's t over {one['blocks']} blocks of trials."
    )


def _flip(one: _Asked) -> str:
    return (
        f"Starting from {one.besides}, we searched for the fewest claims to be read the other author's way "
        f"for the other policy to come out better. Of all such changes the {one['moving']} that do most, by themselves "
        "or on top of all others, were searched: added, the one that leads farthest first, until the result turned; "
        "and taken back from all of them, the one needed least first, as long as it stayed turned. Of the shorter "
        f"set, smaller ones were then tried, at most {one['checked']} of a size. A set turns the result if the whole "
        f"interval of the difference ({one.level}, Student's t over {one['blocks']} blocks of trials) lies on the "
        f"other side of 0. Each set was played with {one.trials}, in the same worlds and luck. The search does not try "
        f"every set, so a smaller one may exist. All differences reported come from {one['trials']:,} other trials, in "
        "worlds that had no part in the search."
    )


def _sensitivity(one: _Asked) -> str:
    kept = one["kept_inputs"]
    names = "; ".join(f"{f'from {start}: ' if len(kept) > 1 else ''}{listed(inputs)}" for start, inputs in kept.items())
    count, (low, high) = len(next(iter(kept.values()))), one["tornado_ends"]
    ends = f"{low:g} to {high:g}" if one["over"] == "dials" else f"its {low:.0%} quantile to its {high:.0%} quantile"
    return (
        f"We took {one['inputs']} inputs, {one['law']}, and played every row of a design with {one.trials}, in the "
        f"same worlds and luck. Morris screening [@morris_1991] with {one['trajectories']} trajectories on "
        f"{one['levels']} levels ({one['morris_rows']:,} rows) gives the mean size of each input's effects "
        f"[@campolongo_2007]. The {count} inputs with the largest ({names}) went on to Sobol's first-order and total "
        f"indices [@sobol_2001], by the estimators of Saltelli et al. [@saltelli_2010] from {one['points']:,} base "
        f"points ({one['sobol_rows']:,} rows), as shares of the variance among them; designs and estimators are "
        f"SALib's [@herman_usher_2017]. A row's mean still holds luck: how much is known from {one['blocks']} blocks "
        f"of worlds, and it is taken out of numerators and variance. Intervals ({one.level}) come from drawing rows "
        f"and blocks again together, {one['resamples']} times (the pigeonhole bootstrap) [@owen_2007]. A figure is "
        f"called settled if its interval lies within ± {one['settled']:g} of the scale (the variance; in Morris' "
        "method the largest effect) and the second half of the rows moved it by no more. In the tornado each input "
        f"goes from {ends} with all else as {one.besides} has it, {one['tornado_trials']:,} trials of each policy."
    )


def _variance(one: _Asked) -> str:
    means = [entry for entry in one.outcomes if entry.compensator]
    by = f" Means of worlds are of the compensator where there is one ({labels(means)})." if means else ""
    views = counted(len(one.exp.worldviews), "worldview", "worldviews")
    return (
        "We cut the variance of a single history's outcome into three: which worldview holds, what a worldview leaves "
        f"open (its worlds), and luck. {len(one.exp.policies)} policies were played under {views} "
        f"({titles(one.exp.worldviews)}; each with the same weight) in {one['worlds']:,} worlds with "
        f"{counted(one['lucks'], 'luck', 'lucks')} in each, the same for all. The estimator is the unbiased one of "
        "nested analysis of variance [@searle_1992]: luck is the variance among the lucks of one world, of the "
        "outcome as it happened; worlds', that of the worlds' means less the luck left in them; worldviews', that of "
        f"the worldviews' means less what is left in them of both.{by} An estimate below 0 is reported as it is. "
        f"Intervals ({one.level}) are Student's t over a jackknife [@efron_stein_1981] that leaves out each of "
        f"{one['blocks']} blocks of worlds in turn. The same was done for every policy's own outcome and for the "
        "difference."
    )


def _discover(one: _Asked) -> str:
    bars = listed([f"{margin(entry)} in “{entry.label}”" for entry in one.outcomes])
    better = f"is better by more than {bars}" if one["beyond_margin"] else "is better, by however little"
    half, chance = one["points"] // 2, f"{one['chance']:g} divided by the number of possible limits"
    return (
        f"For scenario discovery [@bryant_lempert_2010] we set the dials of all {one['claims']} claims at "
        f"{one['points']:,} points: two independent scrambled Sobol sequences [@sobol_1967] of {half:,}, each dial "
        f"uniform from 0 to 1. Each point was played with {one.trials}, in worlds of its own that both policies share; "
        f"its interval ({one.level}) is Student's t over {one['blocks']} blocks. A point is a case for the policy "
        f"whose mean {better}; the policy with fewer cases is the exception. Boxes full of its cases were looked for "
        "on the first sequence and tested on the second. PRIM [@friedman_fisher_1999] peels and pastes; of the boxes "
        f"with at least {one['coverage']:.0%} of the cases whose density comes within a standard error of the highest, "
        f"we took the one with the fewest limits, and dropped limits whose quasi-p was above {chance}. A "
        f"classification tree [@breiman_1984] of depth {one['depth']} at most was pruned by {one['folds']}-fold "
        f"cross-validation. With fewer than {one['few']} cases, or other points, in either half no box is looked for. "
        f"Coverage and density have exact {one.level} intervals [@clopper_pearson_1934]; a box holds if its density on "
        "the second sequence lies above the share of all points that are cases, with its whole interval."
    )


def _robust(one: _Asked) -> str:
    entries = one.exp.catalogue.outcomes
    kept = [f"“{entries[name].label}” within {level:g} ({entries[name].unit})" for name, level in one["keep"].items()]
    first = one.exp.policies[0].title
    others = "every other" if kept else "each"
    limits = f"keeps {listed([*kept, f'{others} outcome within what “{first}” expects of it'])}"
    places = one["map_places"]
    drawn = (
        " A map shows the policy with the least expected loss at "
        f"{places} × {places} mixes of who is right (the two authors' worldviews) and whose values count, with the "
        "paired interval of its lead over the second."
    )
    views = counted(len(one.exp.worldviews), "worldview", "worldviews")
    return (
        f"We ranked the policies by expected loss, expected and maximum regret [@savage_1951], the regret that "
        f"{one['tail']:.0%} of worlds exceed, the worst worldview, and the mean of the worst {one['tail']:.0%} of "
        f"worlds, over {views} ({titles(one.exp.worldviews)}), all alike; and by the share of worlds in which a policy "
        f"{limits}. All were played in the same {one['worlds']:,} worlds of each worldview with "
        f"{counted(one['lucks'], 'luck', 'lucks')} in each. Since the policy that looks best in a world is partly the "
        "lucky one, what takes a minimum or a tail of worlds' means is biased, by about one over the number of lucks; "
        "the bias is taken off by a jackknife of lucks, all of them against their halves [@gordy_juneja_2010]. "
        f"Intervals ({one.level}) and how often a policy has each rank come from {one['resamples']} bootstrap "
        f"resamples of worlds [@efron_1979], the same for all policies and worldviews.{drawn if places else ''}"
    )


COMMANDS: dict[str, Callable[[_Asked], str]] = {
    "claims": _claims, "crossover": _crossover, "flip": _flip, "sensitivity": _sensitivity, "variance": _variance,
    "discover": _discover, "robust": _robust,
}  # fmt: skip
"""The paragraph of each command that keeps a manifest of its own."""
