"""The arguments and options that commands share: one name, one metavar and one help text for each.

A command takes `experiment: Experiment = DEBATE` first, and any of the others by its type. The shell completes names
from the files that come with Strait.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

if TYPE_CHECKING:
    from sim.scenario import experiment as scenario

DEBATE = "debate"
SHIPPED = (DEBATE, "hindcast")


def shipped_files(kind: str) -> Callable[[str], list[str]]:
    """Complete a name from the files of a folder of scenarios, such as policies."""

    def complete(incomplete: str) -> list[str]:
        from sim.scenario.shipped import shipped_folder

        names = (path.stem for path in (shipped_folder() / kind).glob("*.yaml"))
        return sorted(name for name in names if name.startswith(incomplete))

    return complete


def shipped_entries(kind: str, prefix: str = "", section: str = "") -> Callable[[str], list[str]]:
    """Complete a name, or a prefix and a name, from the entries of a scenario file, such as claims.yaml."""

    def complete(incomplete: str) -> list[str]:
        from sim.scenario.shipped import shipped_folder

        text = (shipped_folder() / f"{kind}.yaml").read_text(encoding="utf-8").partition(f"\n{section or kind}:")[2]
        names = re.findall(r"^  ([A-Za-z][\w-]*):", text, flags=re.MULTILINE)
        return [prefix + name for name in names if (prefix + name).startswith(incomplete)]

    return complete


def complete_contrast(incomplete: str) -> list[str]:
    """Complete the key of a contrast, or two policies."""
    from sim.scenario.shipped import shipped_folder

    keys = re.findall(r"\bkey: (\w+)", (shipped_folder() / f"{DEBATE}.yaml").read_text(encoding="utf-8"))
    names = shipped_files("policies")("")
    pairs = (f"{first}-{second}" for first in names for second in names if first != second)
    return [name for name in (*keys, *pairs) if name.startswith(incomplete)]


def _complete_changes(incomplete: str) -> list[str]:
    kinds = {"claims": "claim.", "levers": "lever.", "switches": "switch.", "parameters": ""}
    return [name for kind, prefix in kinds.items() for name in shipped_entries(kind, prefix)(incomplete)]


def complete_experiment(incomplete: str) -> list[str]:
    """Complete the name of an experiment that comes with Strait."""
    return [name for name in SHIPPED if name.startswith(incomplete)]


def complete_name(incomplete: str) -> list[str]:
    """Complete the name of a claim, lever, parameter, outcome, policy, worldview, start or term."""
    files = [shipped_entries(kind) for kind in ("claims", "levers", "parameters", "outcomes", "switches")]
    folders = [shipped_files(kind) for kind in ("policies", "worldviews", "starts", "values")]
    return [name for complete in (*files, *folders, shipped_entries("glossary", section="terms"))
            for name in complete(incomplete)]  # fmt: skip


def _several(flag: str, text: str, default: str, complete: Callable[[str], list[str]]) -> Any:
    """Return an option that takes a name and can be repeated."""
    return Option(flag, metavar="NAME", help=f"{text}; repeat for more.", show_default=default, autocompletion=complete)


def one_of(kind: str, text: str, default: str) -> Any:
    """Return an option that takes the name of a file of a kind, such as policies."""
    return Option(metavar="NAME", help=text, show_default=default, autocompletion=shipped_files(kind))


def contrast_option(text: str, default: str) -> Any:
    """Return the option --contrast."""
    return Option("--contrast", metavar="KEY", help=text, show_default=default, autocompletion=complete_contrast)


def _set(forms: str) -> Any:
    """Return the option --set; `forms` says where its forms are listed."""
    text = f"Change one number, dial, lever or switch; repeat for more. {forms}"
    return Option("--set", metavar="KEY=VALUE", help=text, autocompletion=_complete_changes)


def outcomes_option(default: str) -> Any:
    """Return the type of the option --outcome; `default` says in words which outcomes are reported without it."""
    return Annotated[Names, _several("--outcome", "Report this outcome", default, shipped_entries("outcomes"))]


EXPERIMENT_HELP = "debate, which comes with Strait, or your experiment's file."
SEED_HELP = "Use other worlds and other luck."
OWN = "the experiment's"
_START_HELP = "Play from this start: a name or a file"
_TRIALS: dict[str, Any] = {"metavar": "N", "help": "Trials for each combination of policy, beliefs and start."}
_LUCKS: dict[str, Any] = {"metavar": "N", "help": "Trials in each world, each with its own luck."}
_WORLDVIEW_HELP = "The worldview for every number that the question leaves open."
_CONTRAST_HELP = "A key of `strait list contrasts`, or two policies A-B: A minus B."

Names = list[str] | None
Experiment = Annotated[str, Argument(metavar="EXPERIMENT", help=EXPERIMENT_HELP, autocompletion=complete_experiment)]
Set = Annotated[Names, _set("`strait run --help` lists the forms.")]
RunSet = Annotated[Names, _set("The forms are above.")]
Policies = Annotated[Names, _several("--policy", "Play this policy: a name or a file", OWN, shipped_files("policies"))]
Worldviews = Annotated[
    Names, _several("--worldview", "Play under this worldview: a name or a file", OWN, shipped_files("worldviews"))
]
Worldview = Annotated[str | None, one_of("worldviews", _WORLDVIEW_HELP, "the evidence")]
Starts = Annotated[Names, _several("--start", _START_HELP, OWN, shipped_files("starts"))]
LastStart = Annotated[Names, _several("--start", _START_HELP, "the last", shipped_files("starts"))]
Values = Annotated[Names, _several("--values", "Use these prices: a name or a file", OWN, shipped_files("values"))]
Trials = Annotated[int, Option("--trials", min=1, **_TRIALS)]
ExperimentTrials = Annotated[int | None, Option("--trials", show_default=OWN, **_TRIALS)]
Lucks = Annotated[int, Option("--lucks", min=2, **_LUCKS)]
ExperimentLucks = Annotated[int | None, Option("--lucks", show_default=OWN, **_LUCKS)]
Seed = Annotated[int | None, Option("--seed", metavar="N", help=SEED_HELP, show_default=OWN)]
Workers = Annotated[int | None, Option("--workers", metavar="N", min=1, help="Processors to use.", show_default="all")]
Contrast = Annotated[str | None, contrast_option(_CONTRAST_HELP, "ties_added, else the experiment's first")]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder for tables and figures.")]
Fresh = Annotated[bool, Option("--fresh", help="Replace the earlier results in that folder.")]
NoFigures = Annotated[bool, Option("--no-figures", help="Write the tables only.")]


def load_experiment(
    experiment: str = DEBATE,
    *,
    set_: list[str] | None = None,
    policy: list[str] | None = None,
    worldview: list[str] | None = None,
    start: list[str] | None = None,
    values: list[str] | None = None,
    **numbers: Any,
) -> scenario.Experiment:
    """Load the experiment that the options describe; say which files it uses, and what may not be meant in them.

    `numbers` are trials, lucks and seed.
    """
    from sim.scenario import checks, loader

    loaded = loader.load(
        experiment,
        set_=set_ or (),
        policies=policy or (),
        worldviews=worldview or (),
        starts=start or (),
        values=values or (),
        **numbers,
    )
    for note in filter(None, (describe_scenario_files(experiment), *checks.describe_surprises(loaded))):
        typer.echo(note, err=True)
    return loaded


def describe_scenario_files(experiment: str) -> str | None:
    """Say which scenario files an experiment, or another such file, uses; None where no other could be meant."""
    from sim.results import command_line
    from sim.scenario import loader
    from sim.scenario.shipped import own_catalogue, shipped_folder

    path, shipped = loader.find_experiment(experiment), shipped_folder().resolve()
    own, here = own_catalogue(path.parent), own_catalogue(Path())
    if own and own.resolve() != shipped:
        folder = own.resolve().name if set(own.parts) <= {".."} else own
        is_above = own.resolve() == path.resolve().parent.parent
        return f"Scenario files: those in {folder}" + ("." if is_above else f", beside {path.name}.")
    if here and here.resolve() != shipped:
        begin = " ".join([*(command_line.WORDS.get() or ())[:2], str(here / path.name)])
        way = f" To use those, begin with: {begin}" if (here / path.name).is_file() else ""
        return f"Scenario files: those that come with Strait, not those in {here.resolve().name}.{way}"
    is_shipped = path.resolve().is_relative_to(shipped)
    return None if is_shipped else "Scenario files: those that come with Strait."


def split_experiment(words: list[str] | None) -> tuple[str, list[str]]:
    """Separate the experiment, if the first word is one, from the words after it.

    >>> split_experiment(["mine.yaml", "N1"]), split_experiment(["hindcast", "levers"])
    (('mine.yaml', ['N1']), ('hindcast', ['levers']))
    >>> split_experiment(["grey-zone", "surge"]), split_experiment(None)
    (('debate', ['grey-zone', 'surge']), ('debate', []))
    """
    first, *rest = words or [DEBATE]
    is_experiment = first in SHIPPED or first.lower().endswith((".yaml", ".yml"))
    return (first, rest) if is_experiment else (DEBATE, [first, *rest])
