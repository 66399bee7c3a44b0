"""Same bytes on two computers: their versions are compared, and the bytes of a sample that both play.

The rules give the same bits everywhere (docs/subset.md). Quantiles of parameters come from SciPy and files from
pyarrow, whose releases may differ; a few thousand trials, encoded as a part, show whether they do.
"""

from __future__ import annotations

import hashlib
import platform
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sim.model import compiled
from sim.results import manifest
from sim.results.parts import Parts
from sim.scenario.experiment import Experiment

SAMPLE_WORLDS = 50
SAMPLE = "bytes of a sample of trials (systems and processors may round differently)"

Fingerprint = dict[str, str]


def describe_program() -> Fingerprint:
    """Part of the fingerprint that needs no play: rules, libraries, and whether the rules are compiled.

    >>> sorted(describe_program())[:3]
    ['Python', 'llvmlite', 'numpy']
    """
    libraries = {name: str(manifest.installed_version(name)) for name in manifest.DISTRIBUTIONS if name != "mesa"}
    return {
        "the rules' sources (sim/)": compiled.hash_rules()[:12],
        "rules run": f"as {compiled.way}",
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **libraries,
    }


def fingerprint(experiment: Experiment) -> Fingerprint:
    """Everything that decides the bytes of a part on this computer; it plays the experiment's first worlds.

    >>> import sim
    >>> fingerprint(sim.load("debate")) == fingerprint(sim.load("debate", trials=100))
    True
    """
    from sim.engine.batch import blocks

    few = replace(experiment, trials=SAMPLE_WORLDS * experiment.lucks)
    digest = hashlib.sha256()
    with closing(blocks(few, block_worlds=SAMPLE_WORLDS)) as played:
        for block in played:
            for content in Parts(Path(), few, SAMPLE_WORLDS).encode(block).values():
                digest.update(content)
    return describe_program() | {SAMPLE: digest.hexdigest()[:12]}
