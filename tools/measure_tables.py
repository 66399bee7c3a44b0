"""Tables of the model's results, from the recorded measures: for docs/model.md and docs/measured.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.paper.markdown import table
from analysis.questions import effort, options
from analysis.questions.compare import primary
from sim.results.verdicts import MAY_BE_SMALL
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment
from sim.scenario.schema import AUTHORS

Part = Callable[..., str]
"""From the experiment and the tables of some measures to Markdown."""


def dials(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write what accepting each claim does to the primary outcomes under one policy, and where it acts most."""
    return _dials(exp, measured, next(of for of in measured["of"] if " - " not in of))


def dials_of_differences(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write what accepting each claim does to the differences between policies."""
    pairs = [of for of in dict.fromkeys(measured["of"]) if " - " in of]
    return "\n\n".join(f"**{pair.replace(' - ', ' − ')}**\n\n{_dials(exp, measured, pair)}" for pair in pairs)


def _dials(exp: Experiment, measured: pd.DataFrame, of: str) -> str:
    single = " - " not in of
    rows = []
    for (claim, reading), part in measured.groupby(["claim", "reading"], sort=False):
        here = part[part["of"] == of].set_index("outcome")
        cells = [effect(here.loc[outcome.name], outcome) for outcome in primary(exp)]
        author = {str(key): label for key, label in AUTHORS.items()}[str(reading)]
        rows.append([f"**{claim}**", author, *cells, *([_most(exp, part)] if single else [])])
    head = [
        "claim",
        "accepted from",
        *(label_with_unit(outcome) for outcome in primary(exp)),
        *(["moves most"] if single else []),
    ]
    return table(head, rows)


def _most(exp: Experiment, part: pd.DataFrame) -> str:
    most = part[part["most"]]
    if most.empty:
        return "**moves nothing**"
    row = most.iloc[0]
    outcome = exp.catalogue.outcomes[row["outcome"]]
    small = "" if _beyond(row) else f"{MAY_BE_SMALL}: "
    return f"{small}{outcome.label}, {effect(row, outcome)} {unit_of(outcome)} ({row['of'].replace(' - ', ' − ')})"


def label_with_unit(outcome: Outcome) -> str:
    """Return the heading of a column of differences."""
    return f"{outcome.label}, {unit_of(outcome)}"


def unit_of(outcome: Outcome) -> str:
    """Return the unit of a difference: shares differ by points."""
    return "points" if outcome.unit == "share" else outcome.unit


def effect(row: Any, outcome: Outcome, figure: str = "effect", digits: int = 2) -> str:
    """Return a difference ± the half-width of its interval: bold beyond the margin, in brackets if it may be 0."""
    scale = 100 if outcome.unit == "share" else 1
    if pd.isna(row["low"]):
        return "–"
    if row["low"] == row["high"] == 0:
        return "0"
    middle, half = scale * row[figure], scale * (row["high"] - row["low"]) / 2
    text = f"{middle:+.{digits}f} ± {half:.{digits}f}".replace("-", "−")
    if row["low"] <= 0 <= row["high"]:
        return f"({text})"
    return f"**{text}**" if _beyond(row) else text


def _beyond(row: Any) -> bool:
    """Whether the whole interval of a difference lies beyond its margin."""
    return bool(row["low"] >= row["margin"] or row["high"] <= -row["margin"])


def option_rates(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write how often each option is chosen per trial under each policy, over all worldviews and starts."""
    rates = options.rates_by_policy(measured)
    rows = [
        [f"`{actor}.{choice}`", option, *(f"{rate:.3g}" for rate in row)]
        for (actor, choice, option), row in zip(rates.index, rates.to_numpy(), strict=True)
    ]
    never = options.never_chosen(measured)
    trials = int(measured.drop_duplicates(["start", "worldview", "policy"])["trials"].sum())
    unused = f"Never chosen in {trials:,} trials: {', '.join(never) if never else 'none'}."
    return table(["choice", "option", *rates.columns], rows) + f"\n\n{unused}"


def at_equal_effort(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write each policy against the one most others are compared with: as written, and at the least planned effort."""
    equal = (measured["measure"] == effort.EQUAL) & (measured["factor"] < 1)
    measured = measured[(measured["measure"] == effort.WRITTEN) | equal]
    views = [view.title for view in exp.worldviews]
    parts = []
    for outcome in primary(exp):
        rows = []
        of_outcome = measured[measured["outcome"] == outcome.name]
        for (start, policy, measure), part in of_outcome.groupby(["start", "policy", "measure"], sort=False):
            by_view = part.set_index("worldview")
            cells = [effect(by_view.loc[view.name], outcome, "difference") for view in exp.worldviews]
            realised = f"{part['realised'].mean():.0f}"
            rows.append([start, f"`{policy}`", measure, f"{part['factor'].iloc[0]:.2f}",
                         f"{part['planned'].iloc[0]:.0f}", realised, *cells])  # fmt: skip
        head = ["start", "policy", "measure", "of the way", "planned", "realised", *views]
        parts.append(f"**{label_with_unit(outcome)}**\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def lever_tenths(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write what a tenth more of each lever alone does, from the reference start, nearest to the evidence."""
    here = measured[(measured["measure"] == effort.TENTH) & (measured["start"] == exp.reference.name)]
    here = here[here["worldview"] == exp.most_neutral().name]
    rows = []
    for lever, part in here.groupby("policy", sort=False):
        by_outcome = part.set_index("outcome")
        cells = [effect(by_outcome.loc[outcome.name], outcome, "difference", 3) for outcome in primary(exp)]
        rows.append([f"`{lever}`", *cells])
    return table(["+0.1 of", *(label_with_unit(outcome) for outcome in primary(exp))], rows)


def form_changes(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write for each other form of the model how many rankings stay, how many pairs change, and the largest change."""
    rows = []
    for form, part in measured.groupby("form", sort=False):
        pairs = [_pairs(part, kind) for kind in ("turned", "parted", "merged")]
        same = int((part["verdict"] == "same ranking").sum())
        largest = max(part.to_dict("records"), key=lambda row: abs(row["change"]) / row["margin"])
        outcome = exp.catalogue.outcomes[largest["outcome"]]
        where = f"{largest['pair'].replace(' - ', ' − ')}, {outcome.label}, {largest['start']} {largest['worldview']}"
        rows.append([form, f"{same} of {len(part)}", *(len(of_kind) for of_kind in pairs),
                     f"{effect(largest, outcome, 'change')} ({where})"])  # fmt: skip
    return table(["form", "same ranking", "turned", "parted", "merged", "largest change of a difference"], rows)


def _pairs(part: pd.DataFrame, kind: str) -> list[tuple[str, str]]:
    """Return every pair with a kind of change, and where."""
    return [
        (pair, f"{row['outcome']} {row['start']} {row['worldview']}")
        for row in part.dropna(subset=[kind]).to_dict("records")
        for pair in str(row[kind]).split("; ")
    ]


def turned_pairs(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write every pair of policies whose order turns round under another form, and where."""
    rows = []
    for form, part in measured.groupby("form", sort=False):
        where: dict[str, list[str]] = {}
        for pair, cell in _pairs(part, "turned"):
            where.setdefault(pair, []).append(cell)
        rows += [[form, pair, "; ".join(cells)] for pair, cells in where.items()]
    return table(["form", "now better", "outcome, start, worldview"], rows) if rows else "No pair turns round."


def implied_figures(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write what the model implies under each worldview, beside the evidence and the authors."""
    rows = []
    for (claim, what), part in measured.groupby(["claim", "what"], sort=False):
        by_view = {row["worldview"]: row for row in part.to_dict("records")}
        first = next(iter(by_view.values()))
        ends = [first[f"evidence_{end}"] for end in ("low", "likeliest", "high")]
        evidence = " · ".join(_plain(end) for end in ends if not pd.isna(end))
        cells = [f"{_plain(row['implied'])} ± {_plain((row['high'] - row['low']) / 2)}"
                 for row in (by_view[view.name] for view in exp.worldviews)]  # fmt: skip
        rows.append([f"**{claim}**", what, evidence, first["newsham"], first["self"], *cells])
    head = ["claim", "figure", "evidence", "Newsham expects", "Self expects"]
    return table([*head, *(view.title for view in exp.worldviews)], rows)


def _plain(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")


def published_questions(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write what forecasters and games have asked: the published figure, its reading for today, and the model's."""
    rows = []
    for row in measured.to_dict("records"):
        read = "–" if pd.isna(row["low"]) else f"{_per_cent(row['low'])} to {_per_cent(row['high'])}"
        limits = (
            "" if pd.isna(row["found_low"]) else f" ({_per_cent(row['found_low'])} to {_per_cent(row['found_high'])})"
        )
        found = "too few to say" if pd.isna(row["found"]) else f"{_per_cent(row['found'])}{limits}"
        rows.append(
            [row["what"], read, found, row["verdict"], ", ".join(f"`{name}`" for name in row["source"].split())]
        )
    head = ["question, and the published figure", "read for today", "the model", "verdict", "sources"]
    return table(head, rows)


def _per_cent(share: float) -> str:
    return f"{100 * share:.2g} %"


PARTS: Mapping[str, tuple[tuple[str, ...], Part]] = {
    "dials": (("dials",), dials), "dials-of-differences": (("dials",), dials_of_differences),
    "options": (("options",), option_rates), "equal-effort": (("effort",), at_equal_effort),
    "by-the-tenth": (("effort",), lever_tenths), "forms": (("forms",), form_changes),
    "turned-round": (("forms",), turned_pairs), "implied": (("implied",), implied_figures),
    "published": (("published",), published_questions),
}  # fmt: skip
"""Name of a part of a page: the measures it reads, and the function that writes it."""
