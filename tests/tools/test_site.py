"""The web site: every link and anchor leads somewhere, nothing is fetched from elsewhere, and everyone can read it."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from commands import assert_refused
from page_in_browser import needs_browser, resize, watch
from playing import needs_kernels
from playwright.sync_api import Browser
from typer.testing import CliRunner

from sim.errors import FolderError
from tools import __main__, site

ROOT = Path(__file__).parents[2]
STAND_IN = "<!doctype html><title>Simulator</title>"


class Links(HTMLParser):
    """The links, the pictures and styles, and the anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element names."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found["id"]} if "id" in found else set()
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag != "a":
            self.fetched += [found[name] for name in ("href", "src", "srcset", "data") if name in found]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, with a stand-in for the simulator."""
    out = tmp_path_factory.mktemp("web") / "site"
    site.build_site(ROOT, out, STAND_IN)
    return out


def read(built: Path) -> dict[str, Links]:
    """Return the links of every page, by its path in the site."""
    pages: dict[str, Links] = defaultdict(Links)
    for path in built.rglob("*.html"):
        pages[path.relative_to(built).as_posix()].feed(path.read_text(encoding="utf-8"))
    return pages


def test_every_link_and_anchor_leads_somewhere(built: Path) -> None:
    pages, checked = read(built), 0
    for name, page in pages.items():
        for address in (*page.links, *page.fetched):
            if address.startswith(("http:", "https:")):
                assert address in page.links, f"{name} fetches {address}"
                continue
            path, _, anchor = unquote(address).partition("#")
            file = (built / name).parent / path if path else built / name
            assert file.resolve().is_file(), f"{name}: {address}"
            assert file.resolve().is_relative_to(built.resolve()), f"{name}: {address} leaves the site"
            if anchor:
                target = file.resolve().relative_to(built.resolve()).as_posix()
                assert anchor in pages[target].anchors, f"{name}: {address}"
            checked += 1
    assert checked > 1000


def test_every_page_of_the_project_can_be_reached_from_the_first(built: Path) -> None:
    pages, seen, left = read(built), set(), ["index.html"]
    while left:
        name = left.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        for address in pages[name].links:
            path = address.partition("#")[0]
            if path and ":" not in path:
                left.append(((built / name).parent / path).resolve().relative_to(built.resolve()).as_posix())
    assert seen == set(pages)
    assert {f"docs/{path.stem}.html" for path in (ROOT / "docs").glob("*.md")} <= seen


def test_the_simulator_is_the_first_link_of_every_page(built: Path) -> None:
    for name, page in read(built).items():
        if name != site.SIMULATOR:
            first = next(address for address in page.links if not address.startswith("#"))
            assert ((built / name).parent / first).resolve() == (built / site.SIMULATOR).resolve()
    assert (built / site.SIMULATOR).read_text(encoding="utf-8") == STAND_IN


def test_every_page_is_listed_in_the_readme_under_its_group(built: Path) -> None:
    listed = read(built)["docs/model.html"].links
    for path in (ROOT / "docs").glob("*.md"):
        assert f"../docs/{path.stem}.html" in listed, f"{path.name} is in no list of README.md, under Where things are"


def test_the_same_project_gives_the_same_bytes(built: Path) -> None:
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    site.build_site(ROOT, built, STAND_IN)
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a](docs/no.md)", "README.md: docs/no.md: there is no such file"),
        ("[a](#nowhere)", "README.md: #nowhere: there is no heading nowhere in README.md"),
        ("[a](../secret.txt)", "README.md: ../secret.txt: there is no such file"),
        ("![a](https://example.org/a.png)", "README.md: the picture https://example.org/a.png is not in the project"),
    ],
)
def test_a_broken_link_is_one_located_error_and_nothing_is_written(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "secret.txt").write_text("no", encoding="utf-8")
    root = tmp_path / "project"
    root.mkdir()
    (root / "README.md").write_text(f"# Mine\n\n{text}\n", encoding="utf-8")
    with pytest.raises(FolderError) as error:
        site.build_site(root, tmp_path / "site", STAND_IN)
    assert str(error.value) == message
    assert not (tmp_path / "site").exists()


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderError, match="is not a site that was built before"):
        site.build_site(ROOT, tmp_path, STAND_IN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@needs_kernels
@pytest.mark.slow
def test_the_command_builds_it_with_the_simulator_in_it(tmp_path: Path) -> None:
    out = tmp_path / "site"
    told = CliRunner().invoke(__main__.app, ["site", "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert 'name="generator" content="strait page"' in (out / site.SIMULATOR).read_text(encoding="utf-8")
    (tmp_path / "other").mkdir()
    assert_refused(CliRunner().invoke(__main__.app, ["site", "--out", str(tmp_path / "other")]), "name another folder")


@pytest.mark.slow
@needs_browser
def test_everyone_can_read_it_at_every_width_in_both_themes(built: Path, browser: Browser) -> None:
    faults: list[str] = []
    page = browser.new_page()
    watch(page, faults, ("file:",))
    resize(page, 320, 640)
    for path in sorted(built.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [320, 320], path.name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name in ("index.html", "docs/validation.html", "docs/measured/index.html"):
            page.goto((built / name).as_uri())
            found = Axe().run(page, options={"preload": False})  # axe would read the style sheet itself
            assert not found.response["violations"], f"{name}, {scheme}: {found.generate_report()}"
    page.close()
    assert not faults
