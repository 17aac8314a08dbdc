"""Media dropped on the timeline: files from the system, or media from the bin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from mpd_studio.core.edits import place_clip
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Timeline
from mpd_studio.session.importer import clip_length
from mpd_studio.session.new_id import new_id
from mpd_studio.session.session import Session
from mpd_studio.ui.texts import tr

MEDIA_MIME = "application/x-mpd-studio-media"


@dataclass(frozen=True, slots=True)
class DropSpot:
    """length: frames the dropped media will take; 0 while unknown."""

    track: int
    start: int
    length: int


def media_mime(timeline: Timeline, media: MediaRef) -> QMimeData:
    """What a drag out of the bin carries: the place of the media in the bin."""
    mime = QMimeData()
    mime.setData(MEDIA_MIME, str(timeline.media.index(media)).encode())
    return mime


def files_of(mime: QMimeData) -> tuple[Path, ...]:
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def can_drop(mime: QMimeData) -> bool:
    return mime.hasFormat(MEDIA_MIME) or bool(files_of(mime))


def drop_length(timeline: Timeline, mime: QMimeData) -> int:
    media = _media_of(timeline, mime)
    return clip_length(media, timeline) if media else 0


def take_drop(session: Session, mime: QMimeData, spot: DropSpot) -> bool:
    """Place what was dropped. Returns whether there was something to place."""
    media = _media_of(session.document.timeline, mime)
    if media is not None:
        return place_media(session, media, spot.track, spot.start)
    files = files_of(mime)
    if files:
        session.importer.open_files(files, at=(spot.track, spot.start))
    return bool(files)


def place_media(session: Session, media: MediaRef, track: int, start: int) -> bool:
    length = clip_length(media, session.document.timeline)
    clip = Clip(ClipId(new_id("clip")), media, FrameRange(0, length))
    gap_ids = (GapId(new_id("gap")), GapId(new_id("gap")))
    return session.document.apply(tr("Place clip"), lambda timeline: place_clip(timeline, track, start, clip, gap_ids))


def _media_of(timeline: Timeline, mime: QMimeData) -> MediaRef | None:
    if not mime.hasFormat(MEDIA_MIME):
        return None
    index = int(bytes(mime.data(MEDIA_MIME).data()).decode())
    return timeline.media[index] if index < len(timeline.media) else None
