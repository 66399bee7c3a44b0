"""Whether two computers give the same bytes: their versions are compared, and so is a sample that both play.

Exponentials and logarithms may differ in their last bit from one system or processor to another. No list of versions
tells that; some thousand trials, packed as a part would be, do.
"""

from __future__ import annotations

import hashlib
import platform
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.model import compiled
from sim.results import failures, manifest
from sim.results.parts import Parts

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

SAMPLE_WORLDS = 50
SAMPLE = "bytes of a sample of trials (systems and processors may round differently)"

Traits = dict[str, str]


def program() -> Traits:
    """What is known without playing: rules, libraries and how the rules run.

    >>> sorted(program())[:3]
    ['Python', 'numba', 'numpy']
    """
    libraries = {name: str(manifest.installed_version(name)) for name in manifest.DISTRIBUTIONS if name != "mesa"}
    return {
        "the rules' sources (sim/)": compiled.rules_mark()[:12],
        "rules run": "compiled" if compiled.COMPILED else "as plain Python",
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **libraries,
    }


def traits(experiment: Experiment) -> Traits:
    """All that decides the bytes of a part here; it plays the experiment's first worlds.

    >>> import sim
    >>> traits(sim.load("debate")) == traits(sim.load("debate", trials=100))
    True
    """
    from sim.engine.batch import blocks

    few = replace(experiment, trials=SAMPLE_WORLDS * experiment.lucks)
    mark = hashlib.sha256()
    with closing(blocks(few, block_worlds=SAMPLE_WORLDS)) as played:
        for block in played:
            for content in Parts(Path(), few, SAMPLE_WORLDS).packed(*failures.remove_failures(few, block)).values():
                mark.update(content)
    return program() | {SAMPLE: mark.hexdigest()[:12]}
