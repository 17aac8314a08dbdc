"""Keeps Python 3.11 alive under PySide6 6.12, which gives back references to None and True that it never took.

Built for 3.12, where these objects are immortal, Qt's methods answer None without taking a reference for it, and
Signal.emit() answers True the same way. On 3.11 the counts sink by one with every call, and after some thousand the
interpreter aborts: "Fatal Python error: none_dealloc" or "bool_dealloc". Seen with PySide6 6.12.0 on CPython 3.11.7;
this can go once either is out of the ranges in pyproject.toml.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 48  # a million calls a second use it up in nine years
_CONSTANTS = (None, True, False, NotImplemented, Ellipsis)


def keep_constants() -> None:
    """Give the constants references to spare. Cheap, and safe to call again; does nothing where they are immortal."""
    if sys.version_info >= (3, 12):
        return
    for constant in _CONSTANTS:
        if sys.getrefcount(constant) > _PLENTY // 2:
            continue
        # Where a CPython object begins with its count, as in every release build, the count can be raised in one go.
        count = ctypes.c_ssize_t.from_address(id(constant))
        if abs(count.value - sys.getrefcount(constant)) <= 8:
            count.value += _PLENTY
