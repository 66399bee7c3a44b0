"""Plain sentences made from the numbers of a run: one caption for each figure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from analysis.questions.compare import Cell, Comparison, Levels, Versus, comparisons, leader, means, primary, rivals
from sim.results.tables import shown_contrasts

if TYPE_CHECKING:
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Worldview


def title(exp: Experiment, policy: str) -> str:
    """Return a policy's title by its name."""
    return next(p.title for p in exp.policies if p.name == policy)


def amount(value: float, outcome: Outcome) -> str:
    """Return a level in words: '24.1 %' of trials, '2.9 % of GDP'."""
    return percent(value) if outcome.unit == "share" else f"{_digits(value)}\u00a0{outcome.unit}"


def gap(value: float, outcome: Outcome) -> str:
    """Return the size of a difference in words, without its sign: '3.1 points', '0.8 % of GDP'."""
    scale, unit = _points(outcome)
    return f"{_digits(abs(scale * value))}{unit}"


def percent(share: float) -> str:
    """Return a share as a percentage.

    >>> percent(0.241).replace(chr(160), " ")
    '24.1 %'
    """
    return "under\u00a00.01\u00a0%" if 0 < share < 0.00005 else f"{_digits(100 * share)}\u00a0%"


def margin(outcome: Outcome) -> str:
    """Return what counts as the same, in words: '0.5 points'."""
    scale, unit = _points(outcome)
    return f"{scale * outcome.margin:g}{unit}"


def change(one: Comparison, outcome: Outcome, when: str = "") -> str:
    """Return what a comparison says, and when: how much lower or higher, the same, or not settled."""
    name, low, high = one.deciding
    if one.verdict == "identical":
        return f"identical in every trial{when}"
    if one.verdict == "same":
        return f"the same within {margin(outcome)}{when}"
    if one.verdict == "undecided" or pd.isna(low):
        between = "" if pd.isna(low) else f" ({name} {signed(low, outcome)} to {signed(high, outcome)})"
        return f"not settled{when}{between}"
    ends = sorted((abs(low), abs(high)))
    least = gap(ends[0], outcome).split()[0]
    return f"{signed(one.difference, outcome)}{when} ({name} {least} to {gap(ends[1], outcome)})"


def outcome_shares(exp: Experiment, summary: pd.DataFrame, start: str) -> str:
    """Return the caption: from which policy to which the first primary outcome runs under each worldview."""
    outcome = primary(exp)[0]
    levels = {at: estimate for at, (estimate, _, _) in means(summary, start).items()}
    paired = "; two policies are compared trial by trial, and far more sharply, in the figure of differences"
    return (
        f"{capital(measure(outcome))}: {_runs(exp, levels, outcome)}. Each bar is the 95\u00a0% interval of one "
        f"share by itself, often narrower than its mark{paired if len(exp.policies) > 1 else ''}."
    )


def differences(exp: Experiment, table: pd.DataFrame, start: str) -> str:
    """Return the caption: the first contrast on the first primary outcome by worldview, and the tally."""
    versus, outcome, pairs = comparisons(table, start), primary(exp)[0], shown_contrasts(exp)
    a, b = pairs[0]
    says = [change(versus[w.name, outcome.name, a, b], outcome, f" {believing(w)}") for w in exp.worldviews]
    tally = Counter(
        versus[w.name, o.name, *pair].verdict for w in exp.worldviews for o in primary(exp) for pair in pairs
    )
    parts = [
        (tally["better"] + tally["worse"], "settled"),
        (tally["same"], "the same within the margin"),
        (tally["undecided"], "undecided"),
        (tally["identical"], "identical in every trial"),
    ]
    name = versus[exp.worldviews[0].name, outcome.name, a, b].deciding[0]
    first, named, others = listed(says).partition(f"{name} ")
    counted = listed([f"{n} {what}" for n, what in parts if n])
    return (
        f"With {title(exp, a)} instead of {title(exp, b)}, {measure(outcome)} is "
        f"{first}{named}{others.replace(named, '') if named else ''}. "
        f"Comparisons shown: {tally.total()}, of which {counted}."
    )


def rungs_over_time(exp: Experiment, rows: pd.DataFrame, worldview: str) -> str:
    """Return the caption of one worldview's rows: how to read the bands, and where Taiwan ends."""
    rows = rows[(rows["target"] == "taiwan") & (rows["domain"] == "military")]
    last = rows[rows["month"] == rows["month"].max()]
    fallen, pressed = (
        {p.name: float(part.loc[part["policy"] == p.name, "share"].sum()) for p in exp.policies}
        for part in (last[last["rung"] < 0], last[last["rung"] > 0])
    )
    return (
        "The top edge of a band is the share of trials on that rung or a worse one in that month. "
        f"In the last month, {_view(exp, worldview)}, Taiwan has fallen in {_run(exp, fallen)}; it stands, "
        f"but is under military pressure above routine, in {_run(exp, pressed)}."
    )


def first_times(exp: Experiment, shares: dict[Cell, float], firsts: dict[str, str]) -> str:
    """Return the caption from the share of trials with each first event by the horizon (column -> words)."""
    said = (f"Trials with {words} by the end: {_runs(exp, shares, name)}." for name, words in firsts.items())
    return " ".join(said)


def economic_loss(
    exp: Experiment, spread: dict[Cell, dict[str, float]], losses: list[Outcome], worldview: str, policy: str
) -> str:
    """Return the caption: the run of the first mean, then middle, mean and tail of one cell."""
    averages = {at: statistics["mean"] for at, statistics in spread.items()}
    parts, tails = [], []
    for outcome in losses:
        one = spread[worldview, policy, outcome.name]
        mean, bad = _digits(one["mean"]), _digits(one["1 in 20"])
        half = amount(one["half"], outcome)
        parts.append(f"{measure(outcome)} is {half} in the middle trial, {mean} on average, {bad} or more in 1 of 20")
        tails += [f"“{outcome.label}”"] * (one["mean"] > 2 * one["half"])
    cause = f"The bad tail, not the middle, makes the mean of {listed(tails)}. " if tails else ""
    return (
        f"With {title(exp, policy)} {_view(exp, worldview)}, {'; '.join(parts)}. "
        f"{cause}"
        f"The mean of {measure(losses[0])}: {_runs(exp, averages, losses[0])}."
    )


def who_is_right(exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str) -> str:
    """Return the caption: under each worldview, on how many primary outcomes each rival is clearly best."""
    levels, versus = means(summary, start), comparisons(table, start)
    says = []
    for view in exp.worldviews:
        found = [leader(exp, levels, versus, view.name, outcome) for outcome in primary(exp)]
        wins = Counter(one.policy for one in found if one.status == "settled").most_common()
        left = Counter(one.status for one in found)
        parts = [f"{title(exp, policy)} is clearly best on {n}" for policy, n in wins]
        parts += [f"the best are the same within the margin on {left['same']}"] if left["same"] else []
        parts += [f"the best is undecided on {left['undecided']}"] if left["undecided"] else []
        says.append(f"{believing(view)}, {listed(parts)}")
    others = listed([title(exp, name) for name in rivals(exp)])
    return (
        f"Of {len(primary(exp))} outcomes: {'; '.join(says)}. “Clearly” means that the paired difference "
        f"from each of the others is settled; compared are {others}."
    )


def cell(
    exp: Experiment, levels: Levels, versus: dict[Versus, Comparison], worldview: str, outcome: Outcome
) -> tuple[str, str]:
    """Return the verdict and the numbers of one cell of the grid of who is right."""
    one = leader(exp, levels, versus, worldview, outcome)
    level = {name: levels[worldview, name, outcome.name][0] for name in rivals(exp)}
    if one.status == "settled":
        ahead = signed(versus[worldview, outcome.name, one.policy, one.runner_up].difference, outcome)
        ahead = ahead.replace(f"\u00a0{outcome.unit}", "")  # said once already
        numbers = f"{amount(level[one.policy], outcome)}, {ahead} than {title(exp, one.runner_up)}"
        return title(exp, one.policy), numbers
    front = {name: level[name] for name in (one.policy, *one.unsettled)}
    verdict = f"the same within {margin(outcome)}" if one.status == "same" else "not settled"
    head = "No real difference" if one.status == "same" else "Undecided"
    if len(front) < len(level):
        head = listed([title(exp, name) for name in front], "or")
    return head, f"{_run(exp, front, outcome)}: {verdict}"


def _run(exp: Experiment, values: dict[str, float], outcome: Outcome | None = None) -> str:
    """Return from which policy to which a number runs, as printed, or that it is one and the same.

    Without an outcome the numbers are shares.
    """
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    least, most = (amount(values[end], outcome) if outcome else percent(values[end]) for end in (low, high))
    if len(values) == 1:
        return least
    if least == most:
        return f"{least} with {'every policy' if len(values) == len(exp.policies) else 'each'}"
    least = least.replace(f"\u00a0{outcome.unit}", "") if outcome else least
    return f"{least} ({title(exp, low)}) to {most} ({title(exp, high)})"


def _runs(exp: Experiment, levels: dict[Cell, float], what: Outcome | str) -> str:
    """Return the run of an outcome, or of a share by its key, under each worldview."""
    name, outcome = (what, None) if isinstance(what, str) else (what.name, what)
    return "; ".join(
        f"{believing(w)}, {_run(exp, {p.name: levels[w.name, p.name, name] for p in exp.policies}, outcome)}"
        for w in exp.worldviews
    )


def _view(exp: Experiment, worldview: str) -> str:
    return next(believing(w) for w in exp.worldviews if w.name == worldview)


def believing(worldview: Worldview) -> str:
    """Return a worldview's title as a clause: 'if Newsham is right', 'under “Neutral”'."""
    name = worldview.title
    return f"if {name[3:]}" if name.startswith("If ") else f"under “{name}”"


def measure(outcome: Outcome) -> str:
    """Return what is measured, in words: 'the share of trials with “Use of force”'."""
    return f"{'the share of trials with ' * (outcome.unit == 'share')}“{outcome.label}”"


def signed(value: float, outcome: Outcome) -> str:
    """Return a difference in words: '3.1 points lower'."""
    return gap(value, outcome) + (" lower" if value < 0 else " higher" if value > 0 else "")


def _points(outcome: Outcome) -> tuple[int, str]:
    """Return the scale and the unit of differences: shares differ by percentage points."""
    return (100, " points") if outcome.unit == "share" else (1, f"\u00a0{outcome.unit}")


def _digits(value: float) -> str:
    """Return a number with one decimal, two below one, none when it is nought."""
    return f"{value:.{2 if abs(value) < 0.95 else 1}f}" if value else "0"


def listed(parts: list[str], last: str = "and") -> str:
    """Return 'a, b and c'."""
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def capital(text: str) -> str:
    """Return text with its first letter made a capital."""
    return text[:1].upper() + text[1:]
