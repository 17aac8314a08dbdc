"""Arrays that are filled anew for each frame. Memory fresh from the system costs more than what is done in it."""

from __future__ import annotations

import threading

import numpy as np


class Scratch:
    """Each thread has its own arrays; they go when the thread or this goes."""

    def __init__(self) -> None:
        self._own = threading.local()

    def array(self, name: str, *shape: int) -> np.ndarray:
        """float32 of any content: the same array as last time, if it had this shape."""
        array: np.ndarray | None = getattr(self._own, name, None)
        if array is None or array.shape != shape:
            array = np.empty(shape, np.float32)
            setattr(self._own, name, array)
        return array
