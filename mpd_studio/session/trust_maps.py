"""Where the frames of takes and drafts can be trusted, pixel by pixel, for showing it over them."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePath

import numpy as np
from PySide6.QtCore import QObject, Signal

from mpd_studio.core.inbetween import FrameSequence
from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.media.confidence_maps import map_path, read_map
from mpd_studio.session.array_cache import ArrayCache
from mpd_studio.session.drafts import Drafts
from mpd_studio.session.frame_work import DraftFrame
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id

_KEPT_BYTES = 32 * 1024 * 1024


class TrustMaps(QObject):
    """Maps are (h, w) uint8, 255 where a pixel is trusted, read-only, at any size of the picture's shape.

    Signals: arrived(): a map that was asked for is there.
    """

    arrived = Signal()

    def __init__(self, drafts: Drafts, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._answers = Answers(lanes.frames, self)
        self._known = ArrayCache(_KEPT_BYTES)
        self._asked: set[PurePath] = set()
        self._absent: set[PurePath] = set()

    def of_draft(self, source: DraftFrame) -> np.ndarray | None:
        return self._drafts.trust_map(source)

    def of_take(self, frames: FrameSequence, index: int) -> np.ndarray | None:
        """None until arrived(), and for ever where the take has no maps. index: of the frame, from 0."""
        path = map_path(frames, index)
        if path in self._absent:
            return None
        known = self._known.get(path)
        if known is None and path not in self._asked:
            self._asked.add(path)
            job = Job(new_id("trust"), "Read confidence", partial(_read, Path(path)))
            self._answers.ask(job, partial(self._on_read, path), partial(self._on_failed, path))
        return known

    def _on_read(self, path: PurePath, plane: np.ndarray | None) -> None:
        self._asked.discard(path)
        if plane is None:
            self._absent.add(path)
        else:
            self._known.put(path, plane)
        self.arrived.emit()

    def _on_failed(self, path: PurePath, failure: Failure) -> None:
        del failure  # a broken map is as good as none; the frames themselves are whole
        self._on_read(path, None)


def _read(path: Path, reporter: Reporter) -> np.ndarray | None:
    reporter.raise_if_cancelled()
    plane = read_map(path)
    if plane is None:
        return None
    grey = np.rint(plane * 255).astype(np.uint8)
    grey.flags.writeable = False
    return grey
