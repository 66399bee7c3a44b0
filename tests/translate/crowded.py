"""Link a kernel in a process whose only free addresses are one page and, 8 GB below it, all the rest.

Run by test_machine.py as a program of its own, since LLVM ends the process that cannot link. Linux only.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

import numpy as np

from sim.translate.kernel import Kernel

NO_ACCESS, NO_RESERVE, LARGEST = 0, 0x4000, 1 << 28

system = ctypes.CDLL(None)
system.mmap.restype = ctypes.c_void_p
system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
system.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def reserve(size: int) -> int:
    """Take addresses without memory."""
    address = system.mmap(None, size, NO_ACCESS, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE, -1, 0)
    if address in (None, 2**64 - 1):
        sys.exit("no addresses")
    return int(address)


def leave_one_page() -> None:
    """Fill every hole above a block of 8 GB but for one page."""
    low, high, size = reserve(8 << 30), 0, LARGEST
    while size >= mmap.PAGESIZE:
        address = reserve(size)
        if address > low:
            high = address
        else:
            system.munmap(address, size)
            size //= 2
    system.munmap(high, mmap.PAGESIZE)


def thirds(numbers: Any) -> None:
    for index in range(len(numbers)):
        numbers[index] = numbers[index] * 0.3333


numbers = np.array([3.0])
leave_one_page()
kernel = Kernel(thirds)
kernel(numbers)
kernel.wait()
print(numbers[0])
