"""Decoded pictures kept in memory, bounded in bytes. The one mutable thing that threads share, under one lock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from mpd_studio.core.picture import Picture


class FrameCache:
    """Keeps the pictures that were used last. Safe to use from every thread."""

    def __init__(self, capacity_bytes: int) -> None:
        if capacity_bytes < 0:
            raise ValueError(f"A cache cannot hold {capacity_bytes} bytes.")
        self._capacity_bytes = capacity_bytes
        self._pictures: OrderedDict[Hashable, Picture] = OrderedDict()
        self._used_bytes = 0
        self._lock = Lock()

    @property
    def capacity_bytes(self) -> int:
        return self._capacity_bytes

    @property
    def used_bytes(self) -> int:
        with self._lock:
            return self._used_bytes

    def get(self, key: Hashable) -> Picture | None:
        with self._lock:
            picture = self._pictures.get(key)
            if picture is not None:
                self._pictures.move_to_end(key)
            return picture

    def put(self, key: Hashable, picture: Picture) -> None:
        """Keep a picture; the ones not used for longest make room. One larger than the whole cache is not kept."""
        size_bytes = _size_bytes(picture)
        with self._lock:
            old = self._pictures.pop(key, None)
            if old is not None:
                self._used_bytes -= _size_bytes(old)
            if size_bytes > self._capacity_bytes:
                return
            while self._used_bytes + size_bytes > self._capacity_bytes:
                _, oldest = self._pictures.popitem(last=False)
                self._used_bytes -= _size_bytes(oldest)
            self._pictures[key] = picture
            self._used_bytes += size_bytes

    def clear(self) -> None:
        with self._lock:
            self._pictures.clear()
            self._used_bytes = 0


def _size_bytes(picture: Picture) -> int:
    return picture.pixels.nbytes + (0 if picture.confidence is None else picture.confidence.nbytes)
