"""Shares of a run: of n, the i-th takes every n-th block from block i on, so each is as good a sample as the whole."""

from __future__ import annotations

import re
from typing import NamedTuple

from sim.errors import ShareError


class Share(NamedTuple):
    """One of `of` shares of a run, counted from 1.

    >>> [list(Share(i, 3).blocks(8)) for i in (1, 2, 3)]
    [[0, 3, 6], [1, 4, 7], [2, 5]]
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def blocks(self, total: int) -> range:
        """Numbers of this share's blocks, of so many in all.

        Raises
        ------
        ShareError
            If there are more shares than blocks.
        """
        if self.of > total:
            raise ShareError(f"part {self}: this run has {total} blocks, so it can be cut into {total} parts at most")
        return range(self.number - 1, total, self.of)


def share(text: str) -> Share:
    """Read a share as people write it.

    Raises
    ------
    ShareError
        If it is none.

    Examples
    --------
    >>> share("2/4")
    Share(number=2, of=4)
    """
    if not (found := re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text, re.ASCII)):
        raise ShareError(f"part {text!r}: write 2/4 for the second of four")
    number, of = map(int, found.groups())
    if not 1 <= number <= of:
        from_1 = "parts are counted from 1" + (f": 1/{of} to {of}/{of}" if of else "")
        raise ShareError(f"part {text!r}: {from_1} (in a SLURM array job: --array=1-{of or 4})")
    return Share(number, of)
