"""The picture in docs/house.md shows the functions that are at work between `strait run` and a rule of the PRC."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from sim.model.codes import PACKAGES

ROOT = Path(__file__).parents[2]
FOLDER, FUNCTION = re.compile(r"^ +((?:analysis|sim)/\S*/) "), re.compile(r"^ +[├└] (\w+\.py) +(\w+) +│  (.+)$")
PLAY = """
import json, sys
from concurrent.futures import Future
from pathlib import Path
from typer.testing import CliRunner
from analysis.cli.main import app
from sim.engine import batch
from sim.model.rules import prc

root, folder = Path(sys.argv[1]), sys.argv[2]
urge, stacks = prc.urge, []

class OneThread:  # plays a cell where it is handed out, so that the stack is in one piece
    def __init__(self, workers): pass
    def submit(self, function, *given):
        played = Future()
        played.set_result(function(*given))
        return played
    def shutdown(self, **how): pass

def watched(*given):
    frame, stack = sys._getframe(), [[urge.__code__.co_filename, "urge"]]
    while frame := frame.f_back:
        stack.append([frame.f_code.co_filename, frame.f_code.co_name])
    stacks.append(stack[::-1])
    return urge(*given)

batch.ThreadPoolExecutor, prc.urge = OneThread, watched
words = "run --trials 1 --start 2026 --policy status_quo --worldview neutral --no-figures --out"
result = CliRunner().invoke(app, [*words.split(), folder])
assert result.exit_code == 0, result.output
own = [[str(Path(file).relative_to(root)), name] for file, name in stacks[0]
       if Path(file).parts[: len(root.parts)] == root.parts and not name.startswith("<")]
print(json.dumps(own))
"""


def picture() -> list[tuple[str, str]]:
    """Read the picture: the file and the name of each function, from the outside in."""
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"^```text\n( +\$ strait run.*?)^```$", page, re.MULTILINE | re.DOTALL)
    functions, folder = [], ""
    for line in drawn.splitlines():
        if found := FOLDER.match(line):
            folder = found[1]
        elif found := FUNCTION.match(line):
            functions.append((folder + found[1], found[2]))
    return functions


def test_the_picture_shows_the_functions_at_work_in_their_order(tmp_path: Path) -> None:
    code, setting = tmp_path / "play.py", {"STRAIT_RULES": "python", "PYTHONPATH": str(ROOT)}
    code.write_text(PLAY, encoding="utf-8")
    done = subprocess.run([sys.executable, str(code), str(ROOT), str(tmp_path / "out")], capture_output=True,
                          text=True, check=False, env={**os.environ, **setting})  # fmt: skip
    assert done.returncode == 0, done.stderr
    at_work = [(file, name) for file, name in json.loads(done.stdout.splitlines()[-1]) if ".venv" not in file]
    assert picture() == at_work


def test_the_folder_list_names_every_folder_of_code() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\S+)/` \|", page, re.MULTILINE))
    folders = {path.parent.relative_to(ROOT).as_posix() for top in ("sim", "analysis", "tools")
               for path in (ROOT / top).rglob("*.py")}  # fmt: skip
    assert {folder for folder in folders if folder.count("/") and "backtest" not in folder} <= listed
    assert not [folder for folder in listed if not (ROOT / folder).is_dir()]


def test_contributing_says_where_the_rules_of_each_actor_are_called() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+\.py)` \| ([^|]+) \|", page, re.MULTILINE)
    listed = {module: {*actors.lower().split(", ")} for module, actors in rows}
    model, called = ROOT / "sim" / "model", {}
    for file in [*model.glob("*.py"), *(model / "effects").glob("*.py")]:
        if actors := set(re.findall(r"\b(japan|prc|taiwan|us)\.[a-z_]+\(", file.read_text(encoding="utf-8"))):
            called[file.relative_to(model).as_posix()] = actors
    assert listed == called


def test_contributing_explains_every_package() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    assert sorted(explained) == sorted(PACKAGES)
