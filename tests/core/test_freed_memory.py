"""Memory that was freed stays with the process; tried in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

WORK = """
import resource, sys, threading
from pathlib import Path
import numpy as np
from mpd_studio.core.freed_memory import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

def frames():
    for _ in range(2):
        pictures = [np.full(8 * 2**20, 1, np.uint8) for _ in range(3)]
        del pictures

before = resident()
thread = threading.Thread(target=frames)
thread.start()
thread.join()
print(resident() - before)
"""


def left_resident(how: str) -> int:
    """Bytes, after a thread has filled 24 MiB twice and freed them."""
    told = subprocess.run([sys.executable, "-c", WORK, how], check=True, capture_output=True, text=True).stdout
    return int(told)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told what to keep")
def test_what_was_freed_stays_with_the_process():
    assert left_resident("kept") > 20 * 2**20
    assert left_resident("given back") < 12 * 2**20
