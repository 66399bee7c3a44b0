"""The sentences of docs/findings.md, written from recorded measures; the numbers choose the words.

They are about the use of force, from the last start. None has more than thirty words.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from analysis.evidence.late_numbers import CHANGE, LATE, WITH, WITHOUT
from analysis.figures.captions import (
    belief_clause,
    capitalize,
    count_sentences,
    digits,
    gap,
    interval_words,
    join_words,
    number_word,
    policy_phrase,
    question_words,
    signed,
)
from analysis.figures.mechanisms_figure import sum_of_parts
from analysis.figures.verdict_words import answer_sentence, change
from analysis.paper.markdown import table
from analysis.questions.claims import NO_DIAL, THEME, TOTAL
from analysis.questions.compare import Comparison, Versus, comparisons, means
from analysis.questions.finding import SELF
from analysis.questions.flip import EXACT
from analysis.questions.mechanisms import PROVOKED
from analysis.questions.mechanisms import TOTAL as IN_ALL
from analysis.questions.variance import ALL
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Start, Worldview
from sim.scenario.schema import AUTHORS, EVIDENCE
from tools.measure_tables import Part
from tools.measures import MAIN_OUTCOME, draw_policies

Pair = tuple[str, str]
TAKES = ("lever_years", "lever_years_planned")
HEAVIEST = 4  # claims named for each question


def risk_against_cost(exp: Experiment, policies: pd.DataFrame) -> str:
    """Show the recorded figure of risk against cost."""
    return f"![Risk against cost for each policy and worldview](measured/{draw_policies(exp, policies).name}.png)"


def answers(exp: Experiment, policies: pd.DataFrame) -> str:
    """Answer each question as the closing lines of a run do."""
    start, outcome = exp.starts[-1], exp.catalogue.outcomes[MAIN_OUTCOME]
    levels = {cell: level for cell, (level, _, _) in means(policies, start.name).items()}
    lines = []
    for pair in asked(exp):
        words = question_words(exp, *pair)
        answer = answer_sentence(exp, outcome, pair, read_versus(policies, start)).removeprefix(words).strip()
        lines.append(f"* **{words}** {answer} {count_sentences(exp, outcome, pair, levels)}")
    return "\n".join(lines)


def certainty(exp: Experiment, policies: pd.DataFrame, mechanisms: pd.DataFrame, spreads: pd.DataFrame) -> str:
    """Give the differences behind the answers: intervals, what deters and provokes, other starts, the share of luck."""
    last, outcome = exp.starts[-1], exp.catalogue.outcomes[MAIN_OUTCOME]
    versus = read_versus(policies, last)
    rows = []
    for pair in asked(exp):
        cells = [question_words(exp, *pair)]
        for view in exp.worldviews:
            whole, rows_of_parts = versus[view.name, MAIN_OUTCOME, *pair], mechanism_rows(mechanisms, last, view, pair)
            # The parts come from other trials, whose luck goes into the rest: shown parts add up to the difference.
            rows_of_parts[IN_ALL] = {**rows_of_parts[IN_ALL], "value": whole.difference}
            parts = sum_of_parts(rows_of_parts, outcome).rpartition(", ")[0]
            cells.append(f"{change(whole, outcome)}: {parts}")
        rows.append(cells)
    lines = [table(["", *(view.title for view in exp.worldviews)], rows), ""]
    for start in exp.starts[:-1]:
        other = read_versus(policies, start)
        keys = [(view, pair) for pair in asked(exp) for view in exp.worldviews]
        sides = [[_side(known[view.name, MAIN_OUTCOME, *pair]) for known in (versus, other)] for view, pair in keys]
        turned = [f"{question_words(exp, *pair)} ({belief_clause(view)})"
                  for (view, pair), (now, then) in zip(keys, sides, strict=True) if now != then]  # fmt: skip
        same = f"{len(keys) - len(turned)} of the {len(keys)}" if turned else f"all {len(keys)}"
        other_way = f" Not: {'; '.join(turned)}." if turned else ""
        lines.append(f"* From {name_date(start)}, {same} answers point the same way.{other_way}")
    of_all = spreads[(spreads["start"] == last.name) & (spreads["outcome"] == MAIN_OUTCOME)
                     & (spreads["worldview"] == ALL) & (spreads["part"] == "luck")]  # fmt: skip
    share = of_all[of_all["policy_b"].fillna("") != ""].iloc[0]
    luck = f"{100 * share['share']:.0f} % ({100 * share['share_low']:.0f} to {100 * share['share_high']:.0f})"
    lines.append(f"* In a single decade luck decides. It makes {luck} of how two policies differ in the same history.")
    return "\n".join(lines)


def beliefs(
    exp: Experiment, dials: pd.DataFrame, claims: pd.DataFrame, flips: pd.DataFrame, policies: pd.DataFrame
) -> str:
    """Write which claims move each answer, what separates the authors, and what reverses the last answer."""
    start, outcome = exp.starts[-1], exp.catalogue.outcomes[MAIN_OUTCOME]
    heaviest = [f"{policy_phrase(exp, a)} instead of {policy_phrase(exp, b)}: {_heaviest(dials, (a, b), outcome)}"
                for a, b in asked(exp)]  # fmt: skip
    lines = [f"* **Each claim alone**, on the evidence, in points. {'. '.join(map(capitalize, heaviest))}.",
             f"* {_distance(exp, claims, start, outcome)}", f"* {_prices(exp, policies, start)}"]  # fmt: skip
    changes = [describe_flip(exp, flips[(flips["start"] == start.name) & (flips["worldview"] == view.name)], view)[0]
               for view in exp.worldviews]  # fmt: skip
    lines.append(f"* **What reverses the last answer?** {' '.join(changes)}")
    return "\n".join(lines)


def our_readings(
    exp: Experiment, mechanisms: pd.DataFrame, late: pd.DataFrame, effort: pd.DataFrame, policies: pd.DataFrame
) -> str:
    """Write how much of the answers hangs on readings of ours: lost hope, the late numbers of S12, and effort."""
    start, outcome = exp.starts[-1], exp.catalogue.outcomes[MAIN_OUTCOME]
    pair = asked(exp)[-1]
    view = next(view for view in exp.worldviews if view.name == SELF)
    rows = mechanism_rows(mechanisms, start, view, pair)
    hope, provoked, total = (float(rows[name]["value"]) for name in ("lost_hope", PROVOKED, IN_ALL))
    belief = capitalize(belief_clause(view))
    lines = [f"* **Lost hope** is our inference from S¶4 and S¶7. {belief}, it carries {digits(100 * hope)} of the "
             f"{digits(100 * provoked)} points by which added ties provoke. The rest of the difference is "
             f"{_points(round(total, 3) - round(hope, 3))}."]  # fmt: skip
    lines.append(f"* {_late(exp, late[late['outcome'] == MAIN_OUTCOME], start, outcome)}")
    lines.append(f"* {_effort(exp, effort[effort['start'] == start.name], policies, start, pair)}")
    return "\n".join(lines)


def asked(exp: Experiment) -> list[Pair]:
    """Return the pairs of policies of the experiment's questions."""
    return [entry.policies for entry in exp.contrasts if entry.words]


def read_versus(policies: pd.DataFrame, start: Start) -> dict[Versus, Comparison]:
    return comparisons(policies[policies["kind"] == "difference"], start.name)


def _side(comparison: Comparison) -> int:
    """Return -1 or 1 for a difference that is clearly below or above zero, else 0."""
    _, low, high = comparison.deciding
    return (low > 0) - (high < 0)


def mechanism_rows(mechanisms: pd.DataFrame, start: Start, view: Worldview, pair: Pair) -> dict[str, dict[Any, Any]]:
    keys = {"start": start.name, "worldview": view.name, "policy_a": pair[0], "policy_b": pair[1],
            "outcome": MAIN_OUTCOME}  # fmt: skip
    rows = mechanisms[(mechanisms[[*keys]] == [*keys.values()]).all(axis=1)]
    return {str(row["mechanism"]): row for row in rows.to_dict("records")}


def _heaviest(dials: pd.DataFrame, pair: Pair, outcome: Outcome) -> str:
    """Return the claims that move a difference most, each accepted alone on the evidence."""
    here = dials[(dials["of"] == " - ".join(pair)) & (dials["outcome"] == outcome.name)]
    clear = here[(here["low"] >= here["margin"]) | (here["high"] <= -here["margin"])]
    rows = clear.sort_values("effect", key=abs, ascending=False, kind="stable").head(HEAVIEST).to_dict("records")
    named = [f"{row['claim']} {_points(row['effect'])}" for row in rows]
    return ", ".join(named) or "none beyond the margin"


def _points(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{digits(100 * abs(value))}"


def _distance(exp: Experiment, claims: pd.DataFrame, start: Start, outcome: Outcome) -> str:
    """Return how far apart the authors are on the last question, and which themes make the distance."""
    rows = claims[(claims["start"] == start.name) & (claims["outcome"] == outcome.name) & (claims["kind"] == "value")]
    total = float(rows.loc[rows["claim"] == TOTAL, "value"].iloc[0])
    themes = rows[(rows["claim"] == THEME) & (rows["theme"] != NO_DIAL)].copy()
    themes["part"] = themes["value"] * (1 if total > 0 else -1)
    ranked = themes.sort_values("part", ascending=False, kind="stable").to_dict("records")
    first, second, least = ranked[0], ranked[1], ranked[-1]
    back = least["part"] < -outcome.margin and least["low"] * least["high"] > 0
    return (
        f"**What separates the authors**, where Japan adds ties: {gap(total, outcome)}. Beliefs about {first['theme']} "
        f"make {digits(100 * first['part'])} of them, about {second['theme']} {digits(100 * second['part'])}."
        + (f" Beliefs about {least['theme']} take back {gap(least['part'], outcome)}." if back else "")
    )


def _prices(exp: Experiment, policies: pd.DataFrame, start: Start) -> str:
    """Return whether the authors' prices, or only their beliefs, lead to different choices on the last question."""
    pair, versus = asked(exp)[-1], read_versus(policies, start)
    verdicts = {(view, price): versus[view, f"loss_{price}", *pair].verdict for view in AUTHORS for price in AUTHORS}
    by_price = {price: [verdicts[view, price] for view in AUTHORS] for price in AUTHORS}
    rights = [f"if {author} is right" for author in AUTHORS.values()]
    says = {price: join_words([f"{word} {right}" for word, right in zip(words, rights, strict=True)])
            for price, words in by_price.items()}  # fmt: skip
    what = f"{policy_phrase(exp, pair[0])} instead of {policy_phrase(exp, pair[1])}"
    if len(set(says.values())) == 1:
        return f"Values do not separate them. By either author’s values, {what} is {next(iter(says.values()))}."
    return " ".join(f"By {AUTHORS[price]}’s values, {what} is {words}." for price, words in says.items())


def _late(exp: Experiment, late: pd.DataFrame, start: Start, outcome: Outcome) -> str:
    """Return what numbers that were added late do to the answer that they move most, and which answers they change."""
    (claim,) = LATE
    here = late[late["start"] == start.name]
    declared = asked(exp)
    changes = [row for row in here[here["late_numbers"] == CHANGE].to_dict("records")
               if (row["policy_a"], row["policy_b"]) in declared]  # fmt: skip
    most = max(changes, key=lambda row: abs(row["difference"]))
    keys = ["start", "worldview", "policy_a", "policy_b"]
    rows = here[(here[keys] == [most[key] for key in keys]).all(axis=1)].set_index("late_numbers")
    view = next(view for view in exp.worldviews if view.name == most["worldview"])
    a, b = (policy_phrase(exp, most[name]) for name in ("policy_a", "policy_b"))
    sides = late[late["late_numbers"] != CHANGE].assign(side=lambda rows: (rows["low"] > 0) * 1 - (rows["high"] < 0))
    wide = sides.pivot(index=keys, columns="late_numbers", values="side")
    dates = {start.name: name_date(start) for start in exp.starts}
    turned = [f"{policy_phrase(exp, one)} instead of {policy_phrase(exp, other)}, from {dates[at]}"
              for at, _, one, other in wide.index[wide[WITH] != wide[WITHOUT]] if (one, other) in declared]  # fmt: skip
    without, usual = (_points(float(str(rows.loc[form, "difference"]))) for form in (WITHOUT, WITH))
    return (
        f"**{claim}** got {number_word(len(LATE[claim]))} numbers after first results were seen. "
        f"{capitalize(belief_clause(view))}, {a} instead of {b} comes to {usual} points with them, {without} without. "
        + (f"Without them other answers: {join_words(turned)}." if turned else "No answer changes without them.")
    )


def _effort(exp: Experiment, effort: pd.DataFrame, policies: pd.DataFrame, start: Start, pair: Pair) -> str:
    """Return what the policies of the questions take, and what the two of the last do when they plan the same."""
    view, levels = exp.worldviews[0], means(policies[policies["kind"] == "level"], start.name)
    others = dict.fromkeys(name for asked_pair in asked(exp) for name in asked_pair if name not in pair)
    takes: list[str] = []
    for policy in (*others, *reversed(pair)):
        done, planned = (levels[exp.most_neutral().name, policy, name][0] for name in TAKES)
        if planned > 0:
            takes.append(f"{done:.0f} of {planned:.0f}{' planned' * (not takes)} with {policy_phrase(exp, policy)}")
    here = effort[(effort["outcome"] == MAIN_OUTCOME) & (effort["worldview"] == view.name)]
    here = here[here["measure"].isin(["as written", "equal effort"])].sort_values("factor")
    first, last = (_points(here[here["policy"] == policy].iloc[0]["difference"]) for policy in reversed(pair))
    belief = capitalize(belief_clause(exp.most_neutral()))
    return (
        f"**Effort.** A lever-year is one measure in full for one year. {belief} Japan carries out "
        f"{', '.join(takes)}. At equal effort, against the status quo, the last two come to "
        f"{first} and {last} points {belief_clause(view)}."
    )


def name_date(start: Start) -> str:
    year, month = str(start.date).split("-")[:2]
    return f"{calendar.month_name[int(month)]} {year}"


def describe_flip(exp: Experiment, flips: pd.DataFrame, view: Worldview) -> list[str]:
    """Say which fewest changes of belief reverse the last answer, after a heading that asks it, and what they do."""
    rows = flips.to_dict("records")
    outcome = exp.catalogue.outcomes[rows[0]["outcome"]]
    steps = [row for row in rows if row["claim"] != "(all)"]
    belief = capitalize(belief_clause(view))
    result = rows[0]["result"]
    if result == "unsettled":
        return [f"{belief}, it is too close to call, so there is no answer to reverse."]
    if result == "none":
        return [f"{belief}, no set of changes that was tried does it."]
    named = [(row["claim"], row["reading"]) for row in steps[1:]]
    known = exp.catalogue.claims
    groups = [("with", [name for name, reading in named if reading == known[name].author]),
              ("without", [name for name, reading in named if reading == EVIDENCE])]  # fmt: skip
    groups += [("with", [f"{name} as {AUTHORS[reading]} reads it"]) for name, reading in named
               if reading not in (EVIDENCE, known[name].author)]  # fmt: skip
    changes = ", ".join(f"{word} {join_words(claims)}" for word, claims in groups if claims)
    count = f"{'at most ' * (len(named) > EXACT)}{number_word(len(named))} change{'s' * (len(named) > 1)} of belief"
    before, after = (f"{signed(row['difference'], outcome)} ({interval_words(row['low'], row['high'], outcome)})"
                     for row in (steps[0], steps[-1]))  # fmt: skip
    return [
        f"{belief}, {count}: {changes}.",
        f"The difference goes from {before} to {after}.",
    ]


def explain_claims(exp: Experiment, texts: Iterable[str]) -> str:
    """Return what each claim says that these texts name."""
    words = {word for text in texts for word in re.findall(r"\b[NS]\d+\b", text)}
    return " ".join(f"**{name}** {claim.says}" for name, claim in exp.catalogue.claims.items() if name in words)


PARTS: Mapping[str, tuple[tuple[str, ...], Part]] = {
    "findings-risk": (("policies",), risk_against_cost), "findings-answers": (("policies",), answers),
    "findings-certainty": (("policies", "mechanisms", "spreads"), certainty),
    "findings-beliefs": (("dials", "claims", "flips", "policies"), beliefs),
    "findings-ours": (("mechanisms", "late", "effort", "policies"), our_readings),
}  # fmt: skip
"""Name of a part of the page: the measures it reads, and the function that writes it."""
