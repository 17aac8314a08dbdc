"""What is freed stays with the process for a while, because fresh memory is slow.

A frame in 1080p needs some hundred megabytes for a fifth of a second. glibc gives them back to the system at once, by
default, and the system hands out clean pages one by one: that can cost as much as the work itself, most of all in a
virtual machine.
"""

from __future__ import annotations

import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
# A picture of 8 bits in 1080p with its half pixels fits in; what is larger still goes back at once. glibc takes no more.
_LARGEST_KEPT = 32 * 2**20
_MOST_KEPT = 256 * 2**20


def keep_freed_memory() -> None:
    """Keep up to 256 MiB of what was freed. To be called when the program starts, before its threads do.

    Only glibc is told; other systems keep memory in their own way.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:
        return
    # One pool for all threads: theirs would be given back whenever they are empty.
    for option, value in (
        (_MMAP_THRESHOLD, _LARGEST_KEPT),
        (_TRIM_THRESHOLD, _MOST_KEPT),
        (_ARENA_MAX, 1),
    ):
        tell(option, value)
