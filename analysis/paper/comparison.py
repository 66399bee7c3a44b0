"""Two worldviews, policies, starts or experiments side by side, in words: where they stand, and on what they differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.figures.captions import capitalize, join_words
from analysis.paper import claim_words, explain
from sim.engine.beliefs import dialled_parameters
from sim.errors import QuestionError
from sim.results.manifest import differing_settings
from sim.scenario import loader
from sim.scenario.distributions import Distribution, Fixed
from sim.scenario.experiment import Experiment, Policy, Start, Worldview
from sim.scenario.files import PARTS, looks_like_path, read_file
from sim.scenario.messages import find_nearest, format_value, show_value
from sim.scenario.shipped import shipped_folder

KINDS = ("worldview", "policy", "start", "experiment")
MIDDLE = (0.05, 0.5, 0.95)
"""Quantiles by which a number is shown: the median, and the middle 90 per cent."""
COLUMNS = ("group", "name", "paragraphs", "about", "unit", "first", "second", "first_exact", "second_exact", "differs")
Row = tuple[str, ...]
Entry = Worldview | Policy | Start | Experiment


@dataclass(frozen=True)
class Comparison:
    """Two of one kind.

    Attributes
    ----------
    kind
        `worldview`, `policy`, `start` or `experiment`.
    titles, summaries
        Of the first and the second.
    table
        A row for each thing on which they may differ: `group` (a theme, `levers`, `quantities` and so on), `name`,
        `paragraphs` of the essays, `about` (a claim's question, a number's meaning), `unit`, `first` and `second` in
        words, `first_exact` and `second_exact` as in a scenario file, `differs`. In `first` and `second` a number is
        its median and the middle 90 % of its distribution.
    """

    kind: str
    titles: tuple[str, str]
    summaries: tuple[str, str]
    table: pd.DataFrame


def compare(names: Sequence[str], kind: str | None = None, experiment: str = "debate") -> Comparison:
    """Compare two worldviews, policies, starts or experiments.

    Parameters
    ----------
    names
        Two names, or paths of files.
    kind
        Needed only where both names exist as more than one kind.
    experiment
        The experiment whose catalogue, policies, worldviews and starts are known by name.

    Raises
    ------
    QuestionError
        If there are not two names, one is unknown, or they are of different kinds.
    ScenarioError
        If a file has faults.

    Examples
    --------
    >>> found = compare(["newsham", "self"])
    >>> found.table.set_index("name").loc["N1", "second"].partition(":")[0]
    'evidence (Self is silent)'
    """
    if len(names) != 2:
        raise QuestionError(f"name two things to compare, such as newsham self; got {len(names)}")
    kind, (a, b) = find_kind(names, kind, experiment)
    if kind == "experiment":
        first, second = loader.load(a), loader.load(b)
        return _comparison(kind, first, second, _experiment_rows(first, second))
    plural = PARTS[kind]
    exp, further = (loader.load(experiment, **{plural: [name]}) for name in (a, b))  # type: ignore[arg-type]
    one, other = (getattr(loaded, plural)[0] for loaded in (exp, further))
    return _comparison(kind, one, other, ROWS[plural](exp, one, other))


def find_kind(names: Sequence[str], kind: str | None, experiment: str) -> tuple[str, list[str]]:
    """Return the kind that all names share, and the names as they are spelt in it.

    Capitals, spaces, hyphens and underscores count alike. Raises QuestionError.

    >>> find_kind(["Direct-ties", "both"], None, "debate")
    ('policy', ['direct_ties', 'both'])
    """
    if kind and kind not in KINDS:
        raise QuestionError(f"there is no kind {kind}; the kinds are {', '.join(KINDS)}")
    known = _known_names(experiment)
    spelt = [_kinds_of(name, known, experiment) for name in names]
    shared = [each for each in KINDS if all(each in kinds for kinds in spelt) and kind in (None, each)]
    if len(shared) == 1:
        return shared[0], [kinds[shared[0]] for kinds in spelt]
    said = [f"{name} is {join_words([_article(each) for each in kinds])}"
            for name, kinds in zip(names, spelt, strict=True)]  # fmt: skip
    if shared:
        ways = " or ".join(f"--kind {each}" for each in shared)
        raise QuestionError(f"{'; '.join(dict.fromkeys(said))}: say which one you mean with {ways}")
    wanted = kind or next(iter(spelt[0]))
    plural = PARTS.get(wanted, "experiments")
    example = " and ".join(known[wanted][:2])
    raise QuestionError(f"{'; '.join(dict.fromkeys(said))}: name two of one kind, such as the {plural} {example}")


def _article(kind: str) -> str:
    return f"{'an' if kind == 'experiment' else 'a'} {kind}"


def _known_names(experiment: str) -> dict[str, list[str]]:
    """Return every name that a command takes, by kind."""
    exp, home = explain.everything(experiment), loader.find_experiment(experiment).parent
    known = {}
    for kind, plural in PARTS.items():
        if kind in KINDS:
            beside = {path.stem for path in (home / plural).glob("*.yaml")}
            known[kind] = sorted(beside | {entry.name for entry in getattr(exp, plural)})
    files = (*shipped_folder().glob("*.yaml"), *home.glob("*.yaml"))
    known["experiment"] = sorted({path.stem for path in files if _kind_of_file(path) == "experiment"})
    return known


def _kind_of_file(path: Path) -> str | None:
    document, _ = read_file(path, path.name, loose=True)
    return next((key for key in KINDS if document and key in document.data), None)


def _kinds_of(name: str, known: dict[str, list[str]], experiment: str) -> dict[str, str]:
    """Return the kinds in which there is such a name, each with its spelling there. Raises QuestionError."""
    if looks_like_path(name):
        path = Path(name)
        if not path.is_file():
            near = find_nearest(path.name, [other.name for other in path.parent.glob("*.yaml")])
            raise QuestionError(f"{name}: no such file" + (f"; nearest: {near}" if near else ""))
        if kind := _kind_of_file(path):
            return {kind: name}
        raise QuestionError(f"{name}: this file is no {', '.join(KINDS[:-1])} or {KINDS[-1]}; strait check {name}")

    def plain(text: str) -> str:
        return re.sub(r"[ _-]", " ", text.casefold())

    found = {kind: entry for kind, entries in known.items() for entry in entries if plain(entry) == plain(name)}
    if found:
        return found
    if others := explain.matches(explain.everything(experiment), name):
        raise QuestionError(f"{name} is in {others[0][0]}, which are not compared; strait explain {name} shows it")
    near = find_nearest(name, [entry for entries in known.values() for entry in entries])
    hint = f"nearest: {near}" if near else "strait list shows all names"
    raise QuestionError(f"no {', '.join(KINDS[:-1])} or {KINDS[-1]} is called {name}; {hint}")


def _comparison(kind: str, one: Entry, other: Entry, rows: Iterable[Row]) -> Comparison:
    table = pd.DataFrame([(*row, row[-2] != row[-1]) for row in rows], columns=list(COLUMNS))
    titles, summaries = (tuple(getattr(entry, name, "") for entry in (one, other)) for name in ("title", "summary"))
    return Comparison(kind, titles, summaries, table)  # type: ignore[arg-type]


def _worldview_rows(exp: Experiment, one: Worldview, other: Worldview) -> Iterator[Row]:
    """Yield each claim with a dial by theme, followed by its numbers; then the numbers of no such claim."""
    known, dialled = exp.catalogue, dialled_parameters(exp.catalogue)
    themes = dict.fromkeys(known.claims[name].theme for name in dialled)
    for theme in themes:
        for claim in (known.claims[name] for name in dialled if known.claims[name].theme == theme):
            words = [claim_words.stand_words(known, claim, view) for view in (one, other)]
            shown = [claim_words.shown_words(claim, view) for view in (one, other)]
            exact = [format_value([view.distributions[name].spec() for name in dialled[claim.name]])
                     for view in (one, other)]  # fmt: skip
            texts = [f"{text}. {capitalize(more)}." if more else text for text, more in zip(words, shown, strict=True)]
            yield theme, claim.name, ", ".join(claim.paragraphs), claim.question or claim.says, "", *texts, *exact
            for name in dialled[claim.name]:
                yield theme, name, "", known.parameters[name].meaning, known.parameters[name].unit, \
                    *_both_numbers(one.distributions[name], other.distributions[name])  # fmt: skip
    of_claims = {name for names in dialled.values() for name in names}
    for name, entry in known.parameters.items():
        if name not in of_claims:
            numbers = _both_numbers(one.distributions[name], other.distributions[name])
            yield "numbers of no claim", name, "", entry.meaning, entry.unit, *numbers


def _both_numbers(one: Distribution, other: Distribution) -> tuple[str, str, str, str]:
    return number_words(one), number_words(other), str(one), str(other)


def number_words(law: Distribution) -> str:
    """Return a distribution as its median and its middle 90 per cent.

    >>> from sim.scenario.distributions import parse_distribution
    >>> number_words(parse_distribution({"triangular": [0.25, 0.5, 0.75]}, (0.0, 1.0)))
    '0.5 (0.329 to 0.671)'
    """
    if isinstance(law, Fixed):
        return f"{law.value:.3g}"
    low, middle, high = law.ppf(np.array(MIDDLE))
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _policy_rows(exp: Experiment, one: Policy, other: Policy) -> Iterator[Row]:
    """Yield each lever with its depth, openness and month, then what Japan does under pressure."""
    start = exp.starts[-1]
    for name, lever in exp.catalogue.levers.items():
        settings = [policy.levers.get(name) for policy in (one, other)]
        at_start = f"as at the start ({explain.depths(start.levers[name])} in {start.title})"
        words = [explain.depths(setting) if setting else at_start for setting in settings]
        exact = [format_value({key: value for key, value in vars(setting).items() if value is not None})
                 if setting else "" for setting in settings]  # fmt: skip
        yield "levers", name, ", ".join(lever.paragraphs), lever.title, "", *words, *exact
    pressure = [policy.when_coerced for policy in (one, other)]
    yield ("under pressure", "when_coerced", "", "What Japan does when the PRC coerces it", "",
           *(text.replace("_", " ") for text in pressure), *pressure)  # fmt: skip


def _start_rows(exp: Experiment, one: Start, other: Start) -> Iterator[Row]:
    """Yield the date, each quantity and each lever."""
    yield "date", "date", "", "Month 0", "", one.date, other.date, one.date, other.date
    for name, entry in exp.catalogue.quantities.items():
        values = [f"{start.quantities[name]:g}" for start in (one, other)]
        yield "quantities", name, "", entry.meaning, entry.unit, *values, *values
    for name, lever in exp.catalogue.levers.items():
        levels = [explain.depths(start.levers[name]) for start in (one, other)]
        yield "levers", name, ", ".join(lever.paragraphs), lever.title, "", *levels, *levels


ROWS: dict[str, Callable[..., Iterator[Row]]] = {
    "worldviews": _worldview_rows, "policies": _policy_rows, "starts": _start_rows,
}  # fmt: skip
"""The rows of two parts of an experiment, by the key that lists such parts."""


def _experiment_rows(one: Experiment, other: Experiment) -> Iterator[Row]:
    """Yield every part that either has, the settings of both, and each entry of the catalogue that differs."""
    for plural in PARTS.values():
        entries = [{entry.name: entry for entry in getattr(exp, plural)} for exp in (one, other)]
        for name in dict.fromkeys([*entries[0], *entries[1]]):
            both = [found.get(name) for found in entries]
            title = next(entry.title for entry in both if entry)
            words = ["yes" if entry else "no" for entry in both]
            yield plural, name, "", title, "", *words, *words
            if all(both) and plural in ROWS:
                for row in ROWS[plural](one, *both):
                    if row[-2] != row[-1]:
                        yield f"{plural}: {name}", *row[1:]
    meanings = {"trials": "Trials of each combination", "lucks": "Trials in each world, each with its own luck",
                "months": "Months that are played", "step_months": "Months of one step",
                "seed": "Seed of worlds and luck"}  # fmt: skip
    for name, meaning in meanings.items():
        values = [f"{getattr(exp, name):g}" for exp in (one, other)]
        yield "settings", name, "", meaning, "", *values, *values
    for name in dict.fromkeys([*one.switches, *other.switches]):
        states = ["on" if exp.switches.get(name) else "off" for exp in (one, other)]
        meaning = next(exp.catalogue.switches[name].meaning for exp in (one, other) if name in exp.switches)
        yield "switches", name, "", meaning, "", *states, *states
    left = ("reference", "correlations", "events", "contrasts", "catalogue")
    there, here = ({key: exp.resolved()[key] for key in left} for exp in (one, other))
    for path, *values in differing_settings(there, here):
        words = ["nothing" if value is None else show_value(value) for value in values]
        yield path[0], ".".join(path[1:]) or path[0], "", "", "", *words, *map(format_value, values)
