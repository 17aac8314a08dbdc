"""Keeps Python 3.11 alive under PySide6 6.12, which gives back a reference to True at every Signal.emit().

emit() answers True without taking a reference for it. Before 3.12 made True immortal, the count sank by one with
every signal, and after some hundred to some thousand of them the interpreter aborted: "Fatal Python error:
bool_dealloc: deallocating True or False". Seen with PySide6 6.12.0 on CPython 3.11.7; this can go once either is
out of the ranges in pyproject.toml.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 48  # a thousand signals a second use it up in nine thousand years


def keep_true() -> None:
    """Give True references to spare. Cheap, and safe to call again; does nothing where True is immortal."""
    if sys.version_info >= (3, 12) or sys.getrefcount(True) > _PLENTY // 2:
        return
    # Where a CPython object begins with its count, as in every release build, the count can be raised in one go.
    count = ctypes.c_ssize_t.from_address(id(True))
    if abs(count.value - sys.getrefcount(True)) <= 8:
        count.value += _PLENTY
