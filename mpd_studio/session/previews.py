"""The rough look at a gap while a generation for it runs. It is no take: it goes when the generation ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from mpd_studio.core.ids import GapId
from mpd_studio.core.progress import Preview
from mpd_studio.core.timeline import find_gap
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.document import Document


@dataclass(frozen=True, slots=True, eq=False)
class LivePreview:
    """frames: (place, picture) of some new frames of the gap, places from 1 and rising; pictures (h, w, 3) uint8 RGB.

    step, steps: how far the engine had come with it.
    """

    frames: tuple[tuple[int, np.ndarray], ...]
    step: int
    steps: int

    def nearest(self, place: int) -> tuple[int, np.ndarray]:
        """The picture for a place of the gap, and the place it was made for; of two that are as near, the earlier."""
        return min(self.frames, key=lambda frame: abs(frame[0] - place))


class Previews(QObject):
    """Lives in the GUI thread. Generations run one at a time, so there is one preview at most.

    Signals:
        changed(gap id): its preview came, moved on or went; or it came to the canvas, or left it.
    """

    changed = Signal(object)

    def __init__(self, document: Document, board: JobBoard, lane: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._board = board
        self._job_id = ""
        self._gap_id: GapId | None = None
        self._live: LivePreview | None = None
        self._is_on_canvas = False
        lane.previewed.connect(self._on_previewed)
        lane.finished_with.connect(self._on_ended)
        lane.failed.connect(self._on_ended)
        lane.cancelled.connect(self._on_ended)

    def preview(self, gap_id: GapId) -> LivePreview | None:
        """Of the generation that runs for this gap; None when none does, or none has come yet."""
        return self._live if gap_id == self._gap_id else None

    def on_canvas(self, gap_id: GapId) -> LivePreview | None:
        """The preview, if the canvas is to show it in the place of the gap's draft or take."""
        return self.preview(gap_id) if self._is_on_canvas else None

    def put_on_canvas(self, gap_id: GapId, is_on: bool) -> None:
        """A generation begins on the canvas where the gap shows no take; the user may change that while it runs."""
        if self.preview(gap_id) is not None and is_on != self._is_on_canvas:
            self._is_on_canvas = is_on
            self.changed.emit(gap_id)

    def _on_previewed(self, job_id: str, preview: Preview) -> None:
        row = self._board.row(job_id)
        if row is None or row.gap_id is None:
            return
        if job_id != self._job_id:
            placed = find_gap(self._document.timeline, row.gap_id)
            self._job_id, self._gap_id, self._live = job_id, row.gap_id, None
            self._is_on_canvas = placed is not None and placed.gap.chosen_take is None
        self._live = LivePreview(_joined(self._live, preview), preview.step, preview.steps)
        self.changed.emit(row.gap_id)

    def _on_ended(self, job_id: str) -> None:
        if job_id == self._job_id:
            gap_id, self._gap_id, self._live, self._job_id = self._gap_id, None, None, ""
            self.changed.emit(gap_id)


def _joined(before: LivePreview | None, now: Preview) -> tuple[tuple[int, np.ndarray], ...]:
    """A long gap is made in parts: what a part shows replaces what was known of the same stretch, and no more."""
    fresh = tuple(zip(now.places, now.frames, strict=True))
    kept = before.frames if before is not None else ()
    earlier = tuple(frame for frame in kept if frame[0] < now.places[0])
    return *earlier, *fresh, *(frame for frame in kept if frame[0] > now.places[-1])
