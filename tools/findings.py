"""The sentences of docs/findings.md, written from recorded measures; the numbers choose the words.

A number has its interval, and the sentence says so where a difference is not settled or too small to matter.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.figures.captions import (
    accepted_phrase,
    belief_clause,
    capitalize,
    gap,
    join_words,
    measure,
    policy_phrase,
    question_words,
    title,
)
from analysis.figures.crossover_figure import changes_between, describe_position
from analysis.figures.verdict_words import change
from analysis.paper.markdown import table
from analysis.questions.claims import AUTHOR, BOTH, NO_DIAL, SUMS, THEME, TOTAL
from analysis.questions.compare import VERDICTS, Comparison, comparisons, primary
from analysis.questions.finding import NEWSHAM, SELF
from analysis.questions.flip import EXACT
from analysis.questions.variance import ALL
from sim.engine.question import Question
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Start
from sim.scenario.schema import AUTHORS, STOPS
from sim.statistics.contrasts import verdict as judge
from sim.statistics.indices import LUCK, SOBOL
from tools.measure_tables import Part, effect, label_with_unit
from tools.measures import MAIN_OUTCOME, MEASURES, draw_levels

Row = Mapping[Any, Any]
BY_AUTHOR = {NEWSHAM: "claims of Newsham alone", SELF: "claims of Self alone", BOTH: "claims on which both speak"}
HEAVIEST_CLAIMS, HEAVIEST_BELIEFS = 4, 5  # named in a sentence
DISPUTED = (MAIN_OUTCOME, "loss_newsham", "loss_self")  # outcomes whose disagreement is divided among claims
VARYING = (MAIN_OUTCOME, "taiwan_falls", "japan_gdp_loss_pct")  # outcomes whose spread is divided
WIDE = 0.04  # width of a share's interval beyond which decimals mean nothing
SHORT = (
    ("findings-policies", 0), ("findings-policies", 1), ("findings-policies", 2),
    ("findings-claims", 0), ("findings-claims", 1), ("findings-claims", 2),
    ("findings-flips", 0), ("findings-flips", 1), ("findings-regrets", 0), ("findings-spreads", 0),
)  # fmt: skip
"""The sentences of the summary: a part, and the position in it."""


def by_start(lines: Callable[[Experiment, Start, pd.DataFrame], Iterable[str]]) -> Part:
    """Make a part of the sentences for one start: a list for each start, the latest first, under a heading."""

    def part(exp: Experiment, measured: pd.DataFrame) -> str:
        parts = []
        for start in reversed(exp.starts):
            year, month = str(start.date).split("-")[:2]
            sentences = "\n".join(f"* {line}" for line in lines(exp, start, measured[measured["start"] == start.name]))
            parts.append(f"**From {calendar.month_name[int(month)]} {year}**\n\n{sentences}".replace("\u00a0", " "))
        return "\n\n".join(parts)

    return part


@by_start
def policies(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write how each contrast of the debate comes out, its questions first, from each start, under each worldview."""
    outcome = primary(exp)[0]
    known = comparisons(rows, start.name)
    for a, b in (entry.policies for entry in exp.contrasts):
        differences = [
            f"{versus(_joint(known[view.name, outcome.name, a, b]), outcome)} {belief_clause(view)}"
            for view in exp.worldviews
            if (view.name, outcome.name, a, b) in known
        ]
        said = f"{measure(outcome)} is {join_words(differences)}" if differences else "nothing is recorded yet"
        yield (
            f"{_ask(exp, a, b)}With {policy_phrase(exp, a)} instead of {policy_phrase(exp, b)}, {said}. "
            f"`strait run debate --start {start.name}`"
        )


def _ask(exp: Experiment, a: str, b: str) -> str:
    """Return the words of a contrast's question, in bold before a sentence; empty if it has none."""
    words = question_words(exp, a, b)
    return f"**{words}** " if words else ""


def all_policies(exp: Experiment, measured: pd.DataFrame) -> str:
    """Write the same for every primary outcome, as a table."""
    rows = []
    for start in reversed(exp.starts):
        known = comparisons(measured, start.name)
        for a, b in (entry.policies for entry in exp.contrasts):
            for outcome in primary(exp):
                keys = [(view.name, outcome.name, a, b) for view in exp.worldviews]
                cells = [effect(_joint(known[key]), outcome, "value") for key in keys if key in known]
                names = question_words(exp, a, b), f"{title(exp, a)} − {title(exp, b)}", label_with_unit(outcome)
                rows += [[start.name, *names, *cells]] if cells else []
    return table(["start", "question", "difference", "outcome", *(view.title for view in exp.worldviews)], rows)


def _joint(comparison: Comparison) -> dict[str, float]:
    """Return a comparison with the interval that its verdict rests on."""
    _, low, high = comparison.deciding
    return {"value": comparison.difference, "low": low, "high": high, "margin": comparison.margin}


@by_start
def claims(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write which themes and claims carry the disagreement."""
    for name in DISPUTED:
        for sentence in _disagreement(exp, rows[rows["outcome"] == name], exp.catalogue.outcomes[name]):
            yield f"{sentence} `strait claims --start {start.name} --outcome {name}{_trials('claims')}`"


def _disagreement(exp: Experiment, rows: pd.DataFrame, outcome: Outcome) -> Iterator[str]:
    pair = [str(rows.iloc[0][name]) for name in ("policy_a", "policy_b")]
    a, b = (policy_phrase(exp, name) for name in pair)
    ends = rows[rows["kind"] == "end"].set_index("claim").to_dict("index")
    values = rows[rows["kind"] == "value"]
    total = values[values["claim"] == TOTAL].to_dict("records")[0]
    each = join_words([f"{versus(ends[name], outcome)} if {AUTHORS[name]} is right" for name in AUTHORS])
    yield f"{_ask(exp, *pair)}{capitalize(measure(outcome))}, {a} against {b}: {each}."
    themes = values[(values["claim"] == THEME) & (values["theme"] != NO_DIAL)]
    parts = _parts(themes, "theme", total, outcome)
    yield f"The distance between the two authors is {size(total, outcome)}; by theme, {parts}."
    of_claims = values[~values["claim"].isin([*SUMS, NO_DIAL])]
    heaviest = _parts(_by_size(of_claims).head(HEAVIEST_CLAIMS), "claim", total, outcome)
    yield f"The claims that weigh most: {heaviest}."
    authors = values[values["claim"] == AUTHOR].assign(theme=lambda rows: rows["theme"].map(BY_AUTHOR))
    if len(authors):
        yield f"By author, the distance comes from {_parts(authors, 'theme', total, outcome)}."
    yield _single_changes(exp, of_claims, outcome)
    zero = [f"the theme “{row['theme']}”" for row in themes.to_dict("records") if row["low"] == row["high"] == 0]
    rest = values[values["claim"] == NO_DIAL].to_dict("records")[0]
    zero += ["numbers that belong to no claim"] if rest["low"] == rest["high"] == 0 else []
    if zero:
        yield f"Exactly nothing of it comes from {join_words(zero, 'or')}."


def _single_changes(exp: Experiment, of_claims: pd.DataFrame, outcome: Outcome) -> str:
    """Return the claim that moves most when only its reading changes, in each author's world."""
    parts = []
    for name, other in ((NEWSHAM, SELF), (SELF, NEWSHAM)):
        row = max(of_claims.to_dict("records"), key=lambda row: abs(row[f"swap_into_{name}"]))
        swap = {"value": row[f"swap_into_{name}"], "low": row[f"into_{name}_low"], "high": row[f"into_{name}_high"]}
        claim = exp.catalogue.claims[row["claim"]]
        change = accepted_phrase(claim, claim.stops.get(other, 0.0))
        parts.append(f"{change}, {versus(swap, outcome)} in {AUTHORS[name]}’s world")
    return f"The largest changes by a single claim: {join_words(parts)}."


def _by_size(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("value", key=abs, ascending=False, kind="stable")


def _parts(rows: pd.DataFrame, name: str, total: Row, outcome: Outcome) -> str:
    """Return what some rows add to the distance, the largest first; what reduces it is marked."""
    sign, parts = 1 if total["value"] > 0 else -1, []
    for row in _by_size(rows).to_dict("records"):
        if row["low"] == row["high"] == 0:
            continue
        low, high = sorted((sign * row["low"], sign * row["high"]))
        part = {"value": sign * row["value"], "low": low, "high": high}
        parts.append(f"{row[name]} {size(part, outcome)}{' the other way' if part['value'] < 0 else ''}")
    return join_words(parts)


@by_start
def crossings(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write along which single beliefs the better policy changes."""
    for name in dict.fromkeys(rows["outcome"]):
        sentence = _crossing(exp, rows[rows["outcome"] == name], exp.catalogue.outcomes[name])
        yield f"{sentence} `strait crossover --start {start.name} --outcome {name}{_trials('crossings')}`"


def _crossing(exp: Experiment, rows: pd.DataFrame, outcome: Outcome) -> str:
    view = next(view for view in exp.worldviews if view.name == rows.iloc[0]["worldview"])
    head = f"{capitalize(belief_clause(view))}, on “{outcome.label}”, of {len(rows)} claims"
    inside = [row for row in rows.to_dict("records") if changes_between(row)]
    close = int((rows["kind"] == "undecided").sum())
    end = f"; for {close} it is too close to call" if close else ""
    if not inside:
        first = (rows[["at_low", "at_high"]].sum().sum() > 0) == (outcome.better == "high")
        better = policy_phrase(exp, str(rows.iloc[0]["policy_a" if first else "policy_b"]))
        beyond = int(rows["kind"].isin(["one", "many"]).sum())
        more = f"; {beyond} would, beyond an author’s reading" if beyond else ""
        return f"{head} none by itself clearly changes that {better} does better{more}{end}."
    positions = [
        f"{row['claim']} at {describe_position(row)}" if row["kind"] == "one" else f"{row['claim']} more than once"
        for row in inside
    ]
    change = "1 by itself changes" if len(inside) == 1 else f"{len(inside)} by themselves change"
    where = f"on the dial from Self (−1) over the evidence (0) to Newsham (1), {join_words(positions)}"
    return f"{head} {change} which policy is better; {where}{end}."


@by_start
def flips(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write how few beliefs must change to turn the result."""
    for view in exp.worldviews:
        steps = rows[rows["worldview"] == view.name].to_dict("records")
        command = f"strait flip --start {start.name} --worldview {view.name}{_trials('flips')}"
        yield f"{_flip(exp, steps, view.name)} `{command}`"


def _flip(exp: Experiment, rows: list[dict[Any, Any]], view: str) -> str:
    outcome = exp.catalogue.outcomes[rows[0]["outcome"]]
    question = Question.of(
        exp, outcomes=[outcome.name], contrast=[rows[0]["policy_a"], rows[0]["policy_b"]], worldview=view
    )
    a, b = (policy_phrase(exp, policy.name) for policy in question.policies)
    steps = [row for row in rows if row["claim"] != "(all)"]
    asked = _ask(exp, *question.contrast)
    subject = f"{asked}{capitalize(belief_clause(question.worldview))}, with {a} instead of {b}, {measure(outcome)} is"
    start = f"{subject} {versus(steps[0], outcome)}"
    result = rows[0]["result"]
    if result == "unsettled":
        return f"{start}, so there is nothing to turn round."
    if result == "none":
        return f"{start}; no set of changes that was tried turns that round."
    claims = exp.catalogue.claims
    changes = join_words([accepted_phrase(claims[row["claim"]], STOPS[row["reading"]]) for row in steps[1:]])
    count = f"{len(steps) - 1} {'belief' if len(steps) == 2 else 'beliefs'}"
    count = f"{'at most ' * (len(steps) - 1 > EXACT)}{count}"
    return f"{start}. It takes {count} to reverse that: {changes}. Then it is {versus(steps[-1], outcome)}."


@by_start
def weights(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write which beliefs weigh most when all lie anywhere between the two authors."""
    sobol = rows[rows["method"] == SOBOL]
    for name in DISPUTED:
        command = f"strait sensitivity --start {start.name}{_trials('weights')}"
        yield f"{_weights(exp, sobol[sobol['outcome'] == name])} `{command}`"


def _weights(exp: Experiment, rows: pd.DataFrame) -> str:
    label = exp.catalogue.outcomes[rows.iloc[0]["outcome"]].label
    beliefs = rows[rows["input"] != LUCK]
    totals = beliefs[beliefs["measure"] == "ST"].sort_values("value", ascending=False, kind="stable")
    heaviest = [f"{row['input']} {_share_of(row)}" for row in totals.head(HEAVIEST_BELIEFS).to_dict("records")]
    luck = rows[(rows["input"] == LUCK) & (rows["measure"] == "ST")].to_dict("records")[0]
    alone = float(beliefs.loc[beliefs["measure"] == "S1", "value"].sum())
    open_ = int((totals["verdict"] != "settled").sum())
    return (
        f"On “{label}” the spread of the difference depends most on {join_words(heaviest)}, of {len(totals)} beliefs; "
        f"what each does alone adds up to {100 * alone:.0f} %. Luck makes "
        f"{_share_of(luck)} of the variance of the rows."
        + (f" The shares of {open_} are not settled." if open_ else "")
    )


@by_start
def spreads(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
    """Write how much of what happens is luck."""
    of_all = rows[rows["worldview"] == ALL]
    for name in VARYING:
        here = of_all[of_all["outcome"] == name]
        compared = here[here["policy_b"].fillna("") != ""]
        a, b = (policy_phrase(exp, str(compared.iloc[0][column])) for column in ("policy_a", "policy_b"))
        single = here[(here["policy_a"] == compared.iloc[0]["policy_a"]) & (here["policy_b"].fillna("") == "")]
        label = exp.catalogue.outcomes[name].label
        yield (
            f"Of how “{label}” varies from history to history with {a}, {_variance_parts(single)}; of how it "
            f"differs from {b} in the same history, {_variance_parts(compared)}. "
            f"`strait variance --start {start.name}`"
        )


def _variance_parts(rows: pd.DataFrame) -> str:
    by_part = {row["part"]: row for row in rows.to_dict("records")}
    luck, worlds, views = (_share_of(by_part[name], "share", "share_") for name in ("luck", "worlds", "worldviews"))
    return f"luck makes {luck}, what a worldview leaves open {worlds}, and which worldview holds {views}"


def _output_of(command: str, options: str = "") -> Part:
    """Return a part that repeats the lines of a command; those on one outcome stand together."""

    @by_start
    def part(exp: Experiment, start: Start, rows: pd.DataFrame) -> Iterator[str]:
        for name, lines_of in rows.fillna("").groupby("outcome", sort=False):
            head = f"“{exp.catalogue.outcomes[str(name)].label}”: " if name else ""
            yield f"{head}{' '.join(lines_of['line'])} `{command} --start {start.name}{options}`"

    return part


def summarise(parts: Mapping[str, str]) -> str:
    """Return the sentences of the summary, which are about the latest start."""
    sentences = {name: [line for line in text.splitlines() if line.startswith("* ")] for name, text in parts.items()}
    return "\n".join(sentences[name][position] for name, position in SHORT)


def explain_claims(exp: Experiment, texts: Iterable[str]) -> str:
    """Return what each claim says that these texts name."""
    words = {word for text in texts for word in re.findall(r"\b[NS]\d+\b", text)}
    return "\n".join(f"* **{name}** {claim.says}" for name, claim in exp.catalogue.claims.items() if name in words)


def _trials(name: str) -> str:
    """Return the option that gives a command the trials of a measure."""
    return f" --trials {MEASURES[name].trials}"


def versus(row: Row, outcome: Outcome) -> str:
    """Return a difference with its interval, in the words of its verdict.

    >>> import sim
    >>> entry = sim.load("debate").catalogue.outcomes["use_of_force"]
    >>> versus({"value": -0.12, "low": -0.13, "high": -0.11}, entry)
    '12 points lower (11 to 13)'
    >>> versus({"value": 0.01, "low": -0.01, "high": 0.03}, entry)
    'too close to call (−1.0 to +3.0)'
    """
    value = row["value"] if "value" in row else row["difference"]
    low, high, margin = row["low"], row["high"], row.get("margin", outcome.margin)
    verdict = "identical" if low == high == 0 else VERDICTS.get(str(judge(low, high, margin, "low")), "undecided")
    return change(Comparison(value, low, high, math.nan, math.nan, verdict, margin, math.nan), outcome)


def size(row: Row, outcome: Outcome) -> str:
    """Return how large a difference is, with its interval.

    >>> import sim
    >>> size({"value": -0.055, "low": -0.058, "high": -0.052}, sim.load("debate").catalogue.outcomes["use_of_force"])
    '5.5 points (5.2 to 5.8)'
    """
    sign = -1 if row["value"] < 0 else 1
    least, most = sorted((sign * row["low"], sign * row["high"]))
    return f"{gap(row['value'], outcome)} ({number(least, outcome)} to {number(most, outcome)})"


def share(value: float, low: float, high: float) -> str:
    """Return a share with its interval, in per cent, and whether it can be distinguished from 0.

    >>> share(0.283, 0.221, 0.349)
    '28 % (22 to 35)'
    >>> share(0.002, -0.011, 0.015)
    '0.2 % (−1.1 to 1.5; may be 0)'
    """
    digits = 0 if high - low > WIDE else 1
    may_be_zero = "" if low > 0 or high < 0 else "; may be 0"
    middle, least, most = (
        f"{round(100 * figure, digits) + 0.0:.{digits}f}".replace("-", "−") for figure in (value, low, high)
    )
    return f"{middle} % ({least} to {most}{may_be_zero})"


def _share_of(row: Row, value: str = "value", prefix: str = "") -> str:
    return share(*(float(row[name]) for name in (value, f"{prefix}low", f"{prefix}high")))


def number(value: float, outcome: Outcome) -> str:
    """Return a difference without its unit."""
    digits = gap(value, outcome).replace("\u00a0", " ").split(" ")[0]
    return f"{'−' if value < 0 and float(digits) else ''}{digits}"


def risk_against_cost(exp: Experiment, measured: pd.DataFrame) -> str:
    """Show the recorded figure of risk against cost, with its caption as text."""
    drawn = draw_levels(exp, measured)
    return f"![Risk against cost for each policy and worldview](measured/{drawn.name}.png)\n\n{drawn.caption}"


PARTS: Mapping[str, tuple[str, Part]] = {
    "findings-risk": ("levels", risk_against_cost),
    "findings-policies": ("policies", policies), "findings-table": ("policies", all_policies),
    "findings-claims": ("claims", claims), "findings-crossings": ("crossings", crossings),
    "findings-flips": ("flips", flips), "findings-weights": ("weights", weights),
    "findings-spreads": ("spreads", spreads),
    "findings-boxes": ("boxes", _output_of("strait discover", _trials("boxes"))),
    "findings-regrets": ("regrets", _output_of("strait robust")),
}  # fmt: skip
"""Name of a part of the page: the measure it reads, and the function that writes it."""
