"""Paragraphs that every methods section has: the model, what was set, the program, and what the results are not.

`[@key]` is a reference to references.bib.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.figures.captions import listed
from analysis.paper import settings
from sim.results import manifest

if TYPE_CHECKING:
    from sim.results.manifest import Manifest
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview

NO_FORECAST = (
    "The results are cases that follow from stated beliefs; they are not a forecast, and none of the shares is the "
    "probability of a war. Intervals hold what the number of trials leaves open, not whether the model or a belief is "
    "right. The worldviews are readings of two short essays, which their authors have not endorsed."
)
HOW_WRITTEN = "Triangular: lowest, likeliest, highest. Lognormal: median, 95th percentile. Normal: mean, sd."


def version(said: Manifest) -> str | None:
    """Version of Strait, as a manifest has it."""
    found: str | None = said["versions"].get(manifest.DISTRIBUTIONS[0])
    return found


def model(exp: Experiment, said: Manifest) -> str:
    """What Strait is, and which."""
    step, number = exp.step_months, version(said)
    each = "month by month" if step == 1 else f"in steps of {step:g} months"
    numbered = f", version {number}" if number else ""
    return (
        f"We used Strait [@strait]{numbered}, a simulation of the debate between Newsham and Self [@debate_2020] "
        f"in which China, Japan, the United States and Taiwan decide {each} over {exp.months} months."
    )


def beliefs(exp: Experiment) -> str:
    """What a worldview is, and what was set apart from the shipped readings."""
    entries = exp.catalogue.parameters.values()
    off = [
        f"{sum(view.distributions[entry.name] != entry.neutral for entry in entries)} under “{view.title}”"
        for view in exp.worldviews
    ]
    changed = settings.changed(exp)
    set_here = f" Set apart from the authors' readings: {listed(changed)}." if changed else ""
    return (
        f"A worldview gives each of {len(entries)} parameters a distribution; off their neutral ranges are "
        f"{listed(off)} (Table 2).{set_here} All parameters, with units and sources, are in parameters.csv, "
        "everything else that was set in settings.csv."
    )


def compensators(outcomes: Sequence[Outcome]) -> str:
    """Which outcomes are estimated by their compensators; with a space before it, or nothing."""
    found = [one for one in outcomes if one.compensator]
    return f" Compensators, expected counts added up as a trial goes on, estimate {labels(found)}." if found else ""


def program(said: Manifest) -> str:
    """On what it ran, and when."""
    versions = {name: number for name, number in said["versions"].items() if number}
    versions.pop(manifest.DISTRIBUTIONS[0], None)
    python = versions.pop("python")
    libraries = listed([f"{name} {number}" for name, number in versions.items()])
    return (
        f"It ran on Python {python} with {libraries} ({said['platform']}), {days(said)}. The rules' "
        f"sources have the SHA-256 {said['rules_sha256'][:12]}; the same version and settings give the same "
        "numbers again."
    )


def days(said: Manifest) -> str:
    """The days on which it was played.

    >>> days({"started": "2026-11-22T18:50:40+00:00", "finished": "2026-11-23T01:00:00+00:00"})
    '2026-11-22 to 2026-11-23'
    """
    return " to ".join(dict.fromkeys(day[:10] for day in (said["started"], said["finished"]) if day))


def tables(exp: Experiment) -> list[str]:
    """Both tables of the page, each under its heading."""
    return [
        "## Table 1. The policies", settings.policies_table(exp),
        "## Table 2. Parameters that a worldview does not leave neutral", HOW_WRITTEN, settings.parameters_table(exp),
    ]  # fmt: skip


def labels(outcomes: Sequence[Outcome]) -> str:
    """Outcomes as their tables call them."""
    return listed([f"“{one.label}”" for one in outcomes])


def titles(entries: Sequence[Policy | Worldview | Start]) -> str:
    """Policies, worldviews or starts by their titles."""
    return listed([f"“{entry.title}”" for entry in entries])


def counted(count: int, one: str, many: str) -> str:
    """A number and what it is of.

    >>> counted(1, "luck", "lucks"), counted(2000, "luck", "lucks")
    ('1 luck', '2,000 lucks')
    """
    return f"{count:,} {one if count == 1 else many}"
