"""The sheet of a run: one HTML page to hand in, with its results, its changed assumptions and how to repeat it."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.figures.captions import capitalize, join_words
from analysis.figures.figure_layout import FOOTER, print_svg
from analysis.figures.risk_cost_figure import COST, LOSSES_NOTE, RISK, draw_risk_panels, risk_sentence
from analysis.paper import claim_words, explain, run_summary
from analysis.questions.claim_readings import position_of
from analysis.questions.compare import means
from sim.engine.beliefs import dialled_parameters, dials_of, worldview_at
from sim.model import compiled
from sim.results import manifest
from sim.results.small_table import small_table
from sim.scenario.schema import AUTHORS, EVIDENCE

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment, Policy, Worldview

HERE = Path(__file__).parent
GENERATOR = '<meta name="generator" content="strait sheet">'
"""By which a sheet is known."""
ROOMY = 8  # policies and changes; with more the type is smaller, so that one page holds them
WITHOUT_EFFECT = {"--out": 1, "--workers": 1, "--cluster": 1, "--fresh": 0, "--no-figures": 0, "--with-unchanged": 0}
"""Options of `strait run` that change no number, and how many words follow each."""


def write_sheet(result: Result) -> str:
    """Return the sheet of a run as HTML.

    Parameters
    ----------
    result
        A run; from a folder (`sim.load_folder`) the sheet also has its command, version and rules.

    Returns
    -------
    str
        A page that fetches nothing and prints on one sheet of A4 or Letter; the same for the same run.

    Examples
    --------
    >>> import sim
    >>> text = write_sheet(sim.run(sim.load("debate", starts=["2026"], set_=["claim.N12=self"]), trials=100))
    >>> "does not predict" in text, "claim.N12=self: " in text
    (True, True)
    """
    exp, start, table = result.experiment, result.experiment.starts[-1], small_table(result)
    found, changes = run_summary.summarise_run(result), list_changes(exp)
    style = (HERE / "sheet.css").read_text(encoding="utf-8")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True)
    cells = [[*zip(*pair, strict=True)] for pair in zip(table.levels.values, table.verdicts.values, strict=True)]
    return environment.get_template("sheet.html").render(
        title=exp.title, setting=_setting_words(exp), findings=found.choices or found.worldviews,
        clarity=" ".join(found.clarity), caption=table.caption, views=[view.title for view in exp.worldviews],
        rows=[*zip((policy.title for policy in exp.policies), cells, strict=True)], **_figure(result, start.name),
        changes=changes, dense=len(exp.policies) + len(changes) > ROOMY,
        command=_command(result.manifest or {}), program=_program_words(result),
        caveat=FOOTER, style=style, style_hash=f"sha256-{hashed}",
    )  # fmt: skip


def _figure(result: Result, start: str) -> dict[str, str]:
    """Return risk against cost as SVG in base 64, what it shows in words, and the line under it; empty without both."""
    exp, summary = result.experiment, result.summary()
    if not {RISK, COST} <= exp.catalogue.outcomes.keys():
        return {"figure": "", "alt": "", "note": ""}
    levels = means(summary, start)
    alt = " ".join(risk_sentence(exp, levels, view) for view in exp.worldviews)
    picture = base64.b64encode(print_svg(draw_risk_panels(exp, summary, start))).decode()
    return {"figure": picture, "alt": f"Each policy by risk and cost. {alt}", "note": LOSSES_NOTE}


def list_changes(exp: Experiment) -> list[str]:
    """Return what differs from the shipped debate, a line each: every `--set`, then beliefs, policies and the rest.

    >>> import sim
    >>> list_changes(sim.load("debate", set_=["lever.escorts.depth=0.5"]))
    ["lever.escorts.depth=0.5: Joint escort of Taiwan's air force, in every policy."]
    >>> list_changes(sim.load("debate"))
    []
    """
    shipped = explain.everything()
    changes = [f"{text}: {_change_words(exp, text)}" for text in exp.changes]
    changes += filter(None, (_worldview_words(exp, view) for view in exp.worldviews))
    changes += filter(None, (_policy_words(exp, policy, shipped) for policy in exp.policies))
    names = {start.name for start in shipped.starts}
    changes += [f"Start of its own: {entry.title}." for entry in exp.starts if entry.name not in names]
    if own := [name for name, digest in exp.files.items() if shipped.files.get(name, digest) != digest]:
        changes.append(f"Scenario files of its own: {join_words([name.rpartition('/')[2] for name in own])}.")
    if exp.events:
        changes.append(f"Events that happen in every trial: {len(exp.events)}.")
    for name, on in exp.switches.items():
        if on != exp.catalogue.switches[name].default and f"switch.{name}" not in _changed_keys(exp):
            changes.append(f"Switched {'on' if on else 'off'}: {exp.catalogue.switches[name].meaning}")
    if (exp.months, exp.step_months) != (shipped.months, shipped.step_months):
        changes.append(f"{exp.months} months are played, in steps of {exp.step_months:g}.")
    return changes


def _changed_keys(exp: Experiment) -> list[str]:
    return [text.partition("=")[0].strip() for text in exp.changes]


def _change_words(exp: Experiment, text: str) -> str:
    """Return what a text after `--set` means."""
    known, (kind, *names) = exp.catalogue, text.partition("=")[0].strip().split(".")
    if not names:
        entry = known.parameters[kind]
        return f"{entry.meaning} The evidence: {entry.neutral} ({entry.unit})."
    name = names[0]
    if kind == "claim":
        claim, dial = known.claims[name], position_of(known, name, exp.worldviews[0])
        answer = claim_words.answer_words(claim, dial)
        reading = claim_words.whose_words(claim, dial)
        return f"{claim.question} {capitalize(reading)}{f': {_quoted(answer)}' * bool(answer)}."
    if kind == "lever":
        return f"{known.levers[name].title}, in every policy."
    return known.quantities[name].meaning if kind == "quantity" else known.switches[name].meaning


def _quoted(answer: str) -> str:
    return answer if "“" in answer else f"“{answer}”"


def _worldview_words(exp: Experiment, view: Worldview) -> str:
    """Return where a worldview departs from the nearest of Newsham's, Self's and the evidence, beside `--set`."""
    known, keys = exp.catalogue, {key.removeprefix("claim.") for key in _changed_keys(exp)}
    given = {name: view.distributions[name] for name, entry in known.parameters.items() if {name, entry.claim} & keys}
    departures = {}
    for word, title in [*AUTHORS.items(), (EVIDENCE, "the evidence")]:
        own = worldview_at(known, dials_of(known, word)).distributions | given
        standard = replace(view, distributions=own)
        moved = claim_words.moved_claims(known, view, standard)
        dialled = {name for names in dialled_parameters(known).values() for name in names}
        others = [name for name, entry in own.items() if name not in dialled and view.distributions[name] != entry]
        departures[title] = [*moved, *(f"{name}: {view.distributions[name]}" for name in others)]
    nearest = min(departures, key=lambda title: len(departures[title]))
    return f"Worldview “{view.title}”: as {nearest}, but {'; '.join(parts)}." if (parts := departures[nearest]) else ""


def _policy_words(exp: Experiment, policy: Policy, shipped: Experiment) -> str:
    """Return the levers of a policy of the user's own; of a shipped one, if its file was changed."""
    moved = {key.split(".")[1] for key in _changed_keys(exp) if key.startswith("lever.")}
    known = {other.name: other for other in shipped.policies}.get(policy.name)
    own = {name: setting for name, setting in policy.levers.items()
           if known is None or (name not in moved and known.levers.get(name) != setting)}  # fmt: skip
    if known and not own and policy.when_coerced == known.when_coerced:
        return ""
    groups: dict[str, list[str]] = {}
    for name, setting in own.items():
        groups.setdefault(explain.depths(setting), []).append(exp.catalogue.levers[name].title)
    levers = [f"{join_words(names)} ({how})" for how, names in groups.items()]
    return f"Policy “{policy.title}”: {'; '.join(levers) or 'all levers as at the start'}."


def _setting_words(exp: Experiment) -> str:
    years = f"{exp.months / 12:g} years" if exp.months >= 24 else f"{exp.months} months"
    return f"From {exp.starts[-1].title}, over {years}: {exp.trials:,} trials of each policy under each set of beliefs."


def _command(record: Mapping[str, Any]) -> str:
    """Return the command that plays the run again, without words that change no number; empty if none is known."""
    words: Sequence[str] = record.get("command_line") or ()
    if tuple(words[:2]) != ("strait", "run"):
        return ""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if name not in WITHOUT_EFFECT:
            kept.append(word)
        elif WITHOUT_EFFECT[name] and not value:
            next(rest, None)
    return shlex.join(kept)


def _program_words(result: Result) -> str:
    """Return the version, the seed, the trials and the mark of the rules."""
    exp, record = result.experiment, result.manifest or {}
    name = manifest.DISTRIBUTIONS[0]
    version = record.get("versions", {}).get(name) or manifest.installed_version(name)
    rules = record.get("rules_sha256") or compiled.hash_rules()
    lucks = f", {exp.lucks} lucks in each world" if exp.lucks > 1 else ""
    starts = join_words([start.title for start in exp.starts])
    again = " strait rerun repeats the folder and compares every byte." if record else ""
    return f"Strait {version}; seed {exp.seed}; {exp.trials:,} trials{lucks}; from {starts}; rules {rules[:12]}.{again}"
