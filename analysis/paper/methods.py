"""The methods section of a paper for a folder of results: paragraphs, tables and a bibliography.

The paragraphs are in methods_text.md, beside this file; every value in them comes from the folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from math import comb
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures.captions import gap, join_words, margin, number_word, question_words
from analysis.paper import bibtex, cite, settings
from analysis.questions import finding, mechanisms, work
from analysis.questions.sensitivity import BELIEFS
from sim.errors import FolderError
from sim.results import disk, manifest, store
from sim.results.csv_tables import read_table
from sim.results.manifest import Manifest
from sim.results.result import Result
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Policy, Start, Worldview
from sim.statistics import intervals

FOLDER = "methods"
FILES = ("methods.md", "settings.csv", "parameters.csv", "references.bib")
BY_BLOCKS = ("claims", "crossover", "map", "flip", "sensitivity")  # whose intervals are `interval_over_blocks`
CITED = re.compile(r"@(\w+)")
Values = dict[str, Any]


def write(folder: Path, out: Path | None = None) -> Path:
    """Write methods.md, settings.csv, parameters.csv and references.bib for a folder of results.

    Parameters
    ----------
    folder
        The folder of a run, finished or not, or of another command: one with a manifest.
    out
        Where to write; by default `methods` in the folder, which `--fresh` later removes with the rest of a run.

    Returns
    -------
    Path
        The folder of the four files.

    Raises
    ------
    FolderError
        If the folder has no results or no manifest, or its run has no trial yet.
    """
    _check_manifest(folder)
    record = manifest.read(folder) or {}
    if "command" in record:
        exp = finding.read_experiment(Path(folder), record)
        text = page_of_question(exp, record)
    else:
        run = store.load_folder(folder, partial=True)
        exp, record = run.experiment, dict(run.manifest or {})
        text = page_of_run(run, record, folder)
    tables = settings.settings(exp, record, exp.trials), settings.parameters(exp)
    target = out or folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / name for name in FILES]
    for path, content in zip(paths, (text, *map(_csv, tables), bibtex.text(_works(exp, record, text))), strict=True):
        disk.save(path, content.encode())
    if out is None and "command" not in record:
        with suppress(FolderError):  # another process is writing the run, and keeps its own list of files
            store.add_files(folder, paths)
    return target


def page_of_run(result: Result, record: Manifest, folder: Path) -> str:
    """Return methods.md for a run; `record` is its manifest."""
    exp = result.experiment
    head = [] if _is_complete(record) else [_warn_unfinished(exp, record)]
    policies = _count(len(exp.policies), "policy for Japan", "policies for Japan")
    views = _count(len(exp.worldviews), "worldview", "worldviews")
    starts = _count(len(exp.starts), "start", "starts")
    subject = _paragraph(
        "run", policies=f"{policies} ({_titles(exp.policies)})", worldviews=f"{views} ({_titles(exp.worldviews)})",
        starts=f"{starts} ({_titles(exp.starts)})",
    )  # fmt: skip
    failed = f"{len(result.failures)} trials failed; their worlds are left out of every cell."
    cells, worlds = record["cells"], exp.trials // exp.lucks
    play = _paragraph(
        "play", cells=cells, trials=exp.trials, worlds=worlds, lucks=_count(exp.lucks, "luck", "lucks"),
        all_trials=cells * exp.trials, seed=record["seed"], level=intervals.LEVEL,
        failed_clause=f" {failed}" if len(result.failures) else "", compensators_clause=_compensators(_primary(exp)),
        least_worlds=intervals.MIN_WORLDS, few_events=intervals.FEW_EVENTS,
    )  # fmt: skip
    comparisons = [_comparisons(exp, record, folder)] if len(exp.policies) > 1 else []
    return _page(exp, record, subject, [play, *comparisons], head)


def page_of_question(exp: Experiment, record: Manifest) -> str:
    """Return methods.md for a command other than `strait run`; `record` is the manifest that it left."""
    name, values = QUESTIONS[record["command"]](exp, record, _design(exp, record))
    blocks = [_paragraph("blocks", few_events=intervals.FEW_EVENTS)] if name in BY_BLOCKS else []
    return _page(exp, record, _subject(exp, record), [_paragraph(name, **values), *blocks])


def _page(exp: Experiment, record: Manifest, subject: str, body: Sequence[str], head: Sequence[str] = ()) -> str:
    """Return the paragraphs and tables that every methods section has, round its subject and body."""
    step, number = exp.step_months, version(record)
    model = _paragraph(
        "model", version_clause=f", version {number}" if number else "", months=exp.months,
        pace="month by month" if step == 1 else f"in steps of {step:g} months",
    )  # fmt: skip
    entries, changed = exp.catalogue.parameters.values(), settings.changed(exp)
    off = [f"{sum(view.distributions[entry.name] != entry.neutral for entry in entries)} under “{view.title}”"
           for view in exp.worldviews]  # fmt: skip
    beliefs = _paragraph(
        "beliefs", parameters=len(entries), off_neutral=join_words(off),
        changed_clause=f" Set apart from the authors' readings: {join_words(changed)}." if changed else "",
    )  # fmt: skip
    versions = {name: number for name, number in record["versions"].items() if number}
    versions.pop(manifest.DISTRIBUTIONS[0], None)
    program = _paragraph(
        "program", python=versions.pop("python"), platform=record["platform"], days=days(record),
        libraries=join_words([f"{name} {number}" for name, number in versions.items()]),
        rules=record["rules_sha256"][:12],
    )  # fmt: skip
    tables = [
        "## Table 1. The policies", settings.policies_table(exp),
        "## Table 2. Parameters that a worldview does not take from the evidence", _paragraph("distributions"),
        settings.parameters_table(exp),
    ]  # fmt: skip
    texts = ["# Methods", *head, f"{model} {subject} {beliefs}", *body, program, _paragraph("no forecast"), *tables]
    return "\n\n".join(texts) + "\n"


@cache
def _paragraphs() -> Mapping[str, str]:
    """Return the texts of methods_text.md by their headings, each as one line."""
    text = Path(__file__).with_name("methods_text.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {name: " ".join(body.split()) for name, body in zip(sections[::2], sections[1::2], strict=True)}


def _paragraph(heading: str, **values: Any) -> str:
    return _paragraphs()[heading].format(**values)


def _clause(heading: str, **values: Any) -> str:
    """Return a paragraph that continues another one."""
    return " " + _paragraph(heading, **values)


def version(record: Manifest) -> str | None:
    """Return the version of Strait in a manifest, if it has one."""
    number: str | None = record["versions"].get(manifest.DISTRIBUTIONS[0])
    return number


def days(record: Manifest) -> str:
    """Return the days on which a run was played.

    >>> days({"started": "2026-11-22T18:50:40+00:00", "finished": "2026-11-23T01:00:00+00:00"})
    '2026-11-22 to 2026-11-23'
    """
    return " to ".join(dict.fromkeys(day[:10] for day in (record["started"], record["finished"]) if day))


def _check_manifest(folder: Path) -> None:
    """Reject tables of a command that left no manifest."""
    theirs = (folder / work.CACHE_FOLDER).is_dir() or any((folder / f"{name}.csv").exists() for name in QUESTIONS)
    if theirs and not (folder / manifest.MANIFEST).exists():
        raise FolderError(
            f"{folder}: there are tables of strait claims, crossover or the like, but no manifest with their version, "
            "seed and settings: the command was stopped, or an older Strait wrote them. Run the same command again; it "
            "uses the trials that are in the folder."
        )


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def _works(exp: Experiment, record: Manifest, text: str) -> list[bibtex.Work]:
    """Return Strait, the essays, the sources of every number that was played, and the methods that the page cites."""
    known = exp.catalogue
    levers = {name for policy in exp.policies for name in policy.levers}
    keys = [entry.source for entry in known.parameters.values()]
    keys += [entry.source for entry in known.quantities.values()]
    keys += [known.levers[name].source for name in levers]
    keys += [claim.source for claim in cite.claims_of(exp, *exp.worldviews)]
    names = {name for some in keys for name in some}
    works = bibtex.works(exp, [name for name in known.sources if name in names], version(record))
    methods = bibtex.methods()
    return [*works, *(methods[key] for key in dict.fromkeys(CITED.findall(text)) if key in methods)]


def _is_complete(record: Manifest) -> bool:
    return bool(record["status"] == "complete") and not record.get("share")


def _warn_unfinished(exp: Experiment, record: Manifest) -> str:
    share = record.get("share")
    what = f"This is part {share} of a run" if share else "This run is not finished"
    return f"**{what}: {exp.trials:,} of {record['trials']:,} trials of each cell are done.** Don't cite it yet."


def _comparisons(exp: Experiment, record: Manifest, folder: Path) -> str:
    margins = join_words([f"{margin(outcome)} in “{outcome.label}”" for outcome in _primary(exp)])
    text = _paragraph("comparisons", margins=margins)
    if not _is_complete(record):
        return text
    differences = read_table(folder / "differences.csv")
    main = differences[differences["simultaneous_low"].notna()]
    if main.empty:
        return text + _clause("single comparisons")
    half = ((main["simultaneous_high"] - main["simultaneous_low"]) / 2).groupby(main["outcome"]).max()
    widest = [f"± {gap(float(half[outcome.name]), outcome)} in “{outcome.label}”"
              for outcome in _primary(exp) if outcome.name in half]  # fmt: skip
    return text + _clause(
        "joint comparisons",
        joint=len(main),
        level=intervals.LEVEL,
        widest=join_words(widest),
        others=len(differences) - len(main),
    )


def _subject(exp: Experiment, record: Manifest) -> str:
    """Return which policies, outcomes and starts a question is about, how its dials work, and whose trials it uses."""
    outcomes, policies = _outcomes(exp, record), {policy.name: policy for policy in exp.policies}
    if record["command"] in ("robust", "worth", "mechanisms"):
        about = _paragraph("policies", count=len(policies), titles=_titles(exp.policies), labels=_labels(outcomes))
    else:
        first, second = (policies[name].title for name in record["asked"]["policies"])
        words = question_words(exp, *record["asked"]["policies"])
        asked = _paragraph("question", words=words) + " " if words else ""
        about = asked + _paragraph("contrast", first=first, second=second, labels=_labels(outcomes))
    starts = f"{'starts' if len(exp.starts) > 1 else 'start'} {_titles(exp.starts)}"
    means = "" if record["command"] == "variance" else _compensators(outcomes)
    dials = _clause("dials", base=_base(exp, record)) if finding.moves_dials(record) else ""
    run, played = record["run"], ""
    if run is not None:
        number = version(run)
        played = _clause(
            "earlier run", experiment=run["experiment"], trials=run["trials"], days=days(run),
            program=f"version {number}" if number else "Strait",
        )  # fmt: skip
    return f"{about}, from the {starts}, with seed {record['seed']}.{means}{played}{dials}"


def _design(exp: Experiment, record: Manifest) -> Values:
    """Return the sizes of a question's design, and words that most paragraphs need."""
    design: Values = record["design"]
    return design | {"base": _base(exp, record), "trials_each": f"{design['trials']:,} trials of each policy"}


Section = tuple[str, Values]
"""Heading of a paragraph, and its values."""


def _claims(exp: Experiment, record: Manifest, design: Values) -> Section:
    silent = f"; {_count(design['silent_claims'], 'other', 'others')} with the same numbers in both count 0"
    return "claims", design | {
        "silent_clause": silent if design["silent_claims"] else "",
        "others_clause": (
            " What the two differ in beyond any claim takes part as one more." if design["other_players"] else ""
        ),
        "pairs_count": _count(design["pairs"], "pair", "pairs"),
        "claims_count": _count(design["claims"], "claim takes", "claims take"),
        "coalitions": 2 ** design["themes"],
    }


def _crossover(exp: Experiment, record: Manifest, design: Values) -> Section:
    values = design | {"claims_list": join_words([*design["claims"]])}
    if "resamples" not in design:
        return "map", values
    traits = design["claims_by_traits"]
    return "crossover", values | {
        "dials_count": _count(len(design["claims"]), "dial", "dials"),
        "traits_clause": _clause("traits", names=join_words(traits)) if traits else "",
    }


def _flip(exp: Experiment, record: Manifest, design: Values) -> Section:
    return "flip", design


def _sensitivity(exp: Experiment, record: Manifest, design: Values) -> Section:
    kept, (low, high) = design["kept_inputs"], design["tornado_ends"]
    names = [f"{f'from {start}: ' if len(kept) > 1 else ''}{join_words(inputs)}" for start, inputs in kept.items()]
    return "sensitivity", design | {
        "kept": "; ".join(names),
        "kept_count": len(next(iter(kept.values()))),
        "ends": (
            "one end of its dial to the other"
            if design["over"] in BELIEFS
            else f"its {low:.0%} quantile to its {high:.0%} quantile"
        ),
    }


def _variance(exp: Experiment, record: Manifest, design: Values) -> Section:
    means = [entry for entry in _outcomes(exp, record) if entry.compensator]
    clause = f" Means of worlds are of the compensator where there is one ({_labels(means)})."
    return "variance", design | _worlds(exp, design) | {
        "policies": len(exp.policies), "means_clause": clause if means else "",
    }  # fmt: skip


def _discover(exp: Experiment, record: Manifest, design: Values) -> Section:
    bars = join_words([f"{margin(entry)} in “{entry.label}”" for entry in _outcomes(exp, record)])
    better = f"is better by more than {bars}" if design["beyond_margin"] else "is better, by however little"
    return "discover", design | {"better": better, "half": design["points"] // 2}


def _robust(exp: Experiment, record: Manifest, design: Values) -> Section:
    entries, first, places = exp.catalogue.outcomes, exp.policies[0].title, design["map_places"]
    kept = [f"“{entries[name].label}” within {level:g} ({entries[name].unit})"
            for name, level in design["keep"].items()]  # fmt: skip
    others = "every other" if kept else "each"
    return "robust", design | _worlds(exp, design) | {
        "limits": join_words([*kept, f"{others} outcome within what “{first}” expects of it"]),
        "map_clause": _clause("robust map", places=places) if places else "",
    }


def _worth(exp: Experiment, record: Manifest, design: Values) -> Section:
    low, *_, high = design["sizes"]
    return "worth", design | {"smallest": number_word(low), "largest": number_word(high)}


def _mechanisms(exp: Experiment, record: Manifest, design: Values) -> Section:
    contrasts = join_words([" minus ".join(pair) for pair in design["contrasts"]])
    return "mechanisms", design | {
        "mechanism_count": number_word(len(design["mechanisms"])),
        "names": join_words([mechanisms.WORDS[name] for name in design["mechanisms"]]), "contrasts_list": contrasts,
        "worldviews": _worlds(exp, {"lucks": exp.lucks})["worldviews"], "pairs": comb(len(design["mechanisms"]), 2),
    }  # fmt: skip


QUESTIONS: dict[str, Callable[[Experiment, Manifest, Values], Section]] = {
    "claims": _claims, "crossover": _crossover, "flip": _flip, "sensitivity": _sensitivity, "variance": _variance,
    "discover": _discover, "robust": _robust, "worth": _worth,
    "mechanisms": _mechanisms,
}  # fmt: skip
"""The paragraph of each command that leaves a manifest of its own."""


def _worlds(exp: Experiment, design: Values) -> Values:
    views = _count(len(exp.worldviews), "worldview", "worldviews")
    lucks = _count(design["lucks"], "luck", "lucks")
    return {"worldviews": f"{views} ({_titles(exp.worldviews)})", "lucks_count": lucks}


def _base(exp: Experiment, record: Manifest) -> str:
    """Return the worldview that holds where no dial is moved; of several, each by itself."""
    named = [view for view in exp.worldviews if view.name in record["asked"]["worldviews"]]
    return _titles(named) + (", each by itself" if len(named) > 1 else "")


def _compensators(outcomes: Sequence[Outcome]) -> str:
    compensated = [outcome for outcome in outcomes if outcome.compensator]
    return _clause("compensators", labels=_labels(compensated)) if compensated else ""


def _outcomes(exp: Experiment, record: Manifest) -> list[Outcome]:
    return [exp.catalogue.outcomes[name] for name in record["asked"]["outcomes"]]


def _primary(exp: Experiment) -> list[Outcome]:
    return [outcome for outcome in exp.catalogue.outcomes.values() if outcome.primary]


def _labels(outcomes: Sequence[Outcome]) -> str:
    return join_words([f"“{outcome.label}”" for outcome in outcomes])


def _titles(entries: Sequence[Policy | Worldview | Start]) -> str:
    return join_words([f"“{entry.title}”" for entry in entries])


def _count(count: int, singular: str, plural: str) -> str:
    """Return a number and what it counts.

    >>> _count(1, "luck", "lucks"), _count(2000, "luck", "lucks")
    ('1 luck', '2,000 lucks')
    """
    return f"{count:,} {singular if count == 1 else plural}"
