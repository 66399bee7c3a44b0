"""The page as a file: one, self-contained, the same each time, readable in both themes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from page_in_node import ask
from playing import needs_kernels
from translating import needs_node
from typer.testing import CliRunner

from analysis.cli.main import app
from analysis.page import build, content
from analysis.page.source import read_source
from analysis.questions.javascript import print_rules
from sim.engine.beliefs import dialled_parameters
from sim.errors import QuestionError
from sim.scenario.loader import load

FOLDER = Path(build.__file__).parent


@pytest.fixture(scope="module", autouse=True)
def _quick_weights() -> Iterator[None]:
    """Weigh claims in few worlds: most of a page's time, and here only their own test looks at weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "weigh", partial(content.weigh, worlds=20))
        yield


@pytest.fixture(scope="module")
def text() -> str:
    """A page of one start and one worldview."""
    return build.build(load("debate", worldviews="neutral", starts="2026"), "debate")


@needs_kernels
def test_the_same_experiment_gives_the_same_bytes(text: str) -> None:
    assert build.build(load("debate", worldviews="neutral", starts="2026"), "debate") == text


@needs_kernels
def test_the_page_fetches_nothing_and_says_so(text: str) -> None:
    assert len(text.encode()) < build.LARGEST_BYTES
    assert not re.findall(r"\b(?:src|href)=|@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket|\bimport\(", text)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; ")
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "connect-src" not in policy
    assert "EventSource" not in text, "the class's script is on the class's page only"


@needs_kernels
def test_the_page_of_a_class_may_speak_to_its_server_only() -> None:
    page = build.build(load("debate", worldviews="neutral", starts="2026"), "debate", in_class=True)
    for text in (page, build.build_join()):
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy.startswith("default-src 'none'; ")
        assert "connect-src 'self';" in policy
        assert "unsafe-inline" not in policy
        assert not re.findall(r"\b(?:src|href)=|@import|url\(|\bimport\(", text.split("<script")[0])


@needs_kernels
def test_text_of_the_experiment_cannot_end_its_element(tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text(
        'experiment: evil\nextends: debate\ntitle: "</script><script>alert(1)</script> & <b>"\n', encoding="utf-8"
    )
    page = build.build(load(path, worldviews="neutral", starts="2026"), str(path))
    assert "<script>alert" not in page
    assert page.count("</script>") == 5
    words = json.loads(re.findall(r'id="words">(.*?)</script>', page, re.DOTALL)[0])
    assert words["title"] == "</script><script>alert(1)</script> & <b>"


@needs_kernels
def test_experiments_that_a_page_cannot_hold_are_refused() -> None:
    with pytest.raises(QuestionError, match="compares policies, and debate has one only: both"):
        build.build(load("debate", policies="both"), "debate")


@needs_kernels
def test_a_page_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LARGEST_BYTES", 100_000)
    with pytest.raises(QuestionError, match=r"would have \d\.\d MB, more than 0\.1; take fewer policies or starts"):
        build.build(load("debate", worldviews="neutral", starts="2026"), "debate")


def test_each_claim_with_a_dial_is_asked_and_answered() -> None:
    catalogue = load("debate").catalogue
    for name in dialled_parameters(catalogue):
        claim = catalogue.claims[name]
        assert claim.question.endswith("?"), name
        assert set(claim.answers) == {"neutral", *claim.readings}, name
        assert len(claim.question) <= 70, name
        assert all(parameter in dialled_parameters(catalogue)[name] for parameter in claim.shown), name


def test_each_policy_of_the_debate_has_a_plain_name() -> None:
    names = [policy.plain_name for policy in load("debate").policies]
    assert names[:3] == ["the status quo", "open ties", "integration with the US"]
    assert names[3:] == ["integration and open ties", "quiet ties"]


@needs_kernels
def test_weights_are_of_the_claim_alone() -> None:
    weights = content.weigh(load("debate", starts="2026"), worlds=60)
    assert weights["N1"] > 5
    assert weights["N2"] == 0  # what follows a fall changes neither force nor Japan's loss before it


@needs_node
def test_scripts_that_stand_together_share_no_name() -> None:
    for names in (build.scripts_of(build.IN_CLASS), build.WORKER):
        texts = [(FOLDER / name).read_text(encoding="utf-8") for name in names]
        declared = Counter(
            name for text in texts for name in re.findall(r"^(?:async )?(?:function|class) (\w+)", text, re.M)
        )
        assert not [name for name, count in declared.items() if count > 1]
        joined = '"use strict";' + "\n".join(texts)
        checked = subprocess.run(["node", "--check", "-"], input=joined, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb or #rgb (WCAG 2)."""
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return sum(weight * x for weight, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_and_marks_stand_out_in_both_themes() -> None:
    style = (FOLDER / "page.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+): (#\w+);", style.split(":root {")[1].split("}")[0]))
    dark = light | dict(re.findall(r"--([\w-]+): (#\w+);", style.split("{% endset")[0]))
    assert light != dark
    for theme, ground in product((light, dark), ("card", "paper", "faint")):
        texts = ["ink", "muted", *(name for name in theme if name.endswith("-text"))]
        assert not [name for name in texts if contrast(theme[name], theme[ground]) < 4.5], ground
    for theme in (light, dark):
        # Amber has a rim in its text colour, so its fill is not what one must see.
        marks = ["p0", "p1", "p2", "p4", "own", "ghost", "focus"]
        assert not [name for name in marks if contrast(theme[name], theme["card"]) < 3]


@needs_node
@pytest.mark.parametrize("extends", ["debate", None])
def test_a_saved_experiment_of_an_own_one_is_what_the_page_played(extends: str | None, tmp_path: Path) -> None:
    (tmp_path / "worldviews").mkdir()
    (tmp_path / "worldviews" / "mixed.yaml").write_text(
        "worldview: mixed\nclaims: {N1: newsham}\nparameters: {force_per_year: 0.08}\n", encoding="utf-8"
    )
    head = "extends: debate\n" if extends else "policies: [status_quo, both]\nstarts: [2020]\nvalues: [neutral]\n"
    (tmp_path / "own.yaml").write_text(
        f"experiment: own\n{head}worldviews: [worldviews/mixed.yaml]\nmonths: 60\nseed: 7\n"
        "claims: {S9: -0.75, N12: -0.3}\n",
        encoding="utf-8",
    )
    exp = load(tmp_path / "own.yaml")
    numbers = content.numbers(exp, print_rules(exp))
    view = numbers["views"]["mixed"]
    assert view["dials"] == {"N1": 1.0, "N12": -0.3, "S9": -0.75}
    assert len(view["own"]) == 1
    assert content.evidence_view(exp) is None
    source = vars(read_source(str(tmp_path / "own.yaml"), exp))
    data = {"name": "my_beliefs", "source": source, "worlds": 4000, "view": "mixed", "start": "2020",
            "dials": view["dials"] | {"N1": 0.4, "S7": -1}, "preset": view["dials"], "mark": "x",
            "address": ""}  # fmt: skip
    text = ask(["dials.js", "experiment.js"], "answer(experimentText(DATA))", data)
    (tmp_path / "my_beliefs.yaml").write_text(text, encoding="utf-8")
    saved = load(tmp_path / "my_beliefs.yaml")
    wanted = load(tmp_path / "own.yaml", set_=["claim.N1=0.4", "claim.S7=self"], starts="2020", trials=4000, lucks=1)
    for part in ("policies", "worldviews", "starts", "seed", "months", "trials", "lucks", "switches", "events"):
        assert getattr(saved, part) == getattr(wanted, part), part


@needs_node
@needs_kernels
def test_the_command_of_saved_choices_names_what_the_experiments_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "still.yaml").write_text("policy: still\ntitle: Still\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("policy: mine\ntitle: Mine\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text(
        "experiment: own\nextends: debate\npolicies: [./rules/still.yaml, both]\n", encoding="utf-8"
    )
    source = read_source(str(tmp_path / "own.yaml"), load(tmp_path / "own.yaml"))
    data = {"source": vars(source), "policy": "still", "file": "mine.yaml", "worlds": 40, "view": "self",
            "start": "2026", "dials": {"N1": 0.4, "S9": -1}, "preset": {"S9": -1}}  # fmt: skip
    text = ask(["dials.js", "experiment.js"], "answer(commandText(DATA))", data)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, text.split()[1:])
    assert (done.exit_code, text.split()[4]) == (0, "./rules/still.yaml"), done.output
