"""The web site: the simulator and the pages of the project as one folder of static files, with every link checked."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from sim.errors import FolderError

HERE = Path(__file__).parent
SIMULATOR = "simulator.html"
HOME = "README.md"
PAGES = (HOME, "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md")
MARK = ".made-by-strait-site"
"""A file by which a folder is known as a site, so that building replaces no other folder."""
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class BrokenLinkError(FolderError):
    """Raised when a page of the site links to what does not exist."""


@dataclass(frozen=True)
class Page:
    """One page: its source and target from the root, its title, its tokens, and the anchors that links may name."""

    source: str
    target: str
    title: str
    tokens: list[Token] = field(repr=False)
    anchors: frozenset[str] = field(repr=False)


def build_site(root: Path, out: Path, simulator: str) -> list[str]:
    """Build the site of a project.

    Parameters
    ----------
    root
        The project: README.md, docs/ and what they link to.
    out
        The folder, new or built before; it is replaced.
    simulator
        The page of `strait page`.

    Returns
    -------
    list of str
        The files written, in order, by their paths in the folder.

    Raises
    ------
    FolderError
        If the folder exists and is no site, or a link leads nowhere; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     root = Path(folder)
    ...     _ = (root / "README.md").write_text("# Mine\\n\\nSee [below](#more).\\n\\n## More\\n")
    ...     build_site(root, root / "site", "<!doctype html>")
    ['.made-by-strait-site', '.nojekyll', 'index.html', 'simulator.html', 'site.css']
    """
    if out.exists() and not (out / MARK).exists():
        raise FolderError(f"{out} exists, and is not a site that was built before; name another folder")
    markdown = _parser()
    sources = [path for pattern in PAGES for path in sorted(root.glob(pattern))]
    pages = {page.source: page for page in (_read_page(markdown, root, path) for path in sources)}
    files: dict[str, bytes | Path] = {MARK: b"", ".nojekyll": b"", SIMULATOR: simulator.encode()}
    files["site.css"] = HERE / "site.css"
    for page in pages.values():
        files |= _resolve_links(root, page, pages)
    template = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True)
    groups = _contents(pages[HOME], {page.target: page.title for page in pages.values()})
    for page in pages.values():
        up = "../" * page.target.count("/")
        text = template.get_template("site.html").render(
            title=page.title, up=up, simulator=SIMULATOR, groups=groups, target=page.target,
            is_home=page.source == HOME, body=markdown.renderer.render(page.tokens, markdown.options, {}),
        )  # fmt: skip
        files[page.target] = text.encode()
    if out.exists():
        shutil.rmtree(out)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read_bytes() if isinstance(content, Path) else content)
    return sorted(files)


def _parser() -> MarkdownIt:
    """Return a parser of GitHub's Markdown; wide tables and code can be scrolled, also by the keyboard."""
    markdown = MarkdownIt("gfm-like", {"linkify": False, "html": True}).use(anchors_plugin, max_level=6)
    rules = markdown.renderer.rules  # type: ignore[attr-defined]
    rules["table_open"] = lambda *_: '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>\n'
    rules["table_close"] = lambda *_: "</table></div>\n"
    plain = rules["fence"]
    rules["fence"] = lambda *of: str(plain(*of)).replace("<pre>", '<pre tabindex="0">', 1)
    return markdown


def _read_page(markdown: MarkdownIt, root: Path, path: Path) -> Page:
    source = path.relative_to(root).as_posix()
    target = "index.html" if source == HOME else f"{source.removesuffix('.md')}.html"
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    for i, token in enumerate(tokens):
        if token.type == "th_open" and not tokens[i + 1].content:  # a corner without words is no heading
            token.tag = tokens[i + 2].tag = "td"
    heads = [(token, tokens[i + 1]) for i, token in enumerate(tokens) if token.type == "heading_open"]
    title = next((_plain_text(inline) for token, inline in heads if token.tag == "h1"), path.stem)
    return Page(source, target, title, tokens, frozenset(str(token.attrs["id"]) for token, _ in heads))


def _plain_text(inline: Token) -> str:
    return "".join(token.content for token in inline.children or ())


def _links(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each token with an address, and the attribute that holds it."""
    for token in tokens:
        if token.type == "link_open":
            yield token, "href"
        elif token.type == "image":
            yield token, "src"
        yield from _links(token.children or ())


def _resolve_links(root: Path, page: Page, pages: dict[str, Page]) -> dict[str, bytes | Path]:
    """Point the links of a page to files of the site, and return the further files that they need.

    Raises BrokenLinkError.
    """
    files: dict[str, bytes | Path] = {}
    here = posixpath.dirname(page.source)
    for token, attribute in _links(page.tokens):
        address = str(token.attrs[attribute])
        if OUTSIDE.match(address):
            if attribute == "src":
                raise BrokenLinkError(f"{page.source}: the picture {address} is not in the project")
            continue
        name, _, anchor = unquote(address).partition("#")
        wanted = posixpath.normpath(posixpath.join(here, name)) if name else page.source
        other = pages.get(wanted)
        if other and anchor and anchor not in other.anchors:
            raise BrokenLinkError(f"{page.source}: {address}: there is no heading {anchor} in {other.source}")
        path = root / wanted
        if other:
            target = other.target
        elif wanted.startswith("..") or not path.exists():
            raise BrokenLinkError(f"{page.source}: {address}: there is no such file")
        elif path.is_dir():
            inside = {entry.name: entry for entry in sorted(path.iterdir()) if entry.is_file()}
            files |= {f"{wanted}/{entry}": inside[entry] for entry in inside}
            files[target := f"{wanted}/index.html"] = _list_folder(wanted, [*inside])
        else:
            files[target := wanted if path.suffix else f"{wanted}.txt"] = path  # a browser shows .txt
        relative = posixpath.relpath(target, posixpath.dirname(page.target) or ".")
        token.attrs[attribute] = ("" if other is page else relative) + (f"#{anchor}" if anchor else "") or relative
    return files


def _list_folder(folder: str, names: list[str]) -> bytes:
    template = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True)
    up = "../" * (folder.count("/") + 1)
    text = template.get_template("site_folder.html").render(folder=folder, names=names, up=up, simulator=SIMULATOR)
    return text.encode()


def _contents(home: Page, titles: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the list of pages in the README, by group: (target, words), once its links are resolved.

    `titles` has each target's own title, which stands for the name of a file. A group is an item of a list that begins
    in bold, as in `* **Results**: [findings](docs/findings.md)`.
    """
    groups = []
    for i, token in enumerate(home.tokens):
        inline = home.tokens[i + 2] if token.type == "list_item_open" else None
        children = (inline.children or []) if inline else []
        if len(children) > 2 and children[1].type == "strong_open":
            links, href, words = [], "", ""
            for child in children:
                if child.type == "link_open":
                    href, words = str(child.attrs["href"]), ""
                elif child.type == "link_close" and href in titles:
                    links.append((href, titles[href] if words.endswith(".md") else words[:1].upper() + words[1:]))
                words += " " if child.type == "softbreak" else child.content
            groups.append((children[2].content, links))
    return [group for group in groups if group[1]]
