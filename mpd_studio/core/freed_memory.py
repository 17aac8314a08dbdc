"""What is freed stays with the process, because fresh memory is slow.

A frame in 1080p takes a fifth of a second and some hundred megabytes. Left to itself, glibc gives them back after each
frame, and the system hands out clean pages one by one for the next: that can take longer than the work itself, most of
all in a virtual machine.
"""

from __future__ import annotations

import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_LARGEST_KEPT = 32 * 2**20  # bytes of one piece; larger ones, as weights are, go back at once, and glibc takes no more
_MOST_KEPT = 256 * 2**20


def keep_freed_memory() -> None:
    """Keep up to 256 MiB of what was freed. To be called when the program starts, before it has threads.

    Only glibc is told: elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:
        return
    tell(_MMAP_THRESHOLD, _LARGEST_KEPT)
    tell(_TRIM_THRESHOLD, _MOST_KEPT)
    tell(_ARENA_MAX, 1)  # one pool for all threads: one of their own would go back whenever it is empty
