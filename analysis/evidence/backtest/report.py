"""The results of a back-test as tables, sentences and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from scipy.special import gammaincinv

from analysis.evidence.backtest import gains
from analysis.evidence.backtest.forecasts import CHAINED, CHAINED_PAIRS, FORECASTERS, PAIRS, SCORES, Backtest
from analysis.evidence.backtest.gains import Gain
from analysis.evidence.backtest.rivals import RIVALS
from analysis.evidence.episodes import TARGETS, Record
from analysis.evidence.seen import load_seen
from sim.results.csv_tables import encode_csv
from sim.results.disk import save

LABELS = {
    "newsham": "Newsham's reading", "self": "Self's reading", "neutral": "the evidence", "climatology": "climatology",
    "trigger_type": "trigger type", "ordered_logit": "ordered logit",
    "climatology_before": "climatology, earlier years",
    "trigger_type_before": "trigger type, earlier years", "ordered_logit_before": "ordered logit, earlier years",
}  # fmt: skip
SAMPLES = dict(zip(gains.SAMPLES, ("all", "since March 2020", "ordinary steps"), strict=True))
BLANK = "–"
CAVEAT = (
    "The reading of the essays is ours. Where an author is silent, his worldview forecasts with the evidence. Only "
    "reactions are scored here, and no war."
)


class Table(NamedTuple):
    """A table for the screen or a page."""

    head: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The table in Markdown."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def score_table(backtest: Backtest) -> Table:
    """Mean scores of every forecaster, in every sample."""
    head = ["mean score", *(f"{score}, {label}" for label in SAMPLES.values() for score in ("log", "Brier", "RPS"))]
    chosen = {sample: [episode.name for episode in backtest.episodes if chooses(episode)]
              for sample, chooses in gains.SAMPLES.items()}  # fmt: skip
    rows = []
    for forecaster in (*FORECASTERS, *CHAINED):
        row = [LABELS[forecaster]]
        for sample in SAMPLES:
            table = backtest.scores[backtest.scores["forecaster"] == forecaster]
            table = table[table["episode"].isin(chosen[sample])]
            row += [BLANK if table.empty else f"{table[score].mean():.2f}".replace("-", "−") for score in SCORES]
        rows.append(row)
    return Table(head, rows)


def gain_table(backtest: Backtest, measure: str = "log_score", pairs: Sequence[tuple[str, str]] = PAIRS) -> Table:
    """Mean gains in one measure with intervals, and the smallest gain that each sample could show."""
    head = ["gain of", "over"]
    for label in SAMPLES.values():
        head += [f"gain (95\u00a0% interval), {label}", f"smallest shown, {label}"]
    cells = {(gain.sample, gain.forecaster, gain.against): gain for gain in backtest.gains_in_both_domains(measure)}
    rows = []
    for pair in pairs:
        row = [LABELS[name] for name in pair]
        for sample in SAMPLES:
            gain = cells.get((sample, *pair))
            row += [format_gain(gain), _format_size(gain.smallest_gain)] if gain else [BLANK, BLANK]
        rows.append(row)
    return Table(head, rows)


def markdown(backtest: Backtest) -> str:
    """The results as docs/model.md shows them."""
    durations = gain_table(backtest, "duration", [("neutral", rival) for rival in RIVALS])
    chained = gain_table(backtest, pairs=CHAINED_PAIRS)
    parts = [score_table(backtest).markdown(), "Log score:", gain_table(backtest).markdown()]
    parts += ["Log score, against rivals that know earlier years only:", chained.markdown()]
    return "\n\n".join([*parts, "Log score of durations, on which the essays are silent:", durations.markdown()])


def sentences(backtest: Backtest, record: Record, *, is_record: bool) -> Iterator[str]:
    """The results in sentences; `is_record` if the episodes of the record are those that were scored."""
    clusters = len({episode.cluster for episode in backtest.episodes})
    n = len(backtest.episodes)
    scored = f"{n} episode was" if n == 1 else f"{n} episodes were"
    yield f"{scored} scored, in {clusters} cluster{'s' * (clusters > 1)}. A cluster is a year at a target."
    if is_record:
        rates = [f"{rate.episodes} at {rate.target} ({rate.per_year:.2f} per year, {rate.low:.2f} to {rate.high:.2f})"
                 for rate in unprovoked_rates(record)]  # fmt: skip
        yield f"Episodes that the PRC began unprovoked are not forecast: {' and '.join(rates)}."
    overall = backtest.gains_in_both_domains()
    for sample, label in SAMPLES.items():
        over_rivals = [gain for gain in overall if gain.sample == sample and gain.against in RIVALS]
        scope = "all episodes" if sample == "all" else label
        over_chained = [gain for gain in overall if gain.sample == sample and gain.against in CHAINED]
        if over_rivals:
            yield f"The model against simple rivals, {scope}: {_summarize_gains(over_rivals)}"
            yield f"Against the same rivals with earlier years only, {scope}: {_summarize_gains(over_chained)}"
        for gain in overall:
            if (gain.sample, gain.forecaster, gain.against) == (sample, "newsham", "self"):
                yield f"Newsham against Self, {scope}: {_compare_authors(gain)}"
    yield _describe_seen(backtest, record)
    yield CAVEAT


def _describe_seen(backtest: Backtest, record: Record) -> str:
    """How many of the scored episodes were known to those who chose the model's numbers, by the register."""
    saw = {name for entry in load_seen().values() for name in entry.saw}
    months = {(episode.target, episode.start[:7]) for episode in record.episodes if episode.name in saw}
    known = sum((episode.target, episode.start[:7]) in months or episode.start[:7] in saw
                for episode in backtest.episodes)  # fmt: skip
    n = len(backtest.episodes)
    if not known:
        return "No number of the model was chosen from these episodes."
    return (
        f"{known} of these {n} episodes were known to those who chose the model's numbers. So gains over rivals "
        "that do not know them are too large. docs/backtest.md lists which number saw which episode."
    )


def _summarize_gains(over_rivals: Sequence[Gain]) -> str:
    """Which gains are clear, and how large a true gain the sample mostly shows."""
    clear = [f"{LABELS[gain.forecaster]} over {LABELS[gain.against]} {format_gain(gain)}"
             for gain in over_rivals if gain.is_clear()]  # fmt: skip
    power = _describe_power([gain.smallest_gain for gain in over_rivals if gain.smallest_gain is not None])
    if all(gain.low is None for gain in over_rivals):
        return f"too few clusters for an interval. {power}"
    if not clear:
        return f"no clear gain or loss. {power}"
    left = len(over_rivals) - len(clear)
    words = "comparison shows" if left == 1 else "comparisons show"
    rest = f"The other {left} {words} no clear difference. " * (left > 0)
    return f"{'; '.join(clear)}. {rest}{power}"


def _compare_authors(gain: Gain) -> str:
    if gain.is_clear():
        return f"{LABELS['newsham' if gain.gain > 0 else 'self']} forecast better. Newsham's gain: {format_gain(gain)}."
    power = "" if gain.smallest_gain is None else f" {_describe_power([gain.smallest_gain])}"
    return f"no clear difference. Newsham's gain: {format_gain(gain)}.{power}"


def _describe_power(sizes: Sequence[float]) -> str:
    """How large a true gain must be to be clear in four of five samples; a smaller one is clear in fewer of them."""
    if not sizes:
        return "Too few clusters to say how large a gain they would show."
    least, most = (_format_size(end(sizes)) for end in (min, max))
    span = least if least == most else f"{least} to {most}"
    return f"A true gain of {span} would be clear in four of five such samples, a smaller one in fewer."


def format_gain(gain: Gain) -> str:
    """A gain with its interval: `+0.12 (−0.03 to +0.27)`."""
    if gain.low is None or gain.high is None:
        return _format_signed(gain.gain)
    return f"{_format_signed(gain.gain)} ({_format_signed(gain.low)} to {_format_signed(gain.high)})"


def _format_signed(value: float) -> str:
    """A number with its sign, to two places.

    >>> _format_signed(-0.031), _format_signed(-0.001)
    ('−0.03', '0.00')
    """
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


def _format_size(value: float | None) -> str:
    return BLANK if value is None else f"{value:.2f}"


class Rate(NamedTuple):
    """How many times a year the PRC pressed a target that had done nothing: a row of rates.csv."""

    target: str
    episodes: int
    years: float
    per_year: float
    low: float
    high: float


def unprovoked_rates(record: Record) -> list[Rate]:
    """The rates of unprovoked episodes, each with the exact 95 % interval of a count (Garwood 1936).

    The limits are the two Poisson means at which a count as extreme as n has a chance of 2.5 %. They are quantiles of
    gamma distributions with the shapes n (lower) and n + 1 (upper).
    """
    rates = []
    for target in TARGETS:
        n, years = record.unprovoked.get(target, 0), record.years
        low, high = float(gammaincinv(n, 0.025)) if n else 0.0, float(gammaincinv(n + 1, 0.975))
        rates.append(Rate(target, n, years, n / years, low / years, high / years))
    return rates


def write_folder(folder: Path, backtest: Backtest, record: Record, skipped: Iterable[tuple[str, str]]) -> None:
    """Write the tables of a back-test into a folder, which is created if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"scores": backtest.scores, "durations": backtest.durations, "forecasts": backtest.forecasts}
    tables["summary"] = pd.DataFrame(backtest.gains, columns=Gain._fields)
    tables["rates"] = pd.DataFrame(unprovoked_rates(record), columns=Rate._fields)
    tables["skipped"] = pd.DataFrame(list(skipped), columns=["episode", "reason"])
    for name, table in tables.items():
        save(folder / f"{name}.csv", encode_csv(table.to_csv(index=False, lineterminator="\n")))
    save(folder / "table.md", f"{markdown(backtest)}\n".encode())
