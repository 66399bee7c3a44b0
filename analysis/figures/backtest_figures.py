"""Two figures of a back-test: what the evidence led one to expect beside what happened, and who gains over whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.evidence.backtest.forecasts import DOMAINS, WORLDVIEWS, Backtest
from analysis.evidence.backtest.gains import Gain
from analysis.evidence.backtest.report import CAVEAT, LABELS, SAMPLES
from analysis.evidence.backtest.rivals import RIVALS
from analysis.evidence.episodes import Episode
from analysis.figures import style
from analysis.figures.captions import percent
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_sheet
from analysis.figures.text import wrap_text

NO_REACTION = "#f0f0f0"
BAR = 0.26  # inches
HAPPENED: dict[str, Any] = {"marker": "D", "linestyle": "none", "color": "white", "markeredgecolor": style.INK}
HAPPENED |= {"markersize": 8, "markeredgewidth": 1.6, "clip_on": False, "zorder": 5}


def draw_backtest(backtest: Backtest) -> Iterator[CaptionedFigure]:
    """Yield both figures of a back-test that has episodes."""
    yield draw_forecasts(backtest)
    yield draw_gains(backtest)


def draw_forecasts(backtest: Backtest) -> CaptionedFigure:
    """Draw the evidence's forecast of each episode as a bar cut by rung, and a mark where it went."""
    episodes = sorted(backtest.episodes, key=lambda episode: (episode.target, episode.start))
    labels, groups = _labels(episodes)
    places, heights = style.place_rows(labels)
    caption = _forecast_caption(backtest)
    figure = make_sheet(
        title="What did the model expect, and what happened?",
        under="Each bar is the forecast by the evidence of the PRC's reaction, cut by how far it goes; the diamond "
        "marks what happened.",
        caption=caption,
        facts=_facts(backtest),
        body=float(heights.sum()) + 0.9,
        keys=_rung_keys(backtest),
    )
    panels = figure.subplots(1, 2, sharey=True)
    for axes, domain in zip(panels, DOMAINS, strict=True):
        rows = [place for place, group in zip(places, groups, strict=True) if not group]
        for place, episode in zip(rows, episodes, strict=True):
            _draw_forecast(axes, place, _chances(backtest, episode, domain), episode.rung(domain))
        style.set_heading(axes, f"{domain.capitalize()} reaction", 4)
        axes.set_xlim(0, 1)
        style.label_percent(axes.xaxis)
        style.label_rows(axes, labels, groups)
    return finish_figure("backtest_forecasts", figure)


def _labels(episodes: list[Episode]) -> tuple[list[str], list[bool]]:
    """Wrapped labels of rows, each target's name before its episodes, and which rows are such names."""
    labels, groups, target = [], [], ""
    for episode in episodes:
        if episode.target != target:
            target = episode.target
            labels.append(f"Target: {target}")
            groups.append(True)
        labels.append(wrap_text(f"{episode.start}\u2002{episode.happened}", 4.6, style.TICK))
        groups.append(False)
    return labels, groups


def _chances(backtest: Backtest, episode: Episode, domain: str) -> list[float]:
    table = backtest.forecasts
    keep = (table["episode"] == episode.name) & (table["domain"] == domain) & (table["forecaster"] == "neutral")
    return table[keep]["probability"].tolist()


def _draw_forecast(axes: Axes, place: float, chances: list[float], observed: int) -> None:
    """Draw a forecast as a bar, and the mark in the middle of the part that came true."""
    height, left = BAR, 0.0
    for rung, chance in enumerate(chances):
        axes.barh(place, chance, height, left, **_fills()[rung])
        if rung == observed:
            axes.plot(left + chance / 2, place, **HAPPENED)
        left += chance


def _fills() -> dict[int, dict[str, Any]]:
    return {**style.rung_fills(6), 0: {"facecolor": NO_REACTION, "edgecolor": "white", "linewidth": 0.3}}


def _rung_keys(backtest: Backtest) -> list[Patch | Line2D]:
    """Entries of the key: what the parts of bars mean in each domain, as far as an answer can go."""
    keys: list[Patch | Line2D] = [Line2D([], [], **HAPPENED, label="what happened")]
    ladders = backtest.experiment.catalogue.rungs.values()
    table = backtest.forecasts[backtest.forecasts["forecaster"] == "neutral"]
    rungs = table.groupby(["episode", "domain"]).cumcount()
    highest = max(2, int(rungs[table["probability"] > 0].max()))
    for rung in range(highest + 1):
        names = [ladder[rung].name for ladder in ladders if rung < len(ladder)]
        keys.append(Patch(**{**_fills()[rung], "edgecolor": style.RULE}, label=" / ".join(dict.fromkeys(names))))
    return keys


def _forecast_caption(backtest: Backtest) -> str:
    table = backtest.forecasts[backtest.forecasts["forecaster"] == "neutral"]
    likeliest = table.loc[table.groupby(["episode", "domain"])["probability"].idxmax(), "observed"]
    least = table[table["observed"] == 1].nsmallest(1, "probability").to_dict("records")[0]
    when = next(episode.start for episode in backtest.episodes if episode.name == least["episode"])
    return (
        f"What the evidence made likeliest came true in {likeliest.sum()} of {len(likeliest)} forecasts. "
        f"Its greatest surprise was the {least['domain']} reaction of {when}: it gave that "
        f"{percent(least['probability'])}. On disputes over other things, and on what Taiwan does, all "
        "worldviews forecast the same but for the weight of trade; on Japan's ties with Taiwan they differ."
    )


def draw_gains(backtest: Backtest) -> CaptionedFigure:
    """Draw the mean gain in log score of each worldview over each rival, and of the authors over each other."""
    groups = [(view, tuple(RIVALS)) for view in WORLDVIEWS] + [("newsham", ("self",))]
    labels = [text for view, against in groups
              for text in (f"{LABELS[view].capitalize()} against", *(LABELS[name] for name in against))]  # fmt: skip
    places, heights = style.place_rows(labels)
    cells = {(gain.sample, gain.forecaster, gain.against): gain for gain in backtest.gains_in_both_domains()}
    shown = [sample for sample in SAMPLES if any(key[0] == sample for key in cells)]
    caption = _gain_caption(backtest.gains_in_both_domains())
    figure = make_sheet(
        title="Does the model forecast better than simple rules?",
        under="Mean gain in log score per forecast; above zero the first is better.",
        caption=caption,
        facts=_facts(backtest),
        body=float(heights.sum()) + 1.25,
        keys=_gain_keys(),
    )
    panels = figure.subplots(1, len(shown), sharey=True, sharex=True, squeeze=False)[0]
    for axes, sample in zip(panels, shown, strict=True):
        axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
        place = iter(places)
        for view, against in groups:
            next(place)
            for name in against:
                _draw_gain(axes, next(place), cells[sample, view, name])
        gain = cells[sample, "newsham", "self"]
        words = SAMPLES[sample][0].upper() + SAMPLES[sample][1:]
        style.set_heading(axes, f"{words}: {gain.episodes} episodes, {gain.clusters} clusters", 9 / len(shown))
        axes.set_xlabel("gain in log score\n← worse   better →", fontsize=style.TICK)
        style.label_rows(axes, labels, [text.endswith(" against") for text in labels])
    style.label_signed(panels[0].xaxis)
    return finish_figure("backtest_gains", figure)


def _draw_gain(axes: Axes, y: float, gain: Gain) -> None:
    """Draw one gain with its interval on the band of gains too small to be shown by this sample."""
    colour = (style.GOOD if gain.gain > 0 else style.BAD) if gain.is_clear() else style.GREY
    if gain.smallest_gain is not None:
        axes.barh(y, 2 * gain.smallest_gain, 0.2, -gain.smallest_gain, color=style.PALE, zorder=0)
    if gain.low is not None and gain.high is not None:
        axes.hlines(y, gain.low, gain.high, color=colour, linewidth=3.0)
    axes.plot(gain.gain, y, "o", color=colour, markersize=7.5)


def _gain_keys() -> list[Patch | Line2D]:
    dots = ((style.GOOD, "better"), (style.BAD, "worse"), (style.GREY, "may be luck"))
    return [
        *(Line2D([], [], marker="o", linewidth=3, markersize=8, color=colour, label=words) for colour, words in dots),
        Patch(color=style.PALE, label="gains that fewer than 4 in 5 such samples would show"),
    ]


def _gain_caption(gained: Sequence[Gain]) -> str:
    counts = []
    for sample, words in SAMPLES.items():
        here = [gain for gain in gained if gain.sample == sample and gain.against in RIVALS]
        if here:
            clear = [gain.gain > 0 for gain in here if gain.is_clear()]
            counts.append(f"{sum(clear)} better and {len(clear) - sum(clear)} worse of {len(here)} ({words})")
    return f"Clearly apart from simple rules: {', '.join(counts)}. {CAVEAT}"


def _facts(backtest: Backtest) -> tuple[str, ...]:
    exp = backtest.experiment
    return (f"{len(backtest.episodes)} episodes", f"{exp.trials:,} worlds each", f"seed {exp.seed}")
