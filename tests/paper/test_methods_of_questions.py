"""`strait methods` for the folders of other commands than `strait run`: every figure comes from their manifests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bibtexparser.entrypoint import parse_string
from typer.testing import CliRunner

import sim
from analysis.cli import main
from analysis.paper import bibtex, methods
from sim.results import manifest

ROOT = Path(__file__).parents[2]

COMMANDS = {
    "claims": "claims --trials 400 --outcome use_of_force",
    "crossover": "crossover --claim N18 --claim N12 --trials 200 --outcome use_of_force --set switch.learning=off",
    "map": "crossover --claim N18 --claim S12 --map --trials 200 --outcome use_of_force",
    "flip": "flip --contrast both-status_quo --trials 200 --worldview self",
    "sensitivity": "sensitivity --trials 40 --trajectories 3 --points 16 --heaviest 2 --outcome use_of_force",
    "variance": "variance --trials 200 --seed 5",
    "discover": "discover --contrast both-status_quo --outcome prc_buildup_pct --points 64 --trials 20",
    "robust": "robust --trials 200 --lucks 4 --keep use_of_force=0.25",
    "mechanisms": "mechanisms --trials 100 --policy status_quo --policy both",
    "worth": "worth --points 1024 --trials 2 --policy both --policy interoperability",
}
MONTHS = {"claims": 12, "map": 12, "flip": 60}
"""Questions that play the debate in fewer months: the page says how they were worked out, whatever they found."""
DIALS = sum(1 for claim in sim.load("debate").catalogue.claims.values() if claim.readings)
EXPECTED = {
    "claims": [f"{DIALS} claims take part", "all 64 coalitions", "over 24 sampled orders", "rest on 2 blocks of trials",
               "28 pairs", "400 trials of each policy", "“If Newsham is right” and ", " under “If Self is right”",
               "owen_1977"],
    "crossover": ["2 dials of N18 and N12", "at both legal ends of its numbers",
                  "500 trials of each policy", "2,000 bootstrap",
                  "of 5 blocks",
                  "The numbers of N12 are chances", "apart from the authors' readings: switch.learning=off",
                  "fritsch_butland_1984", "efron_1979", "as under “The evidence”"],
    "map": ["dials of N18 and S12 together", "at 7 × 7 positions"],
    "flip": ["Starting from “If Self is right”", "the 12 claims that do most",
             "at most 70 of a size", "500 other trials"],
    "sensitivity": [f"{DIALS} inputs", "between none and all, uniformly and independently", "40 trials",
                    f"3 trajectories on 4 levels ({3 * (DIALS + 1)} rows)", "2 inputs",
                    "16 base points (64 rows) in 2 independently scrambled", "20 blocks", "200 times",
                    "from one end of its dial to the other, with all else as “The evidence” has it",
                    "400 trials", "morris_1991", "saltelli_2010", "owen_2007"],
    "variance": ["5 policies were played under 3 worldviews", "100 worlds with 2 lucks", "seed 5", "each of 50 blocks",
                 "searle_1992", "efron_stein_1981"],
    "discover": [f"all {DIALS} claims at 64 points", "of 32, each", "20 trials of each policy", "over 10 blocks",
                 "50% of the",
                 "depth 3", "5-fold", "friedman_fisher_1999", "bryant_lempert_2010", "clopper_pearson_1934"],
    "robust": ["“Use of force” within 0.25 (share)", "same 50 worlds of each worldview with 4 lucks", "500 bootstrap",
               "101 × 101 mixes", "200 in each cell", "compared 5 policies", "savage_1951", "gordy_juneja_2010"],
    "mechanisms": ["difference between two policies (both minus status_quo)", "among four mechanisms", "16 in all",
                   "deterrence, lost hope, anger and race and entrapment", "each of 6 pairs", "21 values",
                   "100 trials of each policy", "under 3 worldviews", "shapley_1953", "grabisch_roubens_1999"],
    "worth": [f"all {DIALS} claims were set at 1,024 points", "compared 2 policies", "2 trials of each policy",
              "between none and all, uniformly and independently",
              "up to degree 3", "in 5 parts", "200 bootstrap resamples", "of two to four", "strong_2014",
              "luedtke_vanderlaan_2016"],
}  # fmt: skip


def strait(folder: Path, words: str) -> Any:
    result = CliRunner().invoke(main.app, [*words.split(), "--no-figures", "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return result


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a folder of each command, small."""
    root = tmp_path_factory.mktemp("questions")
    for name, words in COMMANDS.items():
        if name in MONTHS:
            file = root / f"shorter_{name}.yaml"
            text = f"experiment: {file.stem}\ntitle: Shorter\nextends: debate\nmonths: {MONTHS[name]}\n"
            file.write_text(text, encoding="utf-8")
            words = words.replace(" ", f" {file} ", 1)
        strait(root / name, words)
    return {name: root / name for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_describes_the_method_of_each_question(folders: dict[str, Path], name: str) -> None:
    result = CliRunner().invoke(main.app, ["methods", str(folders[name])])
    assert result.exit_code == 0, result.output
    where = folders[name] / "methods"
    text, run = (where / "methods.md").read_text(encoding="utf-8"), manifest_of(folders[name])
    for words in (*EXPECTED[name], "[@strait]", "not a forecast", "(95%", f"seed {run['seed']}",
                  run["rules_sha256"][:12],
                  f"version {run['versions']['strait-wargame']}", f"numpy {run['versions']['numpy']}"):  # fmt: skip
        assert words in text, words
    titles = re.findall(r"^\| ([A-Z][^|]+?) \|", text.partition("## Table 2")[0], re.MULTILINE)
    assert len(titles) == (5 if name in ("variance", "robust") else 2)
    entries = parse_string((where / "references.bib").read_text(encoding="utf-8"))
    assert not entries.failed_blocks
    cited = {*re.findall(r"@(\w+)", text)}
    assert cited <= {*entries.entries_dict}
    assert {*bibtex.methods()} & {*entries.entries_dict} == cited - {"strait", "debate_2020"}
    rows = pd.read_csv(where / "settings.csv", keep_default_na=False).set_index("setting")["value"]
    assert rows["command"] == f"strait {run['command']}"
    assert rows["design, trials"] == str(run["design"]["trials"])
    assert {f"option, {option}" for option in run["options"]} <= {*rows.index}


def test_other_settings_make_another_text(folders: dict[str, Path], tmp_path: Path) -> None:
    strait(tmp_path, "variance --trials 600 --lucks 3 --outcome japan_gdp_loss_pct --start 2020 --seed 11")
    text = (methods.write(tmp_path) / "methods.md").read_text(encoding="utf-8")
    label = sim.load("debate").catalogue.outcomes["japan_gdp_loss_pct"].label
    for words in ("200 worlds with 3 lucks", "seed 11", f"“{label}”", "2020”"):
        assert words in text, words
    assert "November 2026" not in text


def test_numbers_are_the_manifests(folders: dict[str, Path], tmp_path: Path) -> None:
    run = manifest_of(folders["claims"])
    run["design"] |= {"orders": 4321, "themes": 3, "other_players": 1, "silent_claims": 2}
    run["versions"] |= {"strait-wargame": "9.8.7"}
    manifest.write(tmp_path, run | {"seed": 77})
    text = (methods.write(tmp_path) / "methods.md").read_text(encoding="utf-8")
    for words in ("4,321 sampled orders", "all 8 coalitions", "version 9.8.7", "seed 77",
                  "2 others with the same numbers",
                  "beyond any claim takes part"):  # fmt: skip
        assert words in text, words


def test_quantiles_where_numbers_were_varied(folders: dict[str, Path], tmp_path: Path) -> None:
    run = manifest_of(folders["sensitivity"])
    run["design"] |= {"over": "parameters", "tornado_ends": [0.05, 0.95], "kept_inputs": {"2020": ["a"], "2026": ["b"]}}
    manifest.write(tmp_path, run)
    text = (methods.write(tmp_path) / "methods.md").read_text(encoding="utf-8")
    assert "from its 5% quantile to its 95% quantile" in text
    assert "(from 2020: a; from 2026: b)" in text
    assert "All dials" not in text


def test_a_run_that_was_read_is_named(folders: dict[str, Path], tmp_path: Path) -> None:
    run = folders["robust"] / "run"
    assert manifest_of(folders["robust"])["run"]["folder"] == "run"
    for words in (f"variance {run} --outcome use_of_force", f"robust {run}"):
        folder = tmp_path / words.split()[0]
        strait(folder, words)
        found = manifest_of(folder)
        assert found["run"]["folder"] == run.as_posix()
        assert {name: found["run"][name] for name in ("seed", "trials", "lucks", "experiment")} == {
            "seed": 2020, "trials": 200, "lucks": 4, "experiment": "debate",
        }  # fmt: skip
        assert found["options"]["trials"] is None
        text = (methods.write(folder) / "methods.md").read_text(encoding="utf-8")
        assert "a run of the experiment debate, 200 in each cell" in text
        assert "same 50 worlds" in text or "in 50 worlds with 4 lucks" in text


def is_named(work: bibtex.Work, text: str) -> bool:
    """Whether a text names a work as "Hesterberg 2015", "Wilson's (1927)" or "Salmon et al. 2011"."""
    surname = re.escape(work.authors[0].partition(",")[0])
    return re.search(rf"{surname}\b[^;()]{{0,60}}\(?{work.fields['year']}\b", text) is not None


def test_every_command_has_its_paragraph_and_every_method_is_named() -> None:
    assert {*methods.QUESTIONS} == {words.split()[0] for words in COMMANDS.values()}
    page = Path(methods.__file__).with_name("methods_text.md").read_text(encoding="utf-8")
    named = {*re.findall(r"\[@(\w+)\]", page)}
    pages = [path.read_text(encoding="utf-8").replace("\n", " ") for folder in ("docs", "sim", "analysis")
             for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".md", ".py")]  # fmt: skip
    elsewhere = {key for key, one in bibtex.methods().items() if any(is_named(one, page) for page in pages)}
    assert named - {"key", "strait", "debate_2020"} <= {*bibtex.methods()}
    assert {*bibtex.methods()} <= named | elsewhere
    for one in bibtex.methods().values():
        assert one.authors
        assert {"title", "year"} <= {*one.fields}
        assert {"journal", "publisher"} & {*one.fields}
