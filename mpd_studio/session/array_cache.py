"""Arrays ready to show, bounded in bytes. Used in the GUI thread only, so it needs no lock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np


class ArrayCache:
    """Keeps the arrays that were asked for last."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._arrays: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        return self._used_bytes

    def get(self, key: Hashable) -> np.ndarray | None:
        array = self._arrays.get(key)
        if array is not None:
            self._arrays.move_to_end(key)
        return array

    def put(self, key: Hashable, array: np.ndarray) -> None:
        """Keep an array; the ones not asked for longest make room. One larger than the whole cache is not kept."""
        old = self._arrays.pop(key, None)
        if old is not None:
            self._used_bytes -= old.nbytes
        if array.nbytes > self._capacity_bytes:
            return
        while self._used_bytes + array.nbytes > self._capacity_bytes:
            _, oldest = self._arrays.popitem(last=False)
            self._used_bytes -= oldest.nbytes
        self._arrays[key] = array
        self._used_bytes += array.nbytes
