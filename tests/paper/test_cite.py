"""`strait cite`: every name has a sentence and sound BibTeX; what is cited is what the files say, no more."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from typer.testing import CliRunner

from analysis.cli import main
from analysis.paper import bibtex, cite, explain, saved_figures
from sim.results import manifest
from sim.scenario.catalogue import Source

ROOT = Path(__file__).parents[2]
EXP = explain.everything()
SOURCES = EXP.catalogue.sources
WORKS = bibtex.works(EXP, SOURCES, "1.2.3")


def parsed(text: str, *, decoded: bool = True) -> dict[str, Any]:
    """Give the entries of a bibliography as a reader of BibTeX understands them, or as they are written."""
    found = parse_string(text, append_middleware=[LatexDecodingMiddleware()] if decoded else [])
    assert not found.failed_blocks
    return {entry.key: entry for entry in found.entries}


def cite_command(*words: str) -> str:
    result = CliRunner().invoke(main.app, ["cite", *words], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_reader_gets_every_field_back() -> None:
    entries, written = parsed(bibtex.text(WORKS)), parsed(bibtex.text(WORKS), decoded=False)
    assert list(entries) == [one.key for one in WORKS]
    for one in WORKS:
        fields = {name: field.value for name, field in entries[one.key].fields_dict.items()}
        if one.fields.get("url"):
            fields["url"] = written[one.key].fields_dict["url"].value  # an address is not LaTeX
        authors = fields.pop("author", "").split(" and ") if len(one.authors) == 1 else None
        assert {name: fields[name] for name in one.fields} == one.fields
        assert entries[one.key].entry_type == one.kind
        assert authors is None or " and ".join(authors) == one.authors[0]


def test_fields_make_the_line_again() -> None:
    """Nothing is lost from a source's text, and nothing is there that it does not say."""
    ends = {"article": "{title}, {journal} {volume}({number})", "book": "{title}, {publisher}", "misc": "{title}"}
    for one in WORKS[2:]:
        line = ends[one.kind].format(**one.fields)
        line += f", {one.fields['pages']}" if "pages" in one.fields else ""
        if one.authors:
            head = " & ".join(filter(None, (", ".join(one.authors[:-1]), one.authors[-1])))
            line = f"{head} ({one.fields['year']}), {line}"
        source = SOURCES[one.key]
        assert "; ".join(filter(None, (line, one.fields.get("note", "")))) == "; ".join(
            filter(None, (source.cite, source.note))
        )
        assert one.fields.get("url") == source.url
        assert one.fields.get("year") == (str(source.year) if source.year else None)


def test_known_forms() -> None:
    found = {one.key: one for one in WORKS}
    essay = found[bibtex.ESSAY]
    assert (essay.kind, essay.authors, essay.fields["journal"]) == ("article", ("Newsham", "Self"), "Debating Japan")
    assert found["jervis_1976"].fields["publisher"] == "Princeton University Press"
    assert found["benson_2011"].fields["title"].endswith("1816-2000")
    assert found["icb"].label == "Brecher, Wilkenfeld, Beardsley, James & Quinn"
    assert not found["us_japan_treaty_1960"].authors
    assert not {"judgement", "calibration", "calendar", "episodes", "memory"} & {*found}


def test_what_is_from_memory_is_said_wherever_a_source_is_shown() -> None:
    assert "(pages and DOI from memory)" in cite_command("force_hr_joint_involvement")
    assert "published online" in bibtex.text([one for one in WORKS if one.key == "glaser_weiss_christensen_2024"])


def test_a_year_that_is_not_the_sources_own_is_no_year_of_publication() -> None:
    found = bibtex.work(Source("x", "Somebody (1999), A Book, Cornell University Press", year=2001))
    assert found
    assert (found.kind, found.authors, found.fields["title"]) == (
        "misc", (), "Somebody (1999), A Book, Cornell University Press",
    )  # fmt: skip


@pytest.mark.parametrize("plain", ["100 % of R&D_x #1 $5 ~ b", "Protégés, Ōe, Łódź", r"a\b", "“it's” – Newsham’s"])
def test_signs_of_latex_are_escaped_and_come_back(plain: str) -> None:
    bib = bibtex.text([bibtex.Work("k", "misc", (), {"title": plain})])
    assert bib.isascii()
    assert parsed(bib)["k"].fields_dict["title"].value == plain
    assert not re.search(r"(?<!\\)[%&$#_~]", bib)


def test_braces_and_circumflexes_are_escaped() -> None:
    bib = bibtex.text([bibtex.Work("k", "misc", (), {"title": "{a} ^ b}"})])
    assert r"{{\{}a{\}} {\textasciicircum} b{\}}}" in bib


def test_the_readme_cites_strait_in_the_same_words() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"{bibtex.AUTHORS} ({bibtex.YEAR}), *{bibtex.TITLE}*" in readme


def test_the_citation_file_says_the_same() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (found["title"], found["authors"]) == (bibtex.TITLE, [{"name": bibtex.AUTHORS}])
    assert (found["version"], found["license"]) == (project["version"], project["license"])


@pytest.mark.parametrize("kind", explain.kinds(EXP))
def test_every_name_has_a_sentence(kind: str) -> None:
    for name, entry in explain.kinds(EXP)[kind].items():
        found = cite.bases(EXP, name)[kind]
        sentence = found.sentence(EXP, "1.2.3")
        assert sentence.startswith("Strait (The Strait authors, 2026, version 1.2.3)")
        assert all(mark in sentence for mark in found.paragraphs)
        assert all(cite.MARK.fullmatch(mark) for mark in found.paragraphs)
        own = getattr(entry, "source", ())
        assert {*own} <= {*cite.sources([found])}
        assert "  " not in sentence
        assert sentence.rstrip("”")[-1] in ".?!"


def test_a_parameter_is_cited_with_its_claim() -> None:
    entry = EXP.catalogue.parameters["us_or_japan_help"]
    claim = EXP.catalogue.claims[entry.claim or ""]
    found = cite.bases(EXP, entry.name)["parameters"]
    assert found.paragraphs == claim.paragraphs
    assert {*found.sources} == {*entry.source, *claim.source}
    assert ("verdict", claim.verdict) in found.evidence


def test_a_worldview_rests_on_the_claims_that_it_takes_a_side_on() -> None:
    found = cite.bases(EXP, "self")["worldviews"]
    view = next(one for one in EXP.worldviews if one.name == "self")
    claims = {claim.name: claim for claim in cite.claims_of(EXP, view)}
    assert "S7" in claims
    assert {*found.paragraphs} == {mark for claim in claims.values() for mark in claim.paragraphs}
    assert not cite.claims_of(EXP, next(one for one in EXP.worldviews if one.name == "neutral"))


def test_the_command_prints_evidence_sentence_and_bibliography() -> None:
    text = cite_command("n1")
    claim = EXP.catalogue.claims["N1"]
    for wanted in (*claim.paragraphs, claim.verdict, *(f"[{name}]" for name in claim.source)):
        assert wanted in text
    only = cite_command("N1", "--bibtex")
    assert list(parsed(only)) == ["strait", bibtex.ESSAY, *claim.source]
    assert only in text
    assert list(parsed(cite_command("strait", "--bibtex"))) == ["strait", bibtex.ESSAY]


@pytest.mark.parametrize(("name", "near"), [("us_intervene_prob", "us_intervenes_prob"), ("zzzzzz", "strait list")])
def test_an_unknown_name_is_rejected(name: str, near: str) -> None:
    result = CliRunner().invoke(main.app, ["cite", name])
    assert result.exit_code == 2
    assert near in result.output


def test_a_figure_is_cited_with_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        "run",
        "debate",
        "--trials",
        "20",
        "--seed",
        "77",
        "--start",
        "2026",
        "--policy",
        "both",
        "--worldview",
        "self",
    ]
    assert CliRunner().invoke(main.app, words).exit_code == 0
    text = cite_command("first_times_2026")
    path = Path("out/debate/figures/first_times_2026.svg")
    for wanted in ("20 trials per cell", "seed 77", "S¶4", saved_figures.caption(path)[:40]):
        assert " ".join(wanted.split()) in " ".join(text.split())
    assert cite_command("out/debate/figures/first_times_2026.png") == text
    near = CliRunner().invoke(main.app, ["cite", "first_time_2026"])
    assert (near.exit_code, "first_times_2026" in near.output) == (2, True)
    other = Path("out/other/figures")
    other.mkdir(parents=True)
    (other / path.name).write_bytes(path.read_bytes())
    several = CliRunner().invoke(main.app, ["cite", "first_times_2026"])
    assert several.exit_code == 2
    assert "out/other" in several.output.replace("\\", "/")
    loose = cite_command(str(other / path.name))
    assert "seed 77" not in loose
    assert f"version {manifest.installed_version('strait-wargame')}" not in loose
    (other / path.name).write_text("no figure")
    assert CliRunner().invoke(main.app, ["cite", str(other / path.name)]).exit_code == 2
