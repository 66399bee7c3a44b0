"""The page joined: templates, styles, scripts, the printed rules and the experiment become one HTML text."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.page import content, translations
from analysis.page.source import read_source
from analysis.questions.javascript import print_rules
from sim.errors import QuestionError

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

HERE = Path(__file__).parent
WORKER = ("dials.js", "levers.js", "worker.js")
SCREENS = ("guess", "beliefs", "decides", "policies", "story", "play", "take")
"""In the order of their tabs. Each has a file .html and a file .js, and may have a file .css, in screens/."""
IN_CLASS = (*SCREENS, "classroom")
BEFORE_SCREENS = ("dials.js", "estimate.js", "say.js", "words.js", "experiment.js", "story.js", "engine.js",
                  "decide.js", "levers.js", "policies.js", "chart.js", "shell.js", "state.js", "seat.js")  # fmt: skip
LARGEST_BYTES = 1_500_000
GENERATOR = '<meta name="generator" content="strait page">'
"""By which a page is known."""


def scripts_of(screens: Sequence[str]) -> tuple[str, ...]:
    """Return the scripts of a page with these screens, in their order."""
    return (*BEFORE_SCREENS, *(f"screens/{name}.js" for name in screens), "app.js")


def build(exp: Experiment, name: str, *, in_class: bool = False) -> str:
    """Build the page of an experiment.

    Parameters
    ----------
    exp
        Whose policies, worldviews, starts and claims the page has.
    name
        Of the experiment, or the path of its file: an experiment that the page saves refers to it.
    in_class
        Whether the page is served by `strait class`: then it sends a guess and beliefs to the server that it is from.

    Returns
    -------
    str
        HTML that fetches nothing, but in a class; the same for the same input.

    Raises
    ------
    QuestionError
        For an experiment with one policy only, with a seed too large for JavaScript, or too large for one page.

    Examples
    --------
    >>> import sim
    >>> text = build(sim.load("debate", worldviews=["neutral"], starts=["2026"]), "debate")
    >>> text.startswith("<!doctype html>"), "https://" in text.split("<script")[0]
    (True, False)
    """
    screens = IN_CLASS if in_class else SCREENS
    rules = print_rules(exp)
    numbers, words = content.numbers(exp, rules), content.words(exp, read_source(name, exp))
    worker = _script('"use strict";', rules.text, *(_read(name) for name in WORKER))
    words["mark"] = hashlib.sha256((worker + _json(numbers)).encode()).hexdigest()[:8]
    script = _script('"use strict";', *(_read(name) for name in scripts_of(screens)))
    environment = _environment()
    style = environment.get_template("page.css").render(screens=screens)
    english, own = translations.read_english(), translations.translatable(words)
    strings = {
        code: {"name": translations.name_of(code), "page": translations.translate(code, english),
               "words": translations.translate(code, own) if code != translations.ENGLISH else {}}
        for code in translations.languages()
    }  # fmt: skip
    text = environment.get_template("page.html").render(
        title=_escaped(exp.title), screens=screens, in_class=in_class, style=style, style_hash=_hash(style),
        script=script, script_hash=_hash(script), worker=worker, numbers=_json(numbers), words=_json(words),
        strings=_json(strings), noscript=_escaped(english["frame.noscript"]),
    )  # fmt: skip
    if len(text.encode()) > LARGEST_BYTES:
        megabytes = len(text.encode()) / 1e6
        raise QuestionError(
            f"the page would have {megabytes:.1f} MB, more than {LARGEST_BYTES / 1e6}; take fewer policies or starts, "
            "or triangular instead of beta, normal and lognormal distributions"
        )
    return text


def build_join() -> str:
    """Build the page at the door of a class, which asks for the code of the room."""
    environment = _environment()
    script = _script('"use strict";', *(_read(name) for name in ("say.js", "join.js")))
    style = environment.get_template("page.css").render(screens=["classroom"])
    english = {key: text for key, text in translations.read_english().items() if key.startswith("join.")}
    strings = {code: translations.translate(code, english) for code in translations.languages()}
    return environment.get_template("join.html").render(
        style=style, style_hash=_hash(style), script=script, script_hash=_hash(script), strings=_json(strings),
        noscript=_escaped(english["join.noscript"]),
    )  # fmt: skip


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=False)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _script(*parts: str) -> str:
    """Scripts as one; nothing in it may end the element that it stands in."""
    return "\n".join(parts).replace("</script", "<\\/script")


def _json(data: Any) -> str:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
