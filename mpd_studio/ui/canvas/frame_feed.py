"""Pictures for the canvas: asks the session for frames and keeps the last good one until the next has come."""

from __future__ import annotations

from enum import Enum

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from mpd_studio.session.frame_work import PictureSource
from mpd_studio.session.session import Session
from mpd_studio.ui.images import pixmap_of


class Place(Enum):
    """Where a picture goes: the canvas itself, its neighbours in time, and the other side of a comparison."""

    MAIN = "main"
    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


class FrameFeed(QObject):
    """One wanted source a place. Signals: arrived(place): another picture is there. failed(place, message)."""

    arrived = Signal(object)
    failed = Signal(object, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames = session.frames
        self._wanted: dict[Place, PictureSource] = {}
        self._pictures: dict[Place, QPixmap] = {}
        self._shown: dict[Place, np.ndarray] = {}
        self._unreadable: dict[Place, PictureSource] = {}
        self._frames.frame_ready.connect(self._ready)
        self._frames.frame_failed.connect(self._failed)

    def picture(self, place: Place) -> QPixmap:
        """The last good picture; a null pixmap where there never was one."""
        return self._pictures.get(place, QPixmap())

    def want(self, place: Place, source: PictureSource | None) -> None:
        """Show this source from now on; None empties the place."""
        if source is None:
            had = self._pictures.pop(place, None)
            self._wanted.pop(place, None)
            self._shown.pop(place, None)
            if had is not None:
                self.arrived.emit(place)
            return
        self._wanted[place] = source
        if self._unreadable.get(place) == source:
            return  # every edit asks again; what failed is tried again after something else was shown
        pixels = self._frames.request(source, urgent=place is Place.MAIN)
        if pixels is not None:
            self._show(place, pixels)

    def _ready(self, source: object, pixels: np.ndarray) -> None:
        for place, wanted in tuple(self._wanted.items()):
            if wanted == source:
                self._show(place, pixels)

    def _failed(self, source: object, message: str) -> None:
        for place, wanted in tuple(self._wanted.items()):
            if wanted == source:
                self._unreadable[place] = wanted
                self._shown.pop(place, None)
                if self._pictures.pop(place, None) is not None:  # another frame's picture would be taken for this one
                    self.arrived.emit(place)
                self.failed.emit(place, message)

    def _show(self, place: Place, pixels: np.ndarray) -> None:
        if self._shown.get(place) is pixels:
            return
        self._unreadable.pop(place, None)
        self._shown[place] = pixels
        self._pictures[place] = pixmap_of(pixels)
        self.arrived.emit(place)
