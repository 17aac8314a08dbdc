"""Reference cycles are looked for in the GUI thread alone, and the long looks wait until nobody notices."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication

_YOUNG_MS = 100
_OLD_MS = 1000
# In looks at the old ones, so in seconds: how long nobody must have moved; how long it waits for that, or must wait.
_STILL, _OVERDUE = 2, 60
_LONG_STILL, _SET_ASIDE_FOR = 30, 600
_MOST_AT_ONCE = 50_000  # old objects, 20 ms; more of them are a library that was loaded
_ASKED_TIMEOUT_S = 1.0


class GarbageCollector(QObject):
    """Does Python's automatic collection, which runs in whichever thread happens to allocate, by timers of this thread.

    A widget that lies in a cycle would otherwise be destroyed in a lane, while the GUI thread uses Qt: seen as a
    deadlock and as a crash. For the same reason gc.collect() of other threads (engines and their libraries give memory
    back with it) is done here while they wait.

    What survived a look at the old objects is set aside, and so is a library that was loaded: with torch, looking at
    everything takes 350 ms, and at what came since only a few. All is looked at when nobody moved for half a minute.
    """

    _asked = Signal(object)

    def __init__(self, activity: Callable[[], Hashable], parent: QObject | None = None) -> None:
        """activity: something that changes while the user is at work, beside the pointer; asked once a second."""
        super().__init__(parent)
        self._activity = activity
        self._seen: Hashable = None
        self._still = self._since_old = self._since_all = 0
        self._was_enabled = False
        self._thread = threading.get_ident()
        self._collect = gc.collect
        self._young_timer = QTimer(self, interval=_YOUNG_MS)
        self._young_timer.timeout.connect(self.look_at_young)
        self._old_timer = QTimer(self, interval=_OLD_MS)
        self._old_timer.timeout.connect(self.look_at_old)
        self._asked.connect(self._answer)

    def install(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.collect = self._collect_here
        self._young_timer.start()
        self._old_timer.start()

    def remove(self) -> None:
        """As it was before; after the lanes have ended, since collection is automatic again."""
        self._young_timer.stop()
        self._old_timer.stop()
        gc.collect = self._collect
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def look_at_young(self) -> None:
        """When as many new objects have come as Python's own collection waits for; it counts on while it is off."""
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[1] > limits[1] or counts[0] > limits[0] * limits[1]:  # many at once make no heap of young ones
            self._collect(1)
        elif counts[0] > limits[0]:
            self._collect(0)

    def look_at_old(self) -> None:
        """When nobody has moved for two seconds, or a minute has passed. Once a second."""
        activity = (self._activity(), QCursor.pos().toTuple(), QGuiApplication.mouseButtons())
        self._still = self._still + 1 if activity == self._seen else 0
        self._seen = activity
        self._since_old += 1
        self._since_all += 1
        if self._still >= _LONG_STILL and self._since_all >= _SET_ASIDE_FOR:
            self._collect_all()
        elif gc.get_count()[2] > gc.get_threshold()[2] and (self._still >= _STILL or self._since_old >= _OVERDUE):
            if len(gc.get_objects(generation=2)) < _MOST_AT_ONCE:
                self._collect(2)
            gc.freeze()
            self._since_old = 0

    def _collect_all(self) -> int:
        gc.unfreeze()
        found = self._collect(2)
        gc.freeze()
        self._since_old = self._since_all = 0
        return found

    def _collect_here(self, generation: int = 2) -> int:
        """As gc.collect, from any thread. 0 when the GUI thread does not come to it in a second, as while it closes."""
        if threading.get_ident() == self._thread:
            return self._collect_all() if generation == 2 else self._collect(generation)
        asked = _Asked(generation)
        self._asked.emit(asked)
        asked.is_done.wait(_ASKED_TIMEOUT_S)
        return asked.found

    def _answer(self, asked: _Asked) -> None:
        asked.found = self._collect_here(asked.generation)
        asked.is_done.set()


class _Asked:
    """A collection that another thread waits for."""

    __slots__ = ("found", "generation", "is_done")

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.found = 0
        self.is_done = threading.Event()
