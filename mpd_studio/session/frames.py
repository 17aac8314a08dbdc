"""Pixels for the eyes: what the timeline shows, decoded in lanes, kept in a bounded cache."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath

import numpy as np
from PySide6.QtCore import QObject, Signal

from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import Clip, Gap, Timeline, item_at
from mpd_studio.jobs.job import Failure
from mpd_studio.media.frame_cache import FrameCache
from mpd_studio.session.array_cache import ArrayCache
from mpd_studio.session.document import Document
from mpd_studio.session.drafts import Drafts
from mpd_studio.session.frame_line import FrameLine
from mpd_studio.session.frame_work import DraftFrame, FrameEyes, PictureSource, PreviewFrame, shrunk
from mpd_studio.session.lanes import Lanes

_MOST_FRAMES_WAITING = 48
_MOST_THUMBNAILS_WAITING = 256
_SHOWN_SHARE = 0.5  # of the memory for frames: pictures ready to show; the rest holds decoded ones
_THUMBNAIL_BYTES = 64 * 1024 * 1024

Key = tuple[FrameRef | PurePath, Size | None]


class Frames(QObject):
    """Gives pictures at once where they are known, and soon by signal where not. Nothing here decodes or blocks.

    All arrays are (h, w, 3) uint8 RGB, read-only, and shared: for showing, never for delivering.

    Signals:
        frame_ready(source, array): a requested picture.
        frame_failed(source, text): it cannot be read, with the reason for the user.
        thumbnail_ready(source, size, array)
    """

    frame_ready = Signal(object, object)
    frame_failed = Signal(object, str)
    thumbnail_ready = Signal(object, object, object)

    def __init__(
        self, document: Document, drafts: Drafts, lanes: Lanes, cache_bytes: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._drafts = drafts
        decoded = FrameCache(round(cache_bytes * (1 - _SHOWN_SHARE)))
        self._canvas = FrameLine(lanes.frames, FrameEyes(decoded), _MOST_FRAMES_WAITING, self)
        self._small = FrameLine(lanes.thumbnails, FrameEyes(None), _MOST_THUMBNAILS_WAITING, self)
        self._shown = ArrayCache(round(cache_bytes * _SHOWN_SHARE))
        self._thumbnails = ArrayCache(_THUMBNAIL_BYTES)
        self._urgent: Key | None = None
        self._hopeless: set[Key] = set()
        document.changed.connect(self._on_document_changed)

    def source_at(self, frame: int) -> PictureSource | None:
        """What the timeline shows at a frame: the topmost clip, take or draft; None where nothing is."""
        return source_at(self._document.timeline, self._drafts, frame)

    def request(self, source: PictureSource, size: Size | None = None, urgent: bool = False) -> np.ndarray | None:
        """The picture if it is known; else None, and frame_ready or frame_failed later.

        size: no larger than this, in the picture's proportions. urgent: what somebody waits for now; it goes first,
        and an urgent request before it that has not begun is dropped, without a signal.
        """
        if isinstance(source, DraftFrame | PreviewFrame):
            return self._in_memory(source, size)
        key = (source, size)
        known = self._shown.get(key)
        if known is not None:
            return known
        if urgent and self._urgent is not None and self._urgent != key:
            self._canvas.drop(self._urgent)
        if urgent:
            self._urgent = key
        work = partial(self._canvas.eyes.look, source, size)
        self._canvas.ask(
            key, work, partial(self._on_ready, key), partial(self._on_failed, key), first=urgent, hurry=urgent
        )
        return None

    def request_thumbnail(self, source: PictureSource, size: Size) -> np.ndarray | None:
        """The thumbnail if it is known; else None, and thumbnail_ready later, if it can be read at all."""
        if isinstance(source, DraftFrame | PreviewFrame):
            return self._in_memory(source, size)
        key = (source, size)
        known = self._thumbnails.get(key)
        if known is None and key not in self._hopeless:
            work = partial(self._small.eyes.glance, source, size)
            done, failed = partial(self._on_thumbnail_ready, key), partial(self._on_thumbnail_failed, key)
            self._small.ask(key, work, done, failed, first=True)
        return known

    def forget_failures(self) -> None:
        """Files have come or gone: thumbnails that could not be made are tried again when somebody asks for them."""
        self._hopeless.clear()

    @property
    def cached_bytes(self) -> int:
        """Memory held by pictures that are ready to show."""
        return self._shown.used_bytes

    def _in_memory(self, source: DraftFrame | PreviewFrame, size: Size | None) -> np.ndarray | None:
        pixels = source.pixels if isinstance(source, PreviewFrame) else self._draft_pixels(source)
        return pixels if pixels is None or size is None else shrunk(pixels, size)  # small: well under 1 ms

    def _draft_pixels(self, source: DraftFrame) -> np.ndarray | None:
        draft = self._drafts.draft(source.gap_id)
        if draft is None or not 0 <= source.index < len(draft.frames):
            return None
        return draft.frames[source.index]

    def _on_ready(self, key: Key, pixels: np.ndarray) -> None:
        self._shown.put(key, pixels)
        self.frame_ready.emit(key[0], pixels)

    def _on_failed(self, key: Key, failure: Failure) -> None:
        self.frame_failed.emit(key[0], failure.message)

    def _on_thumbnail_ready(self, key: Key, pixels: np.ndarray) -> None:
        self._thumbnails.put(key, pixels)
        self.thumbnail_ready.emit(key[0], key[1], pixels)

    def _on_thumbnail_failed(self, key: Key, failure: Failure) -> None:
        # Thumbnails are asked for at every repaint: what failed is tried again when the media change, not before.
        del failure
        self._hopeless.add(key)

    def _on_document_changed(self, before: Timeline, after: Timeline) -> None:
        if before.media is not after.media:
            self.forget_failures()


def source_at(timeline: Timeline, drafts: Drafts, frame: int) -> PictureSource | None:
    """The topmost picture at a frame; the last track lies on top. An empty gap lets the tracks below show."""
    draft: DraftFrame | None = None
    for track in reversed(timeline.tracks):
        found = item_at(track, frame)
        if found is None:
            continue
        start, item = found
        if isinstance(item, Clip):
            return item.frame(frame - start)
        if isinstance(item, Gap):
            take = item.chosen_take
            if take is not None and frame - start < take.result.frames.count:
                return take.result.frames.path(frame - start)
            draft = draft or _draft_at(drafts, item.id, frame - start)
    return draft


def _draft_at(drafts: Drafts, gap_id: GapId, index: int) -> DraftFrame | None:
    draft = drafts.draft(gap_id)
    return DraftFrame(gap_id, index) if draft is not None and index < len(draft.frames) else None
