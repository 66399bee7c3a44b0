"""Words that captions and closing lines share: numbers, policies, worldviews and comparisons in plain English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from analysis.questions.compare import Cell
from sim.engine.question import Question
from sim.results.small_table import frequency
from sim.results.tables import reference_policy, shown_contrasts
from sim.scenario.catalogue import Claim, Outcome
from sim.scenario.experiment import Experiment, Start, Worldview
from sim.scenario.schema import AUTHORS, EVIDENCE
from sim.scenario.shipped import shipped_policies

EVENTS = {
    "deterrence_holds": "deterrence holds", "crisis": "a crisis breaks out", "quarantine": "a quarantine is imposed",
    "use_of_force": "force is used", "invasion": "the PRC invades", "us_prc_war": "the US and the PRC fight",
    "japan_in_combat": "Japan fights", "japan_struck": "Japan is struck", "taiwan_falls": "Taiwan falls",
    "japan_gdp_loss_pct": "Japan loses", "taiwan_gdp_loss_pct": "Taiwan loses",
}  # fmt: skip
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST_NAMED = 4  # changed settings; of more only their number
NO_LINE = "Where a line is missing, there are too few events for an interval."
SEE_DIFFERENCES = "To compare two policies, see the figure of differences: its intervals are much narrower."


def title(exp: Experiment, policy: str) -> str:
    """Return a policy's title by its name."""
    return next(p.title for p in exp.policies if p.name == policy)


def policy_phrase(exp: Experiment, policy: str) -> str:
    """Return a policy as a noun inside a sentence: its plain name, or its title in quotation marks.

    >>> import sim
    >>> exp = sim.load("debate")
    >>> policy_phrase(exp, "both"), policy_phrase(exp, "status_quo")
    ('integration and open ties', 'the status quo')
    """
    return next(p.plain_name or f"“{p.title}”" for p in exp.policies if p.name == policy)


def join_policies(exp: Experiment, policies: Sequence[str], last: str = "and") -> str:
    """Return policies in one list; a name that itself holds an "and" is set off by a comma.

    >>> import sim
    >>> join_policies(sim.load("debate"), ["direct_ties", "both"])
    'open ties, and integration and open ties'
    """
    names = [policy_phrase(exp, policy) for policy in policies]
    return join_words(names, f", {last}" if any(" and " in name for name in names) else last)


def under_policy(exp: Experiment, policy: str) -> str:
    """Return 'under the status quo' or 'with direct ties'."""
    return f"{'under' if policy == 'status_quo' else 'with'} {policy_phrase(exp, policy)}"


def question_words(exp: Experiment, a: str, b: str) -> str:
    """Return the words of the question that a contrast answers; empty if the experiment gives it none.

    >>> import sim
    >>> question_words(sim.load("debate"), "direct_ties", "status_quo")
    'Do open ties help or hurt?'
    """
    return next((entry.words for entry in exp.contrasts if entry.policies == (a, b)), "")


def ask(question: Question) -> str:
    """Return the words of a question's contrast with a space, as the beginning of a title or heading, if it has any."""
    words = question_words(question.experiment, *question.contrast) if len(question.contrast) == 2 else ""
    return f"{end_sentence(words)} " if words else ""


def end_sentence(words: str) -> str:
    """Return words with a full stop, if they end without a mark.

    >>> end_sentence("My experiment"), end_sentence("Should Japan add ties?")
    ('My experiment.', 'Should Japan add ties?')
    """
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."


def belief_clause(worldview: Worldview) -> str:
    """Return a worldview as a clause: 'if Newsham is right', 'on the evidence', 'under “Mine”'."""
    name = worldview.title
    if name.startswith("If "):
        return f"if {name[3:]}"
    return "on the evidence" if name == "The evidence" else f"under “{name}”"


def worldview_title(worldview: Worldview) -> str:
    """Return a worldview's title as a heading of rows or panels."""
    return "On the evidence" if worldview.title == "The evidence" else worldview.title


def accepted_phrase(claim: Claim, dial: float) -> str:
    """Return a stop of a claim's dial in words: who reads the claim so, or that it is not accepted.

    Raises KeyError between two stops, and where an author is silent.

    >>> import sim
    >>> claims = sim.load("debate").catalogue.claims
    >>> accepted_phrase(claims["N18"], 1.0), accepted_phrase(claims["N12"], -1.0)
    ('accepting N18 (Newsham)', 'accepting N12 as Self reads it')
    >>> accepted_phrase(claims["N18"], 0.0), accepted_phrase(claims["N12"], 0.0)
    ('without N18 (evidence; Self is silent)', 'without N12 (evidence)')
    """
    word = {dial: word for word, dial in claim.stops.items()}[dial]
    if word == EVIDENCE:
        silent = "".join(f"; {label} is silent" for author, label in AUTHORS.items() if author not in claim.readings)
        return f"without {claim.name} (evidence{silent})"
    author = AUTHORS[word]  # type: ignore[index]
    return f"accepting {claim.name} " + (f"({author})" if word == claim.author else f"as {author} reads it")


def changes_phrase(exp: Experiment) -> str:
    """Return what `--set` changed: 'with N12 and us_intervenes_prob changed'; empty if nothing.

    >>> import sim
    >>> changes_phrase(sim.load("debate", set_=["claim.N12=0.5", "lever.escorts.depth=1", "switch.learning=off"]))
    'with N12, escorts and learning changed'
    """
    keys = [text.split("=")[0].strip().split(".") for text in exp.changes]
    names = list(dict.fromkeys(key[1] if len(key) > 1 else key[0] for key in keys))
    listed = join_words(names) if len(names) <= MOST_NAMED else f"{len(names)} settings"
    return f"with {listed} changed" if names else ""


def start_clause(exp: Experiment, start: Start) -> str:
    """Return a start, and what `--set` changed: 'November 2026, with N12 changed (claim.N12=0.5)'."""
    changes = changes_phrase(exp)
    return f"{start.title}, {changes} ({'; '.join(exp.changes)})" if changes else start.title


def event(outcome: Outcome) -> str:
    """Return what happens, as a clause: 'force is used'."""
    return EVENTS.get(outcome.name, f"“{outcome.label}” happens")


def measure(outcome: Outcome) -> str:
    """Return what is measured: 'the share of trials with “Use of force”'."""
    return f"{'the share of trials with ' * (outcome.unit == 'share')}“{outcome.label}”"


def histories(exp: Experiment) -> str:
    """Return what a trial is to a reader: an imagined decade, where ten years are played."""
    return "imagined decades" if exp.months == 120 else "imagined histories"


def frequency_of_histories(exp: Experiment, share: float) -> str:
    """Return a share of trials as a reader counts it: '40 of 100 imagined decades', 'none of the imagined decades'."""
    return f"{frequency(share)} {histories(exp)}" if share else f"none of the {histories(exp)}"


def frequency_sentence(exp: Experiment, worldview: Worldview, outcome: Outcome, levels: dict[Cell, float]) -> str:
    """Say how often an outcome comes, or how large it is, with each policy of `compared_policies`."""
    first, *others = compared_policies(exp)
    start = f"{capitalize(belief_clause(worldview))}: {under_policy(exp, first)}, "
    if outcome.unit == "share":
        shares = {policy: levels[worldview.name, policy, outcome.name] for policy in (first, *others)}
        words = {policy: frequency(share) for policy, share in shares.items()}
        if all(shares.values()) and len(set(words.values())) < len(set(shares.values())):  # equal only as whole counts
            words = {policy: _with_decimal(shares[policy], text) for policy, text in words.items()}
        start += f"{event(outcome)} in {words[first] if shares[first] else 'none of the'} {histories(exp)}"
        ends = {words[name].rpartition(" ")[2] for name in words}
        numbers = {name: text.split(" of ")[0] if len(ends) == 1 else text for name, text in words.items()}
        return start + "".join(f"; {under_policy(exp, name)} in {numbers[name]}" for name in others) + "."
    values = {policy: levels[worldview.name, policy, outcome.name] for policy in (first, *others)}
    text = f"“{outcome.label}” is {amount(values[first], outcome)} on average"
    return start + text + "".join(f"; {under_policy(exp, name)} {digits(values[name])}" for name in others) + "."


def _with_decimal(share: float, count: str) -> str:
    """Return a count of a base with one decimal more."""
    base = count.rpartition(" ")[2]
    return f"{share * int(base.replace(',', '')):.1f} of {base}"


def count_sentences(exp: Experiment, outcome: Outcome, pair: tuple[str, str], levels: dict[Cell, float]) -> str:
    """Say how often an outcome comes, or how large it is, with the first policy of a pair against the second."""
    said: list[str] = []
    for view in exp.worldviews:
        now, then = (levels[view.name, policy, outcome.name] for policy in pair)
        if outcome.unit == "share":
            first, second, base = frequencies(now, then)
            of = f"of {base} {histories(exp)}" if not said else f"of {base}" if base != "100" else ""
            numbers = " ".join(filter(None, ["in", first, of]))
        else:
            numbers, second = amount(now, outcome), digits(then)
        said.append(f"{capitalize(belief_clause(view))}: {numbers}, against {second}.")
    return " ".join(said)


def frequencies(first: float, second: float) -> tuple[str, str, str]:
    """Return two shares as counts of one base, with a decimal, and the base.

    The first is the second plus their difference as it is rounded, so that the three numbers add up. The page has the
    same numbers: `hundreds` in analysis/page/words.js.

    >>> frequencies(0.402, 0.27), frequencies(0.2844, 0.2555), frequencies(0.0042, 0.0)
    (('40.2', '27.0', '100'), ('28.5', '25.6', '100'), ('4.2', '0.0', '1,000'))
    """
    base = 100 if max(first, second) >= 0.0095 else 1_000 if max(first, second) >= 0.00095 else 10_000
    then, size = (Decimal(base * value).quantize(Decimal("0.1"), ROUND_HALF_UP) for value in (second, first - second))
    now = min(max(then + size, Decimal(0)), Decimal(base))
    return f"{now:,.1f}", f"{now - size:,.1f}", f"{base:,}"


def compared_policies(exp: Experiment) -> list[str]:
    """Return the baseline, the first policy that is compared with it, and every policy of the user's own."""
    base = reference_policy(exp)
    first = next((name for pair in shown_contrasts(exp) if base in pair for name in pair if name != base), None)
    return list(dict.fromkeys([base, *([first] if first else []), *own_policies(exp)]))


def own_policies(exp: Experiment) -> list[str]:
    """Return the policies of the user's own, in their order."""
    return [policy.name for policy in exp.policies if policy.name not in shipped_policies()]


def amount(value: float, outcome: Outcome) -> str:
    """Return a level in words: '24 %' of trials, '2.9 % of GDP'."""
    return percent(value) if outcome.unit == "share" else f"{digits(value)}\u00a0{outcome.unit}"


def gap(value: float, outcome: Outcome) -> str:
    """Return the size of a difference in words, without its sign: '3.1 points', '0.8 % of GDP'."""
    scale, unit = difference_unit(outcome)
    return f"{digits(abs(scale * value))}{unit}"


def signed(value: float, outcome: Outcome) -> str:
    """Return a difference in words: '3.1 points lower'."""
    return gap(value, outcome) + (" lower" if value < 0 else " higher" if value > 0 else "")


def interval_words(low: float, high: float, outcome: Outcome) -> str:
    """Return the ends of the interval of a difference: '2.9 to 3.4', or with their signs if these differ."""
    scale, _ = difference_unit(outcome)
    if low * high < 0:
        return f"−{digits(-scale * low)} to +{digits(scale * high)}".replace("−0 to", "0 to")
    near, far = sorted((abs(scale * low), abs(scale * high)))
    return f"{digits(near)} to {digits(far)}"


def margin(outcome: Outcome, at_level: float | None = None) -> str:
    """Return what counts as the same, in words: '0.5 points'; at an outcome's level it may be less."""
    scale, unit = difference_unit(outcome)
    return f"{scale * (outcome.margin if at_level is None else at_level):.2g}{unit}"


def difference_unit(outcome: Outcome) -> tuple[int, str]:
    """Return the scale and the unit of differences: shares differ by percentage points."""
    return (100, " points") if outcome.unit == "share" else (1, f"\u00a0{outcome.unit}")


def percent(share: float) -> str:
    """Return a share as a percentage.

    >>> percent(0.241).replace(chr(160), " ")
    '24 %'
    """
    return "under\u00a00.01\u00a0%" if 0 < share < 0.00005 else f"{digits(100 * share)}\u00a0%"


def digits(value: float) -> str:
    """Return a number with the digits that mean something beside judged inputs: 12, 3.1, 0.8, 0.05, 0."""
    size = abs(value)
    if size < 0.005 or not math.isfinite(value):
        return f"{abs(value):.0f}"
    return f"{value:.{0 if size >= 9.95 else 1 if size >= 0.095 else 2}f}"


def number_word(number: int) -> str:
    """Return a small number as a word, a large one in digits.

    >>> number_word(4), number_word(85_000)
    ('four', '85,000')
    """
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def join_words(parts: list[str], last: str = "and") -> str:
    """Return 'a, b and c'."""
    between = f"{last} " if last.startswith(",") else f" {last} "
    return between.join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def capitalize(text: str) -> str:
    """Return text with its first letter made a capital."""
    return text[:1].upper() + text[1:]
