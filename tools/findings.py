"""The sentences of docs/findings.md, made from recorded measures: what each says is decided by its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.captions import believing, capital, listed, measure, title
from analysis.paper.markdown import table
from analysis.questions.claims_tables import THEME
from analysis.questions.coalitions import NEWSHAM, SELF, TOTAL, UNDIALLED
from analysis.questions.compare import Comparison, comparisons, primary
from sim.engine.question import ask
from tools.findings_runs import PAIRS, TURNED
from tools.recorded import Part, effect, headed
from tools.sentences import by_start, said, size, versus

if TYPE_CHECKING:
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Start

AUTHORS = {NEWSHAM: "Newsham", SELF: "Self"}
HEAVIEST = 4  # claims that are named
SHORT = (
    ("findings-policies", 2), ("findings-claims", 1), ("findings-claims", 2),
    ("findings-flips", 0), ("findings-flips", 1), ("findings-regrets", 0), ("findings-spreads", 0),
)  # fmt: skip
"""Which sentences of which part are the page in short."""
DISPUTED = (TURNED, "loss_newsham", "loss_self")  # outcomes on which the disagreement is taken apart


def policies(exp: Experiment, found: pd.DataFrame) -> str:
    """What each policy does against each other, from each start, under each worldview."""
    outcome = primary(exp)[0]

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        known = comparisons(rows, start.name)
        for a, b in PAIRS:
            ways = [
                f"{versus(_joint(known[view.name, outcome.name, a, b]), outcome)} {believing(view)}"
                for view in exp.worldviews
            ]
            yield said(
                f"With {title(exp, a)} instead of {title(exp, b)}, {measure(outcome)} is {listed(ways)}.",
                f"strait run debate --start {start.name}",
            )

    return by_start(exp, found, lines)


def all_policies(exp: Experiment, found: pd.DataFrame) -> str:
    """The same on every primary outcome, in a table."""
    rows = []
    for start in reversed(exp.starts):
        known = comparisons(found, start.name)
        for a, b in PAIRS:
            for outcome in primary(exp):
                cells = [_cell(known[view.name, outcome.name, a, b], outcome) for view in exp.worldviews]
                rows.append([start.name, f"{title(exp, a)} − {title(exp, b)}", headed(outcome), *cells])
    return table(["start", "difference", "outcome", *(view.title for view in exp.worldviews)], rows)


def _joint(one: Comparison) -> dict[str, float]:
    """A comparison with the interval that its verdict rests on."""
    _, low, high = one.deciding
    return {"value": one.difference, "low": low, "high": high}


def _cell(one: Comparison, outcome: Outcome) -> str:
    return effect({**_joint(one), "margin": outcome.margin}, outcome, "value")


def shares(exp: Experiment, found: pd.DataFrame) -> str:
    """Which themes and claims carry the disagreement."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        for name in DISPUTED:
            command = f"strait claims --start {start.name} --outcome {name}"
            for sentence in _shared(exp, rows[rows["outcome"] == name], exp.catalogue.outcomes[name]):
                yield said(sentence, command)

    return by_start(exp, found, lines)


def _shared(exp: Experiment, rows: pd.DataFrame, outcome: Outcome) -> Iterator[str]:
    a, b = (title(exp, str(rows.iloc[0][name])) for name in ("policy_a", "policy_b"))
    ends = rows[rows["kind"] == "end"].set_index("claim").to_dict("index")
    values = rows[rows["kind"] == "value"]
    whole = values[values["claim"] == TOTAL].to_dict("records")[0]
    each = listed([f"{versus(ends[name], outcome)} if {AUTHORS[name]} is right" for name in AUTHORS])
    yield f"{capital(measure(outcome))}, {a} against {b}: {each}."
    themes = values[(values["claim"] == THEME) & (values["theme"] != UNDIALLED)]
    carried = _carried(themes, "theme", whole, outcome)
    yield f"Between the two men lie {size(whole, outcome)}; by theme, {carried}."
    claims = _ordered(values[~values["claim"].isin([TOTAL, THEME, UNDIALLED])])
    yield f"The claims that weigh most: {_carried(claims.head(HEAVIEST), 'claim', whole, outcome)}."
    yield _alone(claims, outcome)
    idle = [row["theme"] for row in themes.to_dict("records") if row["low"] == row["high"] == 0]
    beside = values[values["claim"] == UNDIALLED].to_dict("records")[0]
    nothing = [f"the theme “{theme}”" for theme in idle]
    nothing += ["numbers that belong to no claim"] if beside["low"] == beside["high"] == 0 else []
    if nothing:
        yield f"Exactly nothing of it comes from {listed(nothing, 'or')}."


def _alone(claims: pd.DataFrame, outcome: Outcome) -> str:
    """The claim that moves most when it alone is read the other man's way, in each man's world."""
    parts = []
    for name, other in ((NEWSHAM, SELF), (SELF, NEWSHAM)):
        rows = claims.to_dict("records")
        row = max(rows, key=lambda one: abs(one[f"swap_into_{name}"]))
        swap = {"value": row[f"swap_into_{name}"], "low": row[f"into_{name}_low"], "high": row[f"into_{name}_high"]}
        parts.append(
            f"{row['claim']} as {AUTHORS[other]} reads it in {AUTHORS[name]}’s world ({versus(swap, outcome)})"
        )
    return f"Changed alone, most is moved by {listed(parts)}."


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("value", key=abs, ascending=False, kind="stable")


def _carried(rows: pd.DataFrame, name: str, whole: Mapping[Any, Any], outcome: Outcome) -> str:
    """What some rows add to the distance, the most first; what lessens it is said to."""
    sign, parts = 1 if whole["value"] > 0 else -1, []
    for row in _ordered(rows).to_dict("records"):
        if row["low"] == row["high"] == 0:
            continue
        low, high = sorted((sign * row["low"], sign * row["high"]))
        one = {"value": sign * row["value"], "low": low, "high": high}
        parts.append(f"{row[name]} {size(one, outcome)}{' the other way' if one['value'] < 0 else ''}")
    return listed(parts)


def crossings(exp: Experiment, found: pd.DataFrame) -> str:
    """Along which single beliefs the better policy changes."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        for name in dict.fromkeys(rows["outcome"]):
            sentence = _crossed(exp, rows[rows["outcome"] == name], exp.catalogue.outcomes[name])
            yield said(sentence, f"strait crossover --start {start.name} --outcome {name}")

    return by_start(exp, found, lines)


def _crossed(exp: Experiment, rows: pd.DataFrame, outcome: Outcome) -> str:
    view = next(view for view in exp.worldviews if view.name == rows.iloc[0]["worldview"])
    head = f"{capital(believing(view))}, on “{outcome.label}”, of {len(rows)} claims"
    inside = rows[rows["kind"].isin(["one", "many"])].to_dict("records")
    if not inside:
        first = (rows[["at_self", "at_newsham"]].sum().sum() > 0) == (outcome.better == "high")
        better = title(exp, str(rows.iloc[0]["policy_a" if first else "policy_b"]))
        beyond = int((rows["kind"] == "outside").sum())
        more = f"; {beyond} would, beyond both authors’ readings" if beyond else ""
        return f"{head} none by itself changes that {better} is better{more}."
    places = [
        f"{row['claim']} at {row['crossing']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        if row["kind"] == "one"
        else f"{row['claim']} more than once"
        for row in inside
    ]
    change = "1 by itself changes" if len(inside) == 1 else f"{len(inside)} by themselves change"
    return f"{head} {change} which policy is better; on the dial from Self (0) to Newsham (1), {listed(places)}."


def flips(exp: Experiment, found: pd.DataFrame) -> str:
    """How few beliefs must change."""

    def lines(start: Start, rows: pd.DataFrame) -> Iterator[str]:
        for view in exp.worldviews:
            steps = rows[rows["worldview"] == view.name].to_dict("records")
            yield said(_flipped(exp, steps, view.name), f"strait flip --start {start.name} --worldview {view.name}")

    return by_start(exp, found, lines)


def _flipped(exp: Experiment, rows: list[dict[Any, Any]], view: str) -> str:
    outcome = exp.catalogue.outcomes[rows[0]["outcome"]]
    asked = ask(exp, [outcome.name], [rows[0]["policy_a"], rows[0]["policy_b"]], worldview=view)
    a, b = (policy.title for policy in asked.policies)
    steps = [row for row in rows if row["claim"] != "(all)"]
    head = f"{capital(believing(asked.worldview))}, with {a} instead of {b}, {measure(outcome)} is"
    begin = f"{head} {versus(steps[0], outcome)}"
    result = rows[0]["result"]
    if result == "unsettled":
        return f"{begin}, so there is nothing to turn round."
    if result == "none":
        return f"{begin}; no set of changes that was tried turns that round."
    by_author = {author: [row["claim"] for row in steps if row["reading"] == author] for author in AUTHORS}
    changes = listed([
        f"{listed(names)} as {AUTHORS[author]} reads {'it' if len(names) == 1 else 'them'}"
        for author, names in by_author.items() if names
    ])  # fmt: skip
    count = f"{len(steps) - 1} {'belief' if len(steps) == 2 else 'beliefs'}"
    return f"{begin}. It takes {count} to turn that round: {changes}. Then it is {versus(steps[-1], outcome)}."


def short(parts: Mapping[str, str]) -> str:
    """Some of the sentences, which give the whole in short: those on the latest start."""
    told = {name: [line for line in text.splitlines() if line.startswith("* ")] for name, text in parts.items()}
    return "\n".join(told[name][place] for name, place in SHORT)


def named(exp: Experiment, texts: Iterable[str]) -> str:
    """What the claims say that these texts name."""
    words = {word for text in texts for word in re.findall(r"\b[NS]\d+\b", text)}
    return "\n".join(f"* **{name}** {claim.says}" for name, claim in exp.catalogue.claims.items() if name in words)


PARTS: Mapping[str, tuple[str, Part]] = {
    "findings-policies": ("policies", policies), "findings-table": ("policies", all_policies),
    "findings-claims": ("claims", shares), "findings-crossings": ("crossings", crossings),
    "findings-flips": ("flips", flips),
}  # fmt: skip
"""Name of a part of the page: the measure it reads, and how it is written."""
