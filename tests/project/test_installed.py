"""The wheel, installed by itself: `strait` works in an empty folder, far from any checkout."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = "run debate --trials 20 --start 2026 --worldview self --policy status_quo --policy direct_ties"


@dataclass(frozen=True)
class Installed:
    """The installed command, and the empty folder that it is run in."""

    command: str
    site: Path
    folder: Path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.site), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [self.command, *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def pip(*words: str) -> None:
    """Run pip without any download."""
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout."""
    pytest.importorskip("pip", reason="an environment without pip")
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), ".")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def strait(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return `strait` as the wheel installs it."""
    site = tmp_path_factory.mktemp("site")
    pip("install", "--quiet", "--no-deps", "--no-index", "--target", str(site), str(wheel))
    command = shutil.which("strait", path=str(site / "bin"))
    assert command
    return Installed(command, site, tmp_path_factory.mktemp("empty"))


def test_the_wheel_carries_all_scenarios_and_nothing_else_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    scenarios = ROOT / "scenarios"
    shipped = {f"sim/_shipped/{path.relative_to(scenarios).as_posix()}" for path in scenarios.rglob("*.yaml")}
    assert shipped
    assert shipped <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sim", "analysis", "strait_wargame"}


def test_it_is_the_wheel_that_runs(strait: Installed) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "import sim.scenario.shipped; print(sim.scenario.shipped.shipped_folder())"],
        cwd=strait.folder,
        env={**os.environ, "PYTHONPATH": str(strait.site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(shown.stdout.strip()).resolve() == (strait.site / "sim" / "_shipped").resolve()


def test_a_run_from_end_to_end(strait: Installed) -> None:
    done = strait(*RUN.split(), "--out", "results")
    assert done.returncode == 0, done.stderr
    assert "It does not predict" in done.stdout
    folder = strait.folder / "results"
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "complete"
    with (folder / "differences.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] == "use_of_force"]
    assert [(row["policy_a"], row["policy_b"]) for row in rows] == [("direct_ties", "status_quo")]
    assert (folder / "summary.csv").stat().st_size
    assert list((folder / "trials.parquet").glob("*.parquet"))
    assert list((folder / "figures").glob("*.png"))


def test_explain_and_list(strait: Installed) -> None:
    assert "Newsham" in strait("explain", "N1").stdout
    assert "escorts" in strait("list", "levers").stdout
    unknown = strait("explain", "direct_tiez")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "direct_ties" in unknown.stderr


def test_check_of_a_broken_file(strait: Installed) -> None:
    (strait.folder / "mine.yaml").write_text("policy: mine\ntitle: Mine\nlevers: {escort: {depth: 2}}\n", "utf-8")
    done = strait("check", "debate", "mine.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mine.yaml:3:10" in done.stderr
    assert "nearest: escorts" in done.stderr
    assert "Traceback" not in done.stderr
    assert strait("check", "debate").returncode == 0
