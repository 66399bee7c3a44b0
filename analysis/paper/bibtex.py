"""Sources as BibTeX, with the fields that the text of a source states and no others.

A source is one line of text: `author (year), title, publisher or journal`. A line of that form gives its authors and
year; it gives a journal or publisher if it ends with a journal's volume or a university press. Any other line is a
title. Most authors appear by surname only, as in the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from sim.scenario.catalogue import Source
from sim.scenario.experiment import Experiment

ESSAY = "debate_2020"
"""Key of the two essays in scenarios/sources.yaml."""
AUTHORS, YEAR = "The Strait authors", 2026
TITLE = "Strait: an executable debate on Japan, Taiwan and deterrence"

DATED = re.compile(r"(?P<author>[^;()]+) \((?P<year>\d{4})\), (?!with |in )(?P<rest>.+)")
HEAD = re.compile(r"([^,(]+, )*[^,(]+ & [^,(]+,|[^,(]+[,(]")  # start of a line without a year after its authors
TITLED = r"(?P<title>.+), "
FORMS = {
    "article": (
        re.compile(TITLED + r"(?P<journal>[^,]+) (?P<volume>\d+)\((?P<number>\d+)\)(, (?P<pages>\d+-\d+))?"),
        re.compile(TITLED + r"(?P<journal>[^,]+), vol\. (?P<volume>\d+), issue (?P<number>\d+), (?P<publisher>.+)"),
    ),
    "book": (re.compile(TITLED + r"(?P<publisher>[^,]+ University Press)"),),
}


@dataclass(frozen=True)
class Work:
    """An entry of a bibliography, in plain text; each author as "surname, first names"."""

    key: str
    kind: str
    authors: tuple[str, ...]
    fields: dict[str, str]

    @property
    def label(self) -> str:
        """The reference in a sentence: 'Huth & Russett (1984)'."""
        surnames = tuple(name.partition(",")[0] for name in self.authors)
        names = surnames or (HEAD.match(self.fields["title"] + ",")[0].strip(" ,("),)  # type: ignore[index]
        label = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
        return f"{label} ({self.fields['year']})" if "year" in self.fields else label


def strait(version: str | None) -> Work:
    """Return the entry of Strait itself."""
    fields = {"title": TITLE, "year": str(YEAR), "howpublished": "Computer program"}
    return Work("strait", "misc", (AUTHORS,), fields | ({"note": f"Version {version}"} if version else {}))


def work(source: Source) -> Work | None:
    """Return the entry of a source; None for the project's own judgement or record, without year and address.

    >>> import sim
    >>> found = work(sim.load("debate").catalogue.sources["huth_russett_1984"])
    >>> found.kind, found.label, found.fields["journal"]
    ('article', 'Huth & Russett (1984)', 'World Politics')
    """
    if source.year is None and source.url is None:
        return None
    text, _, aside = source.cite.partition("; ")
    dated = DATED.fullmatch(text)
    kind, fields = "misc", {"title": text}
    authors: tuple[str, ...] = ()
    if dated and dated["year"] == str(source.year):
        authors = tuple(re.split(r", | & ", dated["author"]))
        fields["title"] = dated["rest"]
        for form, patterns in FORMS.items():
            for matched in (pattern.fullmatch(dated["rest"]) for pattern in patterns):
                if matched:
                    kind, fields = form, {name: value for name, value in matched.groupdict().items() if value}
    more = {"year": source.year, "url": source.url, "note": "; ".join(filter(None, (aside, source.note)))}
    return Work(source.name, kind, authors, fields | {name: str(value) for name, value in more.items() if value})


def works(exp: Experiment, names: Iterable[str], version: str | None) -> list[Work]:
    """Return the entries of Strait, the essays and these sources, each once, without the project's own."""
    sources = exp.catalogue.sources
    known = (work(sources[name]) for name in dict.fromkeys((ESSAY, *names)) if name in sources)
    return [strait(version), *(entry for entry in known if entry)]


def methods() -> dict[str, Work]:
    """Return the works on methods, by key, from literature.yaml beside this file; most say that they are from memory.

    >>> methods()["morris_1991"].label
    'Morris (1991)'
    """
    entries = yaml.safe_load(Path(__file__).with_name("literature.yaml").read_text(encoding="utf-8"))["works"]
    found = {}
    for key, entry in entries.items():
        note = {} if entry.pop("looked_up", False) else {"note": "from memory"}
        kind, authors = entry.pop("kind"), tuple(entry.pop("authors"))
        found[key] = Work(key, kind, authors, {name: str(text) for name, text in (entry | note).items()})
    return found


def text(entries: Iterable[Work]) -> str:
    r"""Return works as BibTeX: accents and signs escaped for LaTeX, capitals of titles protected.

    >>> print(text([Work("a_1999", "misc", ("Ōe", "R&D Board"), {"title": "Protégés, 50 %", "year": "1999"})]))
    @misc{a_1999,
      author = {{{\={O}}e} and {R{\&}D Board}},
      title = {{Prot{\'e}g{\'e}s, 50 {\%}}},
      year = {1999},
    }
    <BLANKLINE>
    """
    return "\n".join(map(_entry, entries))


def _entry(work: Work) -> str:
    names = (_latex(name) if "," in name else f"{{{_latex(name)}}}" for name in work.authors)
    fields = {"author": " and ".join(names)} if work.authors else {}
    for name, value in work.fields.items():
        fields[name] = value if name in ("url", "year") else _latex(value)
    fields["title"] = f"{{{fields['title']}}}"
    lines = (f"  {name} = {{{value}}}," for name, value in fields.items())
    return "\n".join([f"@{work.kind}{{{work.key},", *lines, "}", ""])


def _latex(plain: str) -> str:
    from pylatexenc.latexencode import unicode_to_latex

    escaped: str = unicode_to_latex(plain, replacement_latex_protection="braces-all", unknown_char_warning=False)
    return escaped
