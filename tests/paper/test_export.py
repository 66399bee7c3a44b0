"""Exports are read back: the values of the run, in each form, with labels, and nothing overwritten or cut."""

from __future__ import annotations

import shutil
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.io.stata import StataReader
from pyarrow import csv
from typer.testing import CliRunner

import sim
from analysis.cli import main
from analysis.figures import style
from analysis.figures.captions import worldview_title
from analysis.figures.verdict_words import change
from analysis.paper import dictionary, export, workbook
from analysis.questions.compare import comparisons, means, primary
from sim.errors import FolderError
from sim.results import tables
from sim.results.result import Result
from sim.results.store import load_folder, write_folder

NAMES = list(export.TABLES)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small run of two parts; the second is short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.results.store.BLOCK_TRIALS", 20)
        folder = tmp_path_factory.mktemp("run") / "debate"
        exp = sim.load("debate", trials=30, starts=["2026"], policies=["direct_ties", "status_quo"])
        write_folder(exp, folder)
    return folder


@pytest.fixture(scope="module")
def result(run: Path) -> Result:
    return load_folder(run)


def of_run(result: Result, name: str) -> pd.DataFrame:
    """Give a table of the run."""
    found = getattr(result, name)
    table: pd.DataFrame = found() if name in ("summary", "differences") else found
    return table


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table with plain types, in order of its text and whole numbers: what every format can hold."""
    plain = {str(name): as_numbers(values) if is_number(values) else as_text(values)
             for name, values in frame.items()}  # fmt: skip
    keys = [name for name in plain if plain[name].dtype == object or name in ("trial", "world", "month", "rung")]
    return pd.DataFrame(plain).sort_values(keys, ignore_index=True, key=lambda column: column.fillna(""))


def is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers, or no and yes in their place."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return {*values.cat.categories} <= {"no", "yes"}
    return pd.api.types.is_numeric_dtype(values)


def as_numbers(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(str).map({"no": 0, "yes": 1})
    return values.astype("float64")


def as_text(values: pd.Series) -> pd.Series:
    text = values.astype(object)
    return text.where(text.notna(), None)


def read(kind: str, out: Path, name: str) -> pd.DataFrame:
    if kind == "csv":
        text = csv.ConvertOptions(column_types={"start": pa.string()}, strings_can_be_null=True)
        return pd.DataFrame(csv.read_csv(out / f"{name}.csv", convert_options=text).to_pandas())
    if kind == "parquet":
        return pd.read_parquet(out / f"{name}.parquet")
    if kind == "xlsx":
        frame = pd.read_excel(out, sheet_name=name, dtype={"start": str})
        blank = [name for name in tables.PAIR_TEXTS if name in frame and frame[name].isna().all()]
        return frame.assign(**dict.fromkeys(blank))  # without any verdict; pandas takes them for numbers
    frame = pd.read_stata(out / f"{name}.dta")
    names = pd.read_csv(out / "dictionary.csv").query("table == @name").set_index("name")["column"]
    return frame.rename(columns=names.to_dict())


@pytest.mark.parametrize("kind", export.FORMATS)
def test_an_export_holds_the_values_of_the_run(tmp_path: Path, run: Path, result: Result, kind: str) -> None:
    out = export.write(run, kind, tmp_path / ("all.xlsx" if kind == "xlsx" else "all"), names=NAMES)
    for name in NAMES:
        back, truth = ordered(read(kind, out, name)), ordered(of_run(result, name))
        assert list(back) == list(truth), name
        # Excel keeps 16 digits, all others every bit.
        pd.testing.assert_frame_equal(back, truth, check_dtype=False, check_exact=kind != "xlsx", rtol=1e-15)


@pytest.mark.parametrize("kind", export.FORMATS)
def test_every_column_is_in_the_dictionary(tmp_path: Path, run: Path, kind: str) -> None:
    out = export.write(run, kind, tmp_path / ("all.xlsx" if kind == "xlsx" else "all"), names=NAMES)
    if kind == "xlsx":
        known = pd.read_excel(out, sheet_name="dictionary", keep_default_na=False)
    else:
        known = pd.read_csv(out / "dictionary.csv", keep_default_na=False)
    for name in NAMES:
        rows = known[known["table"] == name]
        assert list(rows["column"]) == list(read(kind, out, name)), name
        assert not set(rows["label"]) & {""}
        assert min(map(len, rows["meaning"])) > 5
    trials = known[known["table"] == "trials"].set_index("column")
    assert [trials.at["use_of_force", of] for of in ("unit", "type", "values", "blank")] == [
        "share", "whole number", "0 = no, 1 = yes", "never",
    ]  # fmt: skip
    assert trials.loc["months_to_first_force", "blank"] == "without use_of_force"
    assert "status_quo = Status quo" in str(trials.loc["policy", "values"])
    worlds = known[known["table"] == "worlds"].set_index("column")
    assert [worlds.at["us_intervenes_prob", of] for of in ("unit", "values")] == ["probability", "0 to 1"]


def test_the_dictionary_is_true_of_every_value(run: Path, result: Result) -> None:
    """No value is outside what it allows, and no blank where it says never."""
    for name in NAMES:
        frame = ordered(of_run(result, name))
        frame_of_run = export._plain(
            getattr(result, name) if name in ("trials", "worlds", "rungs") else getattr(result, name)()
        )
        for entry in dictionary.entries(result.experiment, name, frame_of_run, {}):
            values = frame[entry.column]
            assert entry.blank != "never" or values.notna().all(), entry
            if " to " in entry.values and entry.type != "text":
                low, high = map(float, entry.values.split(" to "))
                assert values.dropna().between(low, high + 1e-6).all(), entry
            if entry.values == "0 or more":
                assert (values.dropna() >= 0).all(), entry


def test_stata_and_parquet_files_hold_labels(tmp_path: Path, run: Path) -> None:
    dta, parquet = (export.write(run, kind, tmp_path / kind, names=["trials"]) for kind in ("dta", "parquet"))
    with StataReader(dta / "trials.dta") as reader:
        labels, levels = reader.variable_labels(), reader.value_labels()
        assert reader.data_label == "Strait: debate, trials"
    assert labels["japan_gdp_loss_pct"] == "Japan's loss (% of GDP)"
    assert all(labels.values())
    assert levels["use_of_force"] == {0: "no", 1: "yes"}
    assert [*levels["policy"].values()] == ["direct_ties", "status_quo"]
    field = pq.read_schema(parquet / "trials.parquet").field("japan_gdp_loss_pct")
    assert field.metadata[b"unit"] == b"% of GDP"


def test_an_export_has_the_same_bytes_each_time(tmp_path: Path, run: Path) -> None:
    for kind in ("csv", "dta", "parquet"):
        a, b = (export.write(run, kind, tmp_path / f"{kind}{copy}") for copy in "ab")
        assert {path.name: path.read_bytes() for path in a.iterdir()} == {p.name: p.read_bytes() for p in b.iterdir()}


def test_an_excel_file_begins_with_what_people_read(tmp_path: Path) -> None:
    # With fewer than 100 trials there are no verdicts to colour.
    exp = sim.load("debate", trials=100, starts=["2026"], policies=["direct_ties", "status_quo"])
    write_folder(exp, tmp_path / "run")
    result = load_folder(tmp_path / "run")
    book = openpyxl.load_workbook(export.write(tmp_path / "run", "xlsx", tmp_path / "run.xlsx"))
    assert book.sheetnames == ["Results", "In words", "dictionary", "summary", "differences"]
    sheet = book["Results"]
    assert "Green: clearly better than open ties" in sheet["A3"].value
    head = [cell.value for cell in sheet[5]]
    assert head[:5] == ["Start", "Outcome", "Policy", "If Newsham is right", "95 % interval"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == (f"A5:I{sheet.max_row}", "D6")
    levels, versus = means(result.summary(), "2026"), comparisons(result.differences(), "2026")
    fills = {f"{degree}{side}": workbook._pale(colour, part)
             for side, colour in (("better", style.GOOD), ("worse", style.BAD))
             for degree, part in (("", workbook.CLEAR), ("a little ", workbook.SMALL))}  # fmt: skip
    seen, given = set(), []
    for cells in sheet.iter_rows(min_row=6):
        if cells[2].value is None:
            given.append(cells[1].value)
            continue
        label, name = cells[1].value, next(p.name for p in exp.policies if p.title == cells[2].value)
        outcome = next(o for o in exp.catalogue.outcomes.values() if workbook._label(exp, o) == label)
        assert bool(outcome.given) == bool(given) == ("given that" in label)
        for view, cell, interval in zip(exp.worldviews, cells[3::2], cells[4::2], strict=True):
            estimate, low, _ = levels[view.name, name, outcome.name]
            assert cell.value == (pytest.approx(estimate) if estimate == estimate else "too few to say")
            assert interval.value == "too few to say" if low != low else " to " in interval.value
            assert cell.number_format.endswith("%") == (outcome.unit == "share")
            if name != exp.policies[0].name:
                verdict = versus[view.name, outcome.name, name, exp.policies[0].name].verdict
                seen.add(verdict)
                if outcome.given:
                    verdict = ""  # these count other trials under each policy: no better, no worse
                wanted = fills.get(verdict, "#000000").removeprefix("#")
                assert cell.fill.fgColor.rgb.endswith(wanted if verdict in fills else "000000")
    assert len(seen) > 1
    assert given == [f"Only in trials with “{exp.catalogue.outcomes[name].label}”"
                     for name in sorted({o.given for o in exp.catalogue.outcomes.values() if o.given})]  # fmt: skip


def test_the_differences_are_put_into_words(tmp_path: Path, run: Path, result: Result) -> None:
    words = pd.read_excel(export.write(run, "xlsx", tmp_path / "run.xlsx"), sheet_name="In words", header=4)
    versus, exp = comparisons(result.differences(), "2026"), result.experiment
    assert len(words) == len(exp.worldviews) * len(primary(exp))
    for row in words.to_dict("records"):
        outcome = next(entry for entry in primary(exp) if entry.label == row["Outcome"])
        view = next(entry for entry in exp.worldviews if worldview_title(entry) == row["Whose beliefs"])
        comparison = versus[view.name, outcome.name, "direct_ties", "status_quo"]
        assert row["Question"] == "Do open ties help or hurt?"
        assert (row["Policy"], row["Instead of"]) == ("Open ties", "Status quo")
        assert row["What it changes"] == change(comparison, outcome)
        assert row["Difference"] == pytest.approx(comparison.difference * (100 if row["Unit"] == "points" else 1))


def test_a_single_policy_has_results_and_no_differences(tmp_path: Path) -> None:
    write_folder(sim.load("debate", trials=20, starts=["2026"], policies=["status_quo"]), tmp_path / "alone")
    book = openpyxl.load_workbook(export.write(tmp_path / "alone", "xlsx"))
    assert book.sheetnames == ["Results", "dictionary", "summary", "differences"]


def test_csv_has_a_byte_order_mark_where_it_is_not_ascii(tmp_path: Path) -> None:
    policy = tmp_path / "liaison.yaml"
    policy.write_text("policy: liaison\nextends: status_quo\ntitle: 聯絡官\n", encoding="utf-8")
    exp = sim.load("debate", trials=20, starts=["2026"], policies=["status_quo", str(policy)])
    write_folder(exp, tmp_path / "own")
    out = export.write(tmp_path / "own", "csv")
    for path in out.iterdir():
        content = path.read_bytes()
        assert content.startswith(BOM_UTF8) == (not content.isascii()), path.name
        assert "\ufeff" not in "".join(map(str, pd.read_csv(path).columns)), path.name
    assert "聯絡官" in (out / "dictionary.csv").read_text(encoding="utf-8-sig")


def test_long_names_are_shortened_and_never_alike() -> None:
    columns = ["x" * 40, "x" * 41, "x" * 30 + "_1", "short", *(f"{'y' * 40}{n}" for n in range(12))]
    names = export.shorten(columns)
    assert list(names) == columns
    assert len({*names.values()}) == len(columns)
    assert max(map(len, names.values())) <= 32
    assert names["short"] == "short"


def test_a_table_too_long_for_a_sheet_is_rejected(tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SHEET_ROWS", 150)
    with pytest.raises(FolderError, match=r"differences: \d+ rows, .* 149 below its header.*--table worlds"):
        export.write(run, "xlsx", tmp_path / "all.xlsx", names=["differences", "worlds"])
    assert not list(tmp_path.iterdir())
    export.write(run, "xlsx", tmp_path / "all.xlsx", names=["worlds"])


def strait(*words: object) -> Any:
    return CliRunner().invoke(main.app, ["export", *map(str, words)])


def test_nothing_is_overwritten_without_fresh(tmp_path: Path, run: Path) -> None:
    shutil.copytree(run, tmp_path / "debate")
    (tmp_path / "debate-csv").mkdir()
    (tmp_path / "debate-csv" / "mine.txt").write_text("mine", encoding="utf-8")
    assert strait(tmp_path / "debate", "--csv").exit_code == 0
    again = strait(tmp_path / "debate", "--csv", "--table", "summary")
    assert (again.exit_code, "--fresh replaces it" in again.stderr) == (2, True)
    assert strait(tmp_path / "debate", "--csv", "--table", "summary", "--fresh").exit_code == 0
    names = {path.name for path in (tmp_path / "debate-csv").iterdir()}
    assert names == {"mine.txt", "summary.csv", "dictionary.csv"}
    before = (run / "summary.csv").read_bytes()
    own = strait(run, "--csv", "--fresh", "--out", run)
    assert (own.exit_code, "there is a run in it" in own.stderr) == (2, True)
    assert (run / "summary.csv").read_bytes() == before
    assert strait(run, "--xlsx", "--out", run).exit_code == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "--csv, --xlsx, --dta or --parquet"),
        (["--csv", "--dta"], "Choose one form"),
        (["--csv", "--table", "trial"], "nearest: trials"),
    ],
)
def test_wrong_options_are_rejected(run: Path, words: list[str], why: str) -> None:
    result = strait(run, *words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert "no results here" in strait(run.parent / "nowhere", "--csv").stderr


def test_a_missing_library_is_reported_before_any_file_is_written(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(export, "import_module", without)
    result = strait(run, "--xlsx")
    assert result.exit_code == 2
    assert "xlsxwriter is not installed" in result.stderr
    assert "'.[export]'" in result.stderr
    assert not list(run.parent.glob("*.xlsx"))
