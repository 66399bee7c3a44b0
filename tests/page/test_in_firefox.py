"""The page in Firefox: it opens from disk, answers, and has the numbers of Node to the last bit.

Needs Firefox and, for Node, the module puppeteer-core, which speaks WebDriver BiDi to it: see docs/libraries.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_in_node import Worker
from playing import needs_kernels

from analysis.page import build
from sim.scenario.loader import load

FIREFOX = next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)


@cache
def modules() -> str | None:
    """The folder of Node's modules that has puppeteer-core, or None."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    folder = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    return folder if folder and (Path(folder) / "puppeteer-core").is_dir() else None


pytestmark = [
    needs_kernels, pytest.mark.slow,
    pytest.mark.skipif(FIREFOX is None or modules() is None, reason="there is no Firefox, or no puppeteer-core, here"),
]  # fmt: skip

POLICIES = ("status_quo", "direct_ties", "both")
USE = """
const puppeteer = require("puppeteer-core"), [program, address] = process.argv.slice(2), faults = [];
(async () => {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
  try {
    const page = await browser.newPage(), found = { screens: {} };
    page.on("console", (message) => { if (["error", "warn"].includes(message.type())) faults.push(message.text()); });
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(address);
    const wait = async (expression) => { // the page forbids eval, so it cannot wait by itself
      for (let end = Date.now() + 300000; Date.now() < end; await new Promise((then) => setTimeout(then, 30))) {
        if (await page.evaluate(expression).catch(() => false)) return; // while it loads, it cannot say
      }
      throw new Error(`not yet: ${expression}; ${faults}`);
    };
    const text = (id) => page.evaluate(`document.getElementById("${id}").innerText.trim()`);
    const open = async (name, expression = "true") => {
      await page.click(`[data-screen=${name}]`);
      await wait(expression);
      found.screens[name] = await text(name);
    };
    await wait("engine.at?.n === NUMBERS.worlds && engine.run.explained === NUMBERS.worlds");
    await page.click("#guesses button");
    await wait("!document.getElementById('reveal').hidden");
    found.screens.guess = await text("guess");
    await page.evaluate(`(() => {
      const list = document.getElementById("language");
      list.value = "ja";
      list.dispatchEvent(new Event("change"));
    })()`).catch(() => {}); // the page goes
    await wait("document.documentElement.lang === 'ja' && engine.at?.n === NUMBERS.worlds");
    found.guess = await page.evaluate(
      "[guess, isPastGuess, document.querySelectorAll('#guesses [aria-pressed=true]').length]");
    await open("beliefs", "document.getElementById('verdict').innerText !== ''");
    await open("decides");
    await page.click("#decides-count");
    await open("decides", "counting === null && !document.getElementById('decides-found').hidden");
    await open("policies", "document.getElementById('policies-verdicts').innerText !== ''");
    await open("story", "storyKey?.story !== undefined");
    await page.evaluate("openScreen('play'), newGame(12)");
    await open("play", "game?.seen && !game.isBusy");
    await open("take", "document.getElementById('sheet-verdicts').innerText !== ''");
    found.trials = await page.evaluate(`JSON.stringify(POLICIES.map((policy) =>
      [engine.run.risk, engine.run.cost, engine.run.hit, engine.run.effort].map((columns) => [...columns[policy]])))`);
    process.stdout.write(JSON.stringify({ ...found, trials: JSON.parse(found.trials), faults }));
  } finally {
    await browser.close();
  }
})();
"""


def test_firefox_opens_every_screen_and_has_the_numbers_of_node(tmp_path: Path) -> None:
    assert FIREFOX is not None
    exp = load("debate", starts="2026")
    page, script = tmp_path / "page.html", tmp_path / "use.cjs"
    page.write_text(build.build(exp, "debate"), encoding="utf-8")
    script.write_text(USE.replace("POLICIES", json.dumps(POLICIES)), encoding="utf-8")
    done = subprocess.run(
        ["node", str(script), FIREFOX, page.as_uri() + "#_v=newsham&N1=40&_l=en"], capture_output=True, text=True,
        check=False, env=os.environ | {"NODE_PATH": str(modules())},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: Any = json.loads(done.stdout)
    assert found["faults"] == []
    assert sorted(found["screens"]) == sorted(build.SCREENS)
    assert all(len(text) > 100 for text in found["screens"].values())
    assert found["guess"][1:] == [True, 1], "another language keeps the guess"
    worker = Worker(exp, tmp_path)
    dials = worker.numbers["views"]["newsham"]["dials"] | {"N1": 0.4}
    for policy, trials in zip(POLICIES, found["trials"], strict=True):
        recorded, _ = worker.play("newsham", dials, "2026", policy, worker.numbers["worlds"])
        kept = [recorded[:, column] for column in worker.numbers["recorded"]]
        assert np.array_equal(np.array(trials), np.array(kept)), policy
