"""`strait worth`: a row per belief; what settling it would save, beside how far it moves the result."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import (
    amount,
    difference_unit,
    digits,
    join_words,
    margin,
    number_word,
    policy_phrase,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.worth import ALL, Worth
from sim.results.small_table import frequency
from sim.scenario.catalogue import Outcome
from sim.statistics.information import PARTS
from sim.statistics.intervals import Floats

LABELS = 5.4  # inches for the labels of rows
SHOWN = 4  # beliefs worth most, and as many that move the result most
BAR, MOVES = style.GOOD, "#8c8c8c"
DIFFERS = "Sobol’s share says what moves the result; the saving says what would change the choice."
BIAS = "Each saving is measured on sets of beliefs that had no part in the choice, so it errs low, if at all."


def draw_worth(finding: Worth, outcome: str) -> CaptionedFigure:
    """Draw one outcome: what settling a belief would save, and beside it the belief's share of the spread."""
    question, exp = finding.question, finding.question.experiment
    entry, rows = exp.catalogue.outcomes[outcome], _shown_rows(finding, outcome)
    singles = int((rows["size"] == 1).sum())
    labels = [wrap_text(_label(row), LABELS, style.TICK) for row in rows.to_dict("records")]
    places, heights = style.place_rows(labels, 0.16)
    total, each = float(heights.sum()), (style.ROOM - LABELS) / 2
    lines = describe_worth(finding, outcome)
    caption = " ".join(lines[:-1])
    chosen, rival = _choice_and_rival(finding, outcome)
    figure = make_page(
        replace(exp, trials=finding.trials * finding.design["points"]), question.start.name, caption=caption,
        body=total + 1.1,
        title="Suppose a study could settle one belief before Japan chooses. How much would that save?",
        note=f"Measured by “{entry.label}”. The spread is of the difference between {rival} and {chosen}. "
        f"Inputs: {finding.design['law']}.", keys=_make_keys(),
    )  # fmt: skip
    label_axes, saved, moved = figure.subplots(1, 3, sharey=True, width_ratios=[LABELS, each, each])
    style.write_column(label_axes, places, labels)
    scale, unit = style.unit_scale(entry)
    _draw_savings(saved, rows, places, scale, scale * entry.margin)
    _draw_shares(moved, rows, places)
    heads = ("Would settling it change the choice?", "Does it move the result?")
    for axes, head, under in ((saved, heads[0], f"saved, {unit}"), (moved, heads[1], "share of the spread (Sobol)")):
        axes.set(ylim=(total + 0.03, -0.03), yticks=[])
        style.quiet_axes(axes)
        style.set_heading(axes, head, each - 0.2)
        axes.set_xlabel(under, fontsize=style.TICK)
        style.rule_off(axes, (places[singles : singles + 1] + places[singles - 1 : singles]) / 2)
    style.label_percent(moved.xaxis, 4)
    return finish_figure(f"worth_{outcome}_{question.start.name}", figure)


def describe_worth(finding: Worth, outcome: str) -> list[str]:
    """Return what Japan would choose, which belief would change that, and how precise this is."""
    entry = finding.question.experiment.catalogue.outcomes[outcome]
    rows = finding.table[finding.table["outcome"] == outcome]
    single = rows["claims"].isin(finding.claims)
    return [
        _describe_choice(finding, outcome),
        *_describe_singles(finding, rows[single], entry),
        *_describe_sets(rows[~single], entry),
        _describe_shares(finding, outcome, rows[single]),
        f"{BIAS} Inputs: {finding.design['law']}.",
    ]


def describe_choices(finding: Worth) -> list[str]:
    """Return which policy would be chosen by each outcome, and what it costs to choose by another."""
    exp, table = finding.question.experiment, finding.policies_table
    chosen = {name: finding.policies[found.default] for name, found in finding.information.items()}
    if len(set(chosen.values())) == 1:
        return [f"Japan would choose {policy_phrase(exp, next(iter(chosen.values())))} by each of these measures."]
    lines = []
    for outcome, policy in chosen.items():
        entry = exp.catalogue.outcomes[outcome]
        behind = table[table["outcome"] == outcome].set_index("policy")["behind"]
        others = [name for name in dict.fromkeys(chosen.values()) if name != policy]
        costs = [f"{policy_phrase(exp, name)} would cost {_size(float(behind[name]), entry)} more" for name in others]
        lines.append(f"By “{entry.label}”, Japan would choose {policy_phrase(exp, policy)}; {join_words(costs)}.")
    return lines


def _describe_choice(finding: Worth, outcome: str) -> str:
    """Say what Japan would choose without a study, and how far the next policy lies behind."""
    exp, entry = finding.question.experiment, finding.question.experiment.catalogue.outcomes[outcome]
    rows = finding.policies_table[finding.policies_table["outcome"] == outcome].set_index("policy")
    chosen = finding.policies[finding.information[outcome].default]
    second = str(rows["behind"].drop(chosen).astype(float).idxmin())
    low, high = (float(str(rows.loc[second, name])) for name in ("behind_low", "behind_high"))
    by = f"lies {_size(float(str(rows.loc[second, 'behind'])), entry)} behind"
    if low <= 0:
        by = f"is too close to call: it lies at most {_size(high, entry)} behind"
    level = amount(float(str(rows.loc[chosen, "expected"])), entry)
    return (
        f"Without a study, Japan would choose {policy_phrase(exp, chosen)} ({level} on average). "
        f"The next, {policy_phrase(exp, second)}, {by}."
    )


def _describe_singles(finding: Worth, singles: pd.DataFrame, entry: Outcome) -> list[str]:
    """Say which single belief would change the choice, or plainly that none would."""
    exp, clear = finding.question.experiment, singles.dropna(subset=["value"])
    most = float(singles["high"].max())
    matters = f"No single belief would save {margin(entry)}, which is the least that matters."
    if clear.empty:
        if most < entry.margin and not singles["changes_share"].astype(bool).any():
            return ["No single belief, if settled, would change the choice."]
        found = "No single belief is found to change the choice."
        return [f"{found} {matters if most < entry.margin else f'One could save {_size(most, entry)} at most.'}"]
    first, *others = clear.sort_values("value", ascending=False).to_dict("records")
    lines = [
        f"Settling {first['claims']} would save most: {_size(first['value'], entry)} on average "
        f"({_between(first, entry)}). If it is {first['where']}, Japan would choose "
        f"{policy_phrase(exp, first['instead'])}; so it is in {frequency(first['changes_share'])} imagined studies."
    ]
    if others:
        names = join_words([str(row["claims"]) for row in others], "or")
        lines.append(f"Settling {names} could change the choice too.")
    return [*lines, matters] if most < entry.margin else lines


def _describe_sets(sets: pd.DataFrame, entry: Outcome) -> list[str]:
    """Say what the best sets would save, and all beliefs together; `sets` has these rows, all beliefs last."""
    *best, every = sets.to_dict("records")
    clear = [row for row in best if pd.notna(row["value"])]
    lines = [] if clear else ["No two, three or four beliefs together are found to change it."]
    for row in clear[-1:]:
        more = "" if row["fits_agreeing"] > (PARTS - 1) // 2 else " Other sets do almost as well."
        lines.append(
            f"The best {number_word(row['size'])} to settle, {join_words(row['claims'].split(', '))}, would save "
            f"{_size(row['value'], entry)} ({_between(row, entry)}).{more}"
        )
    if pd.isna(every["value"]):
        return [*lines, f"Even settling all beliefs would save {_size(every['high'], entry)} at most."]
    return [*lines, f"Settling all beliefs would save {_size(every['value'], entry)} ({_between(every, entry)}), and "
                    f"change the choice in {frequency(every['changes_share'])} imagined studies."]  # fmt: skip


def _describe_shares(finding: Worth, outcome: str, singles: pd.DataFrame) -> str:
    """Say which belief moves the result most, and how that differs from what it is worth."""
    shares = singles.dropna(subset=["sobol_share"])
    chosen, rival = _choice_and_rival(finding, outcome)
    if shares.empty:
        hidden = f"Luck hides which belief moves the difference between {rival} and {chosen}; take more --points."
        return f"{hidden} {DIFFERS}"
    first = shares.sort_values("sobol_share", ascending=False).to_dict("records")[0]
    share, low, high = (_percent(first[name]) for name in ("sobol_share", "sobol_low", "sobol_high"))
    return (
        f"{first['claims']} moves the result most: it makes {share} ({low} to {high}) of the spread of the difference "
        f"between {rival} and {chosen}. {DIFFERS}"
    )


def _choice_and_rival(finding: Worth, outcome: str) -> tuple[str, str]:
    exp, found = finding.question.experiment, finding.information[outcome]
    return policy_phrase(exp, finding.policies[found.default]), policy_phrase(exp, finding.policies[found.rival])


def _shown_rows(finding: Worth, outcome: str) -> pd.DataFrame:
    """The beliefs that are worth most, those that move the result most, the best sets, and all."""
    rows = finding.table[finding.table["outcome"] == outcome]
    single = rows["claims"].isin(finding.claims)
    by_worth = rows[single].assign(order=rows["value"].fillna(0.0)).sort_values("order", ascending=False, kind="stable")
    by_share = rows[single].sort_values("sobol_share", ascending=False, kind="stable")
    worth_most = by_worth.loc[by_worth["order"] > 0, "claims"].head(SHOWN)
    names = list(dict.fromkeys([*worth_most, *by_share["claims"].head(SHOWN)]))
    chosen = rows[single].set_index("claims", drop=False).loc[names]
    return pd.concat([chosen, rows[~single & (rows["value"].notna() | (rows["claims"] == ALL))]])


def _label(row: Mapping[Hashable, Any]) -> str:
    if row["claims"] == ALL:
        return "All beliefs"
    if row["size"] == 1:
        return f"{row['claims']}  {row['says']}"
    return f"Best {number_word(row['size'])}: {row['claims']}"


def _draw_savings(axes: Axes, rows: pd.DataFrame, places: Floats, scale: int, margin: float) -> None:
    """Draw a bar where a saving is clearly above 0, and the interval of each; the margin behind them."""
    axes.axvspan(0, margin, color=style.PALE, zorder=0)
    most = 0.0
    for row, y in zip(rows.to_dict("records"), places, strict=True):
        low, high = scale * float(row["low"]), scale * float(row["high"])
        most = max(most, high)
        if pd.notna(row["value"]):
            axes.barh(y, scale * float(row["value"]), height=0.2, color=BAR, zorder=2)
        else:
            axes.text(high, y, "  no saving found", va="center", size=style.TICK, color=style.GREY)
        style.draw_interval(axes, y, low, high)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=3)
    axes.set_xlim(0, max(1.15 * most, 1.6 * margin))


def _draw_shares(axes: Axes, rows: pd.DataFrame, places: Floats) -> None:
    most = 0.05
    for row, y in zip(rows.to_dict("records"), places, strict=True):
        if pd.isna(row["sobol_share"]):
            continue
        axes.barh(y, float(row["sobol_share"]), height=0.2, color=MOVES, zorder=2)
        style.draw_interval(axes, y, float(row["sobol_low"]), float(row["sobol_high"]))
        most = max(most, float(row["sobol_high"]))
    if rows["sobol_share"].isna().all():
        axes.text(0, places[0], "  hidden by luck: more --points", va="center", size=style.TICK, color=style.GREY)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=3)
    axes.set_xlim(0, 1.1 * most)


def _make_keys() -> list[Patch | Line2D]:
    saved, share = Patch(color=BAR, label="saved, on average"), Patch(color=MOVES, label="share of the spread")
    return [saved, style.margin_key(), share, style.line_key()]


def _between(row: Mapping[Hashable, Any], entry: Outcome) -> str:
    """Limits of a saving in words."""
    scale, _ = difference_unit(entry)
    return f"{_number(scale * row['low'])} to {_number(scale * row['high'])}"


def _size(value: float, entry: Outcome) -> str:
    """A saving in words, never rounded to nothing: savings are small, so they have two digits."""
    scale, unit = difference_unit(entry)
    return f"{_number(scale * value)}{unit}"


def _number(value: float) -> str:
    if 0 < value < 0.005:
        return "less than 0.01"
    return f"{value:.2f}" if 0 < value < 1 else digits(value)


def _percent(share: float) -> str:
    return f"{round(100 * share):d}\u00a0%".replace("-", "−")
