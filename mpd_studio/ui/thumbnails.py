"""Small pictures on the timeline and in the panels: asked of the session once, kept as pixmaps."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import PurePath

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.session.frames import Frames
from mpd_studio.ui.images import pixmap_of

Source = FrameRef | PurePath
_KEPT = 1500  # at 96 × 54 about 30 MB


class Thumbnails(QObject):
    """Signals: arrived(): at least one more can be drawn."""

    arrived = Signal()

    def __init__(self, frames: Frames, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._kept: OrderedDict[tuple[Source, Size], QPixmap] = OrderedDict()
        frames.thumbnail_ready.connect(self._on_ready)

    def pixmap(self, source: Source, size: Size) -> QPixmap | None:
        """What is there now; None while it is being made, then `arrived` follows."""
        key = (source, size)
        pixmap = self._kept.get(key)
        if pixmap is not None:
            self._kept.move_to_end(key)
            return pixmap
        pixels = self._frames.request_thumbnail(source, size)
        if pixels is None:
            return None
        return self._keep(key, pixmap_of(pixels))

    def _keep(self, key: tuple[Source, Size], pixmap: QPixmap) -> QPixmap:
        self._kept[key] = pixmap
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return pixmap

    def _on_ready(self, source: object, size: object, pixels: object) -> None:
        del source, size, pixels  # fetched when drawn: it is in the session's cache by then
        self.arrived.emit()
