"""The back-test told and kept: two tables, a few sentences, and the folder of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from scipy.special import gammaincinv

from analysis.evidence.backtest import gains
from analysis.evidence.backtest.forecasts import FORECASTERS, SCORES, WORLDVIEWS
from analysis.evidence.backtest.gains import Gain
from analysis.evidence.backtest.rivals import RIVALS
from analysis.evidence.episodes import TARGETS
from sim.results.disk import save

if TYPE_CHECKING:
    from analysis.evidence.backtest.forecasts import Scored
    from analysis.evidence.episodes import Record

AUTHORS = (("newsham", "self"), ("newsham", "neutral"), ("self", "neutral"))
PAIRS = (*((view, rival) for view in WORLDVIEWS for rival in RIVALS), *AUTHORS)
WORDS = {
    "newsham": "Newsham's reading", "self": "Self's reading", "neutral": "neutral", "climatology": "climatology",
    "trigger_type": "trigger type", "ordered_logit": "ordered logit",
}  # fmt: skip
SAMPLES = dict(zip(gains.SAMPLES, ("all", "since March 2020"), strict=True))
BLANK = "–"
CAVEAT = (
    "The reading of the essays is ours, and where an author is silent his forecast is the neutral one. "
    "Only reactions are scored here; nothing is said of war."
)
FLATTERED = (
    "The model is not fitted here, but the numbers that it takes from the record were set by people who knew these "
    "episodes, so its gains over rivals that are fitted without them flatter it. Episodes it was not made from are the "
    "fairer test: strait backtest FILE."
)


class Table(NamedTuple):
    """A table for the screen or a page."""

    head: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The table as a page has it."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def levels(found: Scored) -> Table:
    """Mean scores of every forecaster, over all episodes and over those since the essays."""
    when = {one.name: one.start for one in found.episodes}
    head = ["mean score", *(f"{score}, {words}" for words in SAMPLES.values() for score in ("log", "Brier", "RPS"))]
    rows = []
    for name in FORECASTERS:
        row = [WORDS[name]]
        for sample in SAMPLES:
            table = found.scores[found.scores["forecaster"] == name]
            table = table[[sample == "all" or when[one] >= gains.ESSAYS for one in table["episode"]]]
            row += [BLANK if table.empty else f"{table[score].mean():.2f}".replace("-", "−") for score in SCORES]
        rows.append(row)
    return Table(head, rows)


def differences(gained: Sequence[Gain], measure: str = "log_score", pairs: Sequence[tuple[str, str]] = PAIRS) -> Table:
    """Mean gains of one score with intervals, and the smallest gain each sample would have shown."""
    head = ["gain of", "over"]
    for words in SAMPLES.values():
        head += [f"gain (95\u00a0% interval), {words}", f"smallest shown, {words}"]
    cells = {(one.sample, one.forecaster, one.against): one for one in overall(gained, measure)}
    rows = []
    for first, second in pairs:
        row = [WORDS[first], WORDS[second]]
        for sample in SAMPLES:
            one = cells.get((sample, first, second))
            row += [interval(one), _size(one.smallest_gain)] if one else [BLANK, BLANK]
        rows.append(row)
    return Table(head, rows)


def overall(gained: Iterable[Gain], measure: str = "log_score") -> list[Gain]:
    """Gains over both domains together, in one measure."""
    return [one for one in gained if (one.domain, one.measure) == ("both", measure)]


def markdown(found: Scored, gained: Sequence[Gain]) -> str:
    """The results as docs/backtest.md shows them."""
    durations = differences(gained, "duration", [("neutral", rival) for rival in RIVALS])
    parts = [levels(found).markdown(), "Log score:", differences(gained).markdown()]
    return "\n\n".join([*parts, "Log score of durations, on which the essays are silent:", durations.markdown()])


def lines(found: Scored, gained: Sequence[Gain], record: Record | None) -> Iterator[str]:
    """Sentences that say what the back-test shows; `record` where the shipped one is what was scored."""
    years = {f"{one.target} {one.start[:4]}" for one in found.episodes}
    n = len(found.episodes)
    scored = f"{n} episode was" if n == 1 else f"{n} episodes were"
    yield f"{scored} scored, in {len(years)} cluster{'s' * (len(years) > 1)}: a year at a target is one."
    if record:
        counts = [f"{one.episodes} at {one.target} ({one.per_year:.2f} a year, {one.low:.2f} to {one.high:.2f})"
                  for one in rates(record)]  # fmt: skip
        yield f"Not forecast, since nobody had provoked them: {' and '.join(counts)}."
    for sample, words in SAMPLES.items():
        here = [one for one in overall(gained) if one.sample == sample]
        rivals = [one for one in here if one.against in RIVALS]
        when = "over all episodes" if sample == "all" else words
        if rivals:
            yield f"Against the simple rivals, {when}: {_verdict(rivals)}"
        for one in here:
            if (one.forecaster, one.against) == ("newsham", "self"):
                yield f"Who called it better, {when}: {_better(one)}"
    if record:
        yield FLATTERED
    yield CAVEAT


def _verdict(gained: Sequence[Gain]) -> str:
    """Which gains can be told from luck, and how large one would have to be."""
    told = [f"{WORDS[one.forecaster]} over {WORDS[one.against]} {interval(one)}" for one in gained if one.told()]
    sizes = [one.smallest_gain for one in gained if one.smallest_gain is not None]
    shown = (
        f"this sample would show gains of {_size(min(sizes))} to {_size(max(sizes))}" if sizes else "too few clusters"
    )
    if all(one.low is None for one in gained):
        return f"too few clusters for an interval ({shown})."
    if not told:
        return f"no gain or loss that can be told from luck ({shown})."
    return f"{'; '.join(told)}. The other {len(gained) - len(told)} comparisons show nothing ({shown})."


def _better(one: Gain) -> str:
    if one.told():
        return f"{WORDS['newsham' if one.gain > 0 else 'self']}; Newsham's gain over Self is {interval(one)}."
    shown = f", and this sample would show {_size(one.smallest_gain)}" if one.smallest_gain is not None else ""
    return f"that cannot be told. Newsham's gain over Self is {interval(one)}{shown}."


def interval(one: Gain) -> str:
    """A gain with its interval: `+0.12 (−0.03 to +0.27)`."""
    if one.low is None or one.high is None:
        return _signed(one.gain)
    return f"{_signed(one.gain)} ({_signed(one.low)} to {_signed(one.high)})"


def _signed(value: float) -> str:
    """A number with its sign, to two places.

    >>> _signed(-0.031), _signed(-0.001)
    ('−0.03', '0.00')
    """
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


def _size(value: float | None) -> str:
    return BLANK if value is None else f"{value:.2f}"


class Rate(NamedTuple):
    """How often a year the PRC pressed a target that had done nothing: a row of rates.csv."""

    target: str
    episodes: int
    years: float
    per_year: float
    low: float
    high: float


def rates(record: Record) -> list[Rate]:
    """The rates of what nobody had provoked, each with the exact 95 % interval of a count (Garwood 1936)."""
    made = []
    for target in TARGETS:
        n, years = record.unprovoked.get(target, 0), record.years
        low, high = float(gammaincinv(n, 0.025)) if n else 0.0, float(gammaincinv(n + 1, 0.975))
        made.append(Rate(target, n, years, n / years, low / years, high / years))
    return made


def write(
    found: Scored, gained: Sequence[Gain], record: Record, skipped: Iterable[tuple[str, str]], folder: Path
) -> None:
    """Write the tables of a back-test into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"scores": found.scores, "durations": found.durations, "forecasts": found.forecasts}
    tables["summary"] = pd.DataFrame(gained, columns=Gain._fields)
    tables["rates"] = pd.DataFrame(rates(record), columns=Rate._fields)
    tables["skipped"] = pd.DataFrame(list(skipped), columns=["episode", "reason"])
    for name, table in tables.items():
        save(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n").encode())
    save(folder / "table.md", f"{markdown(found, gained)}\n".encode())
