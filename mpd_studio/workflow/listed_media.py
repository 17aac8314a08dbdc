"""From what a timeline file lists to clips of media that were found: the right frames, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from uuid import uuid4

from mpd_studio.core.frames import (
    FrameRange,
    FrameRate,
    allows_drop_frame,
    format_timecode,
    is_drop_frame_text,
    parse_timecode,
    rate_title,
)
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.timeline import Clip, Foreign
from mpd_studio.interchange.listing import ListedClip, ListedSource, Listing
from mpd_studio.workflow.relink import Wanted


@dataclass(frozen=True, slots=True)
class Found:
    """Which media each source is; None for those that are missing. stops: how far each is used, in its own count."""

    media: dict[ListedSource, MediaRef | None]
    stops: dict[ListedSource, int]
    rate: FrameRate
    base: Path
    canvas: Size

    def item(self, clip: ListedClip) -> Clip | Foreign:
        """A clip of the timeline; what cannot be followed frame by frame is foreign, with the reason."""
        media = self.media.get(clip.source)
        if media is None:
            return self._placeholder(clip)
        problem = self._rate_problem(clip, media)
        if problem is None:
            start = _first_frame(clip, media)
            if isinstance(start, int):
                return Clip(ClipId(f"clip-{uuid4().hex[:8]}"), media, FrameRange(start, clip.length))
            problem = start
        return Foreign(clip.length, f"'{clip.name}' {problem}", "")

    def _rate_problem(self, clip: ListedClip, media: MediaRef) -> str | None:
        del clip
        if media.kind is not MediaKind.MOVIE or media.frame_count == 1:
            return None
        if media.is_vfr:
            return "has uneven frame times, so that which of its frames is seen is the editor's choice; transcode it"
        if media.rate != self.rate:
            return (
                f"runs at {rate_title(media.rate)} frames a second in a timeline of {rate_title(self.rate)}, "
                "so that which of its frames is seen is the editor's choice"
            )
        return None

    def _placeholder(self, clip: ListedClip) -> Clip:
        """A clip of media that are missing: its place is kept, and found media take it over by timecode."""
        source = clip.source
        path = source.path or PurePath(self.base.absolute() / (source.name or clip.name))
        start = clip.start if source.kind is not MediaKind.STILL else 0
        count = 1 if source.kind is MediaKind.STILL else max(source.length or 0, self.stops[source], 2)
        media = MediaRef(
            path,
            self.rate,
            source.size or self.canvas,
            count,
            source.fingerprint,
            source.kind,
            _start_label(source, self.rate),
            first_number=source.first_number,
        )
        return Clip(ClipId(f"clip-{uuid4().hex[:8]}"), media, FrameRange(start, clip.length))


def stops_of(listing: Listing) -> dict[ListedSource, int]:
    """The last frame that clips use of each source, and one."""
    stops: dict[ListedSource, int] = {}
    for track in listing.tracks:
        for item in track.items:
            if isinstance(item, ListedClip):
                stops[item.source] = max(stops.get(item.source, 0), item.start + item.length)
    return stops


def wanted_of(source: ListedSource, clips: tuple[ListedClip, ...]) -> Wanted:
    """What to look for; clips: those that use it."""
    needed = 1
    if source.start is not None and source.kind is not MediaKind.STILL:
        needed = max((clip.start + clip.length for clip in clips), default=1)
    elif source.kind is not MediaKind.STILL and clips:
        needed = max(clip.start + clip.length for clip in clips) - min(clip.start for clip in clips)
    return Wanted(source.name, source.path, source.kind, source.length, needed, source.fingerprint)


def _start_label(source: ListedSource, rate: FrameRate) -> str | None:
    if source.start is None:
        return format_timecode(0, rate, source.drop_frame and allows_drop_frame(rate))
    if source.start < 0:
        return None
    return format_timecode(source.start, source.rate or rate, source.drop_frame and allows_drop_frame(rate))


def _first_frame(clip: ListedClip, media: MediaRef) -> int | str:
    """The index of the first frame used, or why it cannot be known."""
    if media.frame_count == 1:
        return 0
    if clip.source.start is not None:
        shift = clip.source.first_number - media.first_number if clip.source.kind is MediaKind.SEQUENCE else 0
        start = clip.start + shift
        if start >= 0 and start + clip.length <= media.frame_count:
            return start
        return (
            f"uses frames {start} to {start + clip.length - 1} of {media.name}, which has {media.frame_count} of them"
        )
    return _by_timecode(clip, media)


def _by_timecode(clip: ListedClip, media: MediaRef) -> int | str:
    try:
        origin = parse_timecode(media.start_tc, media.rate) if media.start_tc else 0
    except ValueError:
        return f"is placed by timecode, and {media.name} has a timecode that its rate does not know: {media.start_tc}"
    counts_drop = bool(media.start_tc and is_drop_frame_text(media.start_tc))
    if origin and counts_drop != clip.source.drop_frame and allows_drop_frame(media.rate):
        kinds = ("drop-frame", "non-drop-frame")
        ours, theirs = kinds if clip.source.drop_frame else kinds[::-1]
        return f"is placed by {ours} timecode, and {media.name} counts {theirs}"
    start = clip.start - origin
    if start >= 0 and start + clip.length <= media.frame_count:
        return start
    label = format_timecode(clip.start, media.rate, clip.source.drop_frame)
    stop = format_timecode(origin + media.frame_count, media.rate, counts_drop)
    return (
        f"begins at timecode {label}, but {media.name} runs from {media.start_tc or '00:00:00:00 (it has none)'} "
        f"to {stop}"
    )
