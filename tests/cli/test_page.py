"""`strait page`, as a user meets it."""

from __future__ import annotations

from pathlib import Path

from commands import Strait, assert_refused
from playing import needs_kernels


@needs_kernels
def test_page_writes_one_file_and_writes_it_again(strait: Strait) -> None:
    written = strait("page", "out/debate.html")
    assert written.exit_code == 0, written.output
    assert "Page: out/debate.html (" in written.output
    first = Path("out/debate.html").read_bytes()
    assert first.startswith(b"<!doctype html>")
    assert strait("page", "out/debate.html").exit_code == 0
    assert Path("out/debate.html").read_bytes() == first


def test_page_replaces_no_file_of_others(strait: Strait) -> None:
    Path("thesis.html").write_text("<p>mine</p>", encoding="utf-8")
    assert_refused(strait("page", "thesis.html"), "thesis.html exists, and strait page did not write it")
    assert Path("thesis.html").read_text(encoding="utf-8") == "<p>mine</p>"


def test_page_says_what_it_wants(strait: Strait) -> None:
    assert_refused(strait("page", "debate"), "give one file that ends in .html", "got debate")
    assert_refused(strait("page", "a.html", "b.html"), "give one file that ends in .html")
    assert_refused(strait("page", "missing.yaml", "a.html"), "missing.yaml")
