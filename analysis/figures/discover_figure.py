"""`strait discover`: the box of beliefs in which the exception does better, drawn and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from analysis.figures import style
from analysis.figures.captions import (
    ask,
    belief_clause,
    capitalize,
    digits,
    join_words,
    margin,
    percent,
    policy_phrase,
    title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.discover import Discovery, Search, words_for_limits
from analysis.questions.sensitivity import LAWS
from sim.engine.question import Question
from sim.scenario.catalogue import Claim
from sim.statistics.boxes import FEW, Box, FoundBox
from sim.statistics.intervals import Floats, Interval

SCATTER, LABELS, BARS = 6.2, 3.6, 2.6  # inches
TREE = "#009E73"
MUCH = 0.2  # of the points not settled by themselves: too much luck in what is found


def describe_discover(finding: Discovery, outcome: str) -> list[str]:
    """Return how often the exception does better on one outcome, and the boxes of beliefs that pass the test."""
    search, exp = finding.searches[outcome], finding.question.experiment
    exception, rule = (policy_phrase(exp, name) for name in _names(finding.question, search))
    count, base = int(search.cases.sum()), search.base_rate
    beyond = f" by more than {margin(exp.catalogue.outcomes[outcome])}" if finding.beyond_margin else ""
    if not count:
        return [
            f"{capitalize(exception)} does better than {rule}{beyond} at none of {search.cases.size:,} sets of "
            f"beliefs: there is no box to draw. It could still do so at up to {percent(base.high or 0.0)} of all sets."
        ]
    open_ = search.unsettled
    sentences = [
        f"{capitalize(exception)} does better{beyond} at {_rate(base)} of {search.cases.size:,} sets of beliefs.",
        f"At a single set, the difference is too close to call in {percent(float(open_.mean()))} of all, and in "
        f"{percent(float(open_[search.cases].mean()))} of these."
        + " Luck makes the exception look more frequent than it is: more trials are needed."
        * bool(open_.mean() > MUCH),
    ]
    best = [(name, search.best(method)) for method, name in (("prim", "PRIM"), ("cart", "the tree"))]
    if not any(box for _, box in best):
        few = min(int(half.sum()) for half in search.cases) < FEW
        why = "too few to look for a box" if few else "no box that was found passes on the test sets"
        return [*sentences, f"No group of beliefs stands out: {why}."]
    main, claims = _main(search), exp.catalogue.claims
    for name, box in best:
        sentences += _describe_box(name, box, claims) if box else [f"No box of {name} passes the test."]
    return sentences + [f"{claim}: {claims[claim].says}" for claim in (main.restricted if main else ())]


def _describe_box(name: str, finding: FoundBox, claims: Mapping[str, Claim]) -> list[str]:
    """Say which limits a box has and what it holds."""
    fit, box = finding.held_out, finding.box
    limits = [f"{claim} {words_for_limits(claims[claim].dial_range, *box.limits(claim))}" for claim in box.restricted]
    low, high = fit.density.low or 0.0, fit.density.high or 0.0
    still = " Even there the other policy does better more often." if high < 0.5 else ""
    still = " There, neither clearly does better more often." if low < 0.5 <= high else still
    return [
        f"It does so most often ({name}) with {join_words(limits)}.",
        f"There it does better at {_rate(fit.density)} of the test sets, against "
        f"{percent(fit.base_rate.estimate or 0.0)} of all; {_rate(fit.coverage)} of its cases lie there.{still}",
    ]


def draw_discover(finding: Discovery, outcome: str) -> CaptionedFigure | None:
    """Draw the box that holds: the two claims that it restricts most, and its limits; None if no box holds."""
    search, question = finding.searches[outcome], finding.question
    main = _main(search)
    if main is None:
        return None
    exp, label = question.experiment, question.experiment.catalogue.outcomes[outcome].label
    exception, rule = (title(exp, name) for name in _names(question, search))
    boxes = [best.box for best in (search.best("prim"), search.best("cart")) if best]
    claims = _by_width(main, exp.catalogue.claims) + [c for c in boxes[-1].restricted if c not in main.restricted]
    says = [wrap_text(f"{claim}  {exp.catalogue.claims[claim].says}", LABELS, style.TICK) for claim in claims]
    places, heights = style.place_rows(says, 0.3)
    first, *others = describe_discover(finding, outcome)
    caption = " ".join([first, *[line for line in others if line.startswith(("It does so", "There it"))][:2]])
    figure = make_page(
        replace(exp, trials=finding.trials), question.start.name, caption=caption,
        body=max(6.0, float(heights.sum()) + 1.0),
        title=f"{ask(question)}With which beliefs does {exception} do better than {rule}?",
        note=f"“{label}”; {LAWS[finding.law]}; the rest {belief_clause(question.worldview)}. "
        "Dots: the sets of beliefs kept for the test.",
        keys=_make_keys(question, search, (exception, rule), len(boxes) > 1),
    )  # fmt: skip
    left, right = figure.subplots(1, 2, width_ratios=[SCATTER, LABELS + BARS])
    _draw_points(left, finding, search, main)
    entries = [exp.catalogue.claims[claim] for claim in claims]
    _draw_limits(right, [main, *boxes[1:]], entries, says, places, _colours(question, search)[0])
    return finish_figure(f"discover_{outcome}_{question.start.name}", figure)


def _draw_points(axes: Axes, finding: Discovery, search: Search, box: Box) -> None:
    """Draw the points of the other half over the two dials that the box restricts most."""
    entries = finding.question.experiment.catalogue.claims
    several = len(box.restricted) > 1
    x, y = _by_width(box, entries)[:2] if several else [*box.restricted, _next(finding, search, box)]
    points, cases = finding.dials[1], search.cases[1]
    columns = [finding.claims.index(claim) for claim in (x, y)]
    inside = box.inside(points)
    colours = _colours(finding.question, search)
    across, up = points[:, columns].T
    axes.scatter(across[~cases], up[~cases], s=9, color=colours[1], alpha=0.4, linewidths=0, clip_on=False)
    for mask, face in ((cases & ~inside, "white"), (cases & inside, colours[0])):
        axes.scatter(across[mask], up[mask], s=36, color=face, edgecolors=colours[0], linewidths=1.3, clip_on=False)
    ranges = [entries[claim].dial_range for claim in (x, y)]
    (left, right), (bottom, top) = (
        np.clip(box.limits(claim), *reach).tolist() for claim, reach in zip((x, y), ranges, strict=True)
    )
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=style.INK, linewidth=2.4,
                             clip_on=False, zorder=5))  # fmt: skip
    axes.set(xlim=ranges[0], ylim=ranges[1], box_aspect=1)
    for axis, claim in ((axes.xaxis, x), (axes.yaxis, y)):
        stops = entries[claim].stops
        axis.set_ticks([*stops.values()], [style.STOP_LABELS[word] for word in stops])
        axis.set_label_text(claim, fontsize=style.TICK)
    style.quiet_axes(axes, grid="both")


def _draw_limits(
    axes: Axes, boxes: list[Box], claims: list[Claim], says: list[str], places: Floats, colour: str
) -> None:
    """Draw the limits of each box, a claim a row."""
    colours, lift = (colour, TREE), 0.11 * (len(boxes) > 1)
    for claim, at in zip(claims, places.tolist(), strict=True):
        least, greatest = claim.dial_range
        axes.barh(at, greatest - least, left=least, height=0.5, color=style.PALE, linewidth=0, zorder=1)
        for i, (box, shade) in enumerate(zip(boxes, colours, strict=False)):
            low, high = np.clip(box.limits(claim.name), least, greatest).tolist()
            if claim.name in box.restricted:
                axes.barh(at + (2 * i - 1) * lift, high - low, left=low, height=0.18, color=shade, zorder=2)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    axes.set(xlim=(-1, 1), yticks=places, yticklabels=says)
    axes.set_ylim(places[-1] + 0.4, 0)
    axes.set_xticks([-1, 0, 1], [*style.STOP_LABELS.values()])
    style.quiet_axes(axes)
    axes.tick_params(axis="y", length=0)


def _make_keys(question: Question, search: Search, titles: tuple[str, str], tree: bool) -> list[Line2D | Patch]:
    colours = _colours(question, search)
    exception, rule = (wrap_text(f"{name} better", 3, style.TICK) for name in titles)
    keys: list[Line2D | Patch] = [
        style.mark_key(f"{exception}, in the box", markersize=7, color=colours[0]),
        style.mark_key(f"{exception}, elsewhere", markersize=7, color="white", markeredgecolor=colours[0]),
        style.mark_key(rule, marker=".", markersize=7, color=colours[1], alpha=0.6),
        Patch(color=colours[0], label="limits of the box"),
    ]
    return [*keys, Patch(color=TREE, label="limits by a tree")] if tree else keys


def _main(search: Search) -> Box | None:
    """The box that is drawn: PRIM's if it holds, else the tree's best leaf."""
    best = search.best("prim") or search.best("cart")
    return best.box if best else None


def _by_width(box: Box, claims: Mapping[str, Claim]) -> list[str]:
    """The claims of a box, the most restricted first: by the share of a dial's range that is left."""

    def share(claim: str) -> float:
        reach = claims[claim].dial_range
        return float(np.ptp(np.clip(box.limits(claim), *reach)) / np.ptp(reach))

    return sorted(box.restricted, key=share)


def _next(finding: Discovery, search: Search, box: Box) -> str:
    """The claim besides those of the box that goes most with the difference."""
    dials, differences = finding.dials.reshape(-1, len(finding.claims)), search.differences.mean(axis=2).ravel()
    strength = [abs(float(np.corrcoef(column, differences)[0, 1])) for column in dials.T]
    ordered = sorted(zip(strength, finding.claims, strict=True), reverse=True)
    return next(claim for _, claim in ordered if claim not in box.restricted)


def _names(question: Question, search: Search) -> tuple[str, str]:
    """Names of the exception and of the other policy."""
    return search.exception, next(policy.name for policy in question.policies if policy.name != search.exception)


def _colours(question: Question, search: Search) -> tuple[str, str]:
    return style.pair_colours(question.experiment, *_names(question, search))


def _rate(share: Interval) -> str:
    """A share with its interval: '4.9 % (4.2 to 5.6)'."""
    estimate, low, high = (value or 0.0 for value in share)
    return f"{percent(estimate)} ({digits(100 * low)} to {digits(100 * high)})"
