"""The tables of docs/debate.md and docs/mechanisms.md: the debate in full, from recorded measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.evidence.late_numbers import CHANGE, WITH, WITHOUT
from analysis.figures.captions import gap, join_words, question_words, title
from analysis.figures.crossover_figure import changes_between, describe_position
from analysis.figures.mechanisms_figure import LABELS, with_limits
from analysis.figures.mechanisms_figure import PARTS as WAYS
from analysis.paper.markdown import table
from analysis.questions.claims import AUTHOR, BOTH, NO_DIAL, SUMS, THEME, TOTAL
from analysis.questions.compare import Comparison
from analysis.questions.finding import NEWSHAM, SELF
from analysis.questions.mechanisms import OTHER
from analysis.questions.mechanisms import TOTAL as IN_ALL
from analysis.questions.variance import ALL
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Start
from sim.scenario.schema import AUTHORS
from sim.statistics.indices import LUCK, SOBOL
from tools.findings import asked, describe_flip, mechanism_rows, name_date, read_versus
from tools.measure_tables import Part, effect, label_with_unit
from tools.measures import MAIN_OUTCOME, MEASURES

BY_AUTHOR = {NEWSHAM: "claims of Newsham alone", SELF: "claims of Self alone", BOTH: "claims on which both speak"}
DISPUTED = (MAIN_OUTCOME, "loss_newsham", "loss_self")  # outcomes whose disagreement is divided among claims
VARYING = (MAIN_OUTCOME, "taiwan_falls", "japan_gdp_loss_pct")  # outcomes whose spread is divided


def differences(exp: Experiment, policies: pd.DataFrame) -> str:
    """Tabulate each contrast of the debate, for every primary outcome and both authors' losses."""
    rows = []
    outcomes = [name for name in exp.catalogue.outcomes if name in set(policies["outcome"])]
    for start in reversed(exp.starts):
        known = read_versus(policies, start)
        for a, b in (entry.policies for entry in exp.contrasts):
            for outcome in (exp.catalogue.outcomes[name] for name in outcomes):
                keys = [(view.name, outcome.name, a, b) for view in exp.worldviews]
                cells = [effect(_joint(known[key]), outcome, "value") for key in keys if key in known]
                names = question_words(exp, a, b), f"{title(exp, a)} − {title(exp, b)}", label_with_unit(outcome)
                rows += [[start.name, *names, *cells]] if cells else []
    return table(["start", "question", "difference", "outcome", *(view.title for view in exp.worldviews)], rows)


def _joint(comparison: Comparison) -> dict[str, float]:
    """Return a comparison with the interval that its verdict rests on."""
    _, low, high = comparison.deciding
    return {"value": comparison.difference, "low": low, "high": high, "margin": comparison.margin}


def by_start(describe: Callable[[Experiment, Start, pd.DataFrame], str]) -> Part:
    """Make a part with a text for each start: the latest first, each under a heading."""

    def part(exp: Experiment, measured: pd.DataFrame) -> str:
        texts = [f"**From {name_date(start)}**\n\n{describe(exp, start, measured[measured['start'] == start.name])}"
                 for start in reversed(exp.starts)]  # fmt: skip
        return "\n\n".join(texts).replace("\u00a0", " ")

    return part


@by_start
def claims(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Tabulate how the distance between the authors divides among themes, authors and claims."""
    outcomes = [exp.catalogue.outcomes[name] for name in DISPUTED]
    by_outcome = [rows[rows["outcome"] == outcome.name] for outcome in outcomes]
    ends = [[AUTHORS[author], *(effect(_end(own, author, outcome), outcome, "value")
                                for own, outcome in zip(by_outcome, outcomes, strict=True))]
            for author in AUTHORS]  # fmt: skip
    lines = [table(["the difference, if right is", *map(label_with_unit, outcomes)], ends), ""]
    values = [own[own["kind"] == "value"].fillna({"theme": ""}) for own in by_outcome]
    order = values[0].assign(sum=values[0]["claim"].isin([*SUMS, NO_DIAL])).sort_values(
        ["sum", "value"], key=lambda column: column if column.name == "sum" else -column.abs(), kind="stable"
    )
    cells = []
    for claim, theme in order[["claim", "theme"]].itertuples(index=False):
        here = [own[(own["claim"] == claim) & (own["theme"] == theme)].iloc[0] for own in values]
        swaps = [_swap(here[0], author, outcomes[0]) for author in AUTHORS]
        parts = [effect(row.to_dict() | {"margin": outcome.margin}, outcome, "value")
                 for row, outcome in zip(here, outcomes, strict=True)]  # fmt: skip
        cells.append([_label(claim, theme), *swaps, *parts])
    swapped = [f"alone in {label}’s world, force" for label in AUTHORS.values()]
    return "\n".join([*lines, table(["part of the distance", *swapped, *map(label_with_unit, outcomes)], cells)])


def _end(rows: pd.DataFrame, author: str, outcome: Outcome) -> dict[Any, Any]:
    row: dict[Any, Any] = rows[(rows["kind"] == "end") & (rows["claim"] == author)].iloc[0].to_dict()
    return row | {"margin": outcome.margin}


def _swap(row: pd.Series, author: str, outcome: Outcome) -> str:
    """Return what a claim, theme or author does if only its reading changes in an author's world."""
    limits = {name: row[f"into_{author}_{name}"] for name in ("low", "high")}
    return effect(limits | {"value": row[f"swap_into_{author}"], "margin": outcome.margin}, outcome, "value")


def _label(claim: str, theme: str) -> str:
    """Return the heading of a row of the distance."""
    return {TOTAL: "**all**", THEME: f"*{theme}*", NO_DIAL: "numbers of no claim",
            AUTHOR: BY_AUTHOR.get(theme, theme)}.get(claim, f"**{claim}**")  # fmt: skip


@by_start
def crossings(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Tabulate the claims along whose dial the better policy changes, and how many are too close to call."""
    inside = [row for row in rows.to_dict("records") if changes_between(row)]
    cells = [[exp.catalogue.outcomes[row["outcome"]].label, f"**{row['claim']}**",
              describe_position(row) if row["kind"] == "one" else "more than once"] for row in inside]  # fmt: skip
    close = rows[rows["kind"] == "undecided"].groupby("outcome", sort=False)["claim"].agg(", ".join)
    open_ = "; ".join(f"{exp.catalogue.outcomes[str(name)].label}: {names}" for name, names in close.items())
    head = table(["outcome", "claim", "the better policy changes at"], cells) if cells else "No claim by itself."
    return f"{head}\n\nToo close to call: {open_ or 'none'}. All other claims leave the better policy as it is."


@by_start
def flips(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Write how few beliefs must change to turn the result."""
    lines = [f"{question_words(exp, *rows.iloc[0][['policy_a', 'policy_b']])}\n"]
    for view in exp.worldviews:
        steps = rows[rows["worldview"] == view.name]
        command = f"strait flip --start {start.name} --worldview {view.name} --trials {MEASURES['flips'].trials}"
        lines.append(f"* {' '.join(describe_flip(exp, steps, view))} `{command}`")
    return "\n".join(lines)


@by_start
def weights(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Tabulate which beliefs weigh most when all lie anywhere between the two authors."""
    shown = rows[(rows["method"] == SOBOL) & (rows["measure"] == "ST") & rows["outcome"].isin(DISPUTED)]
    order = shown[shown["outcome"] == MAIN_OUTCOME].sort_values("value", ascending=False, kind="stable")["input"]
    by_key = {(row["input"], row["outcome"]): row for row in shown.to_dict("records")}
    cells = [[f"**{name}**" if name != LUCK else "luck", *(_per_cent(by_key[name, outcome]) for outcome in DISPUTED)]
             for name in order]  # fmt: skip
    return table(["belief", *(f"{exp.catalogue.outcomes[name].label}, % of the spread" for name in DISPUTED)], cells)


def _per_cent(row: Mapping[Any, Any], value: str = "value", prefix: str = "") -> str:
    """Return a share with its interval in per cent; in brackets if it may be zero."""
    middle, low, high = (100 * float(row[name]) for name in (value, f"{prefix}low", f"{prefix}high"))
    text = f"{middle:.1f} ({low:.1f} to {high:.1f})".replace("-", "−")
    return f"({text})" if low <= 0 <= high and (low or high) else text


@by_start
def spreads(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Tabulate how much of what happens is luck: of one policy, and of the difference between two."""
    of_all = rows[(rows["worldview"] == ALL) & rows["outcome"].isin(VARYING)].fillna({"policy_b": ""})
    cells = []
    for (name, a, b), part in of_all.groupby(["outcome", "policy_a", "policy_b"], sort=False):
        by_part = {row["part"]: row for row in part.to_dict("records")}
        what = title(exp, str(a)) + (f" − {title(exp, str(b))}" if b else "")
        shares = (_per_cent(by_part[kind], "share", "share_") for kind in ("luck", "worlds", "worldviews"))
        cells.append([exp.catalogue.outcomes[str(name)].label, what, *shares])
    head = ["outcome", "of", "luck, %", "what a worldview leaves open, %", "which worldview holds, %"]
    return table(head, cells)


@by_start
def printed_lines(exp: Experiment, start: Start, rows: pd.DataFrame) -> str:
    """Repeat the recorded lines of a command from each start."""
    return repeated_lines(exp, rows)


def repeated_lines(exp: Experiment, rows: pd.DataFrame) -> str:
    """Repeat the recorded lines of a command; those on one outcome stand together."""
    lines = []
    for name, of_outcome in rows.fillna("").groupby("outcome", sort=False):
        head = f"“{exp.catalogue.outcomes[str(name)].label}”: " if name else ""
        lines.append(f"* {head}{' '.join(of_outcome['line'])}")
    return "\n".join(lines)


def studies(exp: Experiment, rows: pd.DataFrame) -> str:
    """Repeat the recorded lines of `strait worth`; those that are the same for every outcome once, at the end."""
    common = rows["line"].duplicated(keep=False)
    last = rows[common].drop_duplicates("line").assign(outcome="")
    return repeated_lines(exp, pd.concat([rows[~common], last], ignore_index=True)).replace("\u00a0", " ")


def mechanism_table(exp: Experiment, mechanisms: pd.DataFrame) -> str:
    """Tabulate each mechanism's part in each answer, and name the mechanisms that move nothing."""
    start, outcome = exp.starts[-1], exp.catalogue.outcomes[MAIN_OUTCOME]
    rows, sizes = [], dict.fromkeys(WAYS, 0.0)
    for pair in asked(exp):
        by_view = [mechanism_rows(mechanisms, start, view, pair) for view in exp.worldviews]
        rows += [[question_words(exp, *pair), LABELS[name], *(with_limits(own[name], outcome) for own in by_view)]
                 for name in (*WAYS, IN_ALL)]  # fmt: skip
        for name in WAYS:
            sizes[name] = max([sizes[name], *(abs(float(own[name]["value"])) for own in by_view)])
    small = [f"{LABELS[name].lower()} (at most {gap(size, outcome)})" for name, size in sizes.items()
             if size < outcome.margin and name != OTHER]  # fmt: skip
    nothing = f"Less than {gap(outcome.margin, outcome)}, under every worldview: {join_words(small)}." if small else ""
    return f"{table(['question', 'mechanism', *(view.title for view in exp.worldviews)], rows)}\n\n{nothing}".strip()


def late_table(exp: Experiment, late: pd.DataFrame) -> str:
    """Tabulate each contrast with and without the numbers of S12 that were added late, and the change."""
    rows = []
    for (start, a, b, name), part in late.groupby(["start", "policy_a", "policy_b", "outcome"], sort=False):
        outcome = exp.catalogue.outcomes[str(name)]
        by_form = {row["late_numbers"]: row for row in part.to_dict("records")}
        cells = [effect(by_form[form], outcome, "difference") for form in (WITH, WITHOUT, CHANGE)]
        pair = f"{title(exp, str(a))} − {title(exp, str(b))}"
        rows.append([start, pair, label_with_unit(outcome), *cells])
    return table(["start", "difference, if Self is right", "outcome", WITH, WITHOUT, CHANGE], rows)


PARTS: Mapping[str, tuple[tuple[str, ...], Part]] = {
    "debate-differences": (("policies",), differences), "debate-claims": (("claims",), claims),
    "debate-crossings": (("crossings",), crossings), "debate-flips": (("flips",), flips),
    "debate-weights": (("weights",), weights), "debate-spreads": (("spreads",), spreads),
    "debate-boxes": (("boxes",), printed_lines), "debate-regrets": (("regrets",), printed_lines),
    "studies": (("studies",), studies),
    "mechanisms": (("mechanisms",), mechanism_table), "late": (("late",), late_table),
}  # fmt: skip
"""Name of a part of a page: the measures it reads, and the function that writes it."""
