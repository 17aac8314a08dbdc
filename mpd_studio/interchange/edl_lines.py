"""The lines of a CMX 3600 edit list that we write: events with true record timecode, and whole lists."""

from __future__ import annotations

import re

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import allows_drop_frame, format_timecode, nominal_rate, rate_text, rate_title
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.exact_rates import as_ntsc
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedTrack, Listing

_FASTEST = 60


class EdlWriter:
    """last_number: of the events that stand there already. notes: what was left out, in the user's words."""

    def __init__(self, listing: Listing, last_number: int) -> None:
        """Raises: TimelineError: there is no timecode at this rate."""
        if as_ntsc(listing.rate) is None or nominal_rate(listing.rate) > _FASTEST:
            raise TimelineError(
                f"An EDL cannot count {rate_title(listing.rate)} frames a second. Choose OTIO, FCPXML or MLT."
            )
        self._listing = listing
        self._number = last_number
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def document(self) -> str:
        listing = self._listing
        is_drop = listing.drop_frame and allows_drop_frame(listing.rate)
        lines = [f"TITLE: {_line(listing.name)}", f"FCM: {'DROP FRAME' if is_drop else 'NON-DROP FRAME'}", ""]
        track = self._track()
        for start, item in track.placed():
            if isinstance(item, ListedForeign):
                self._notes.append(f"{item.note}: left out, its place is empty")
            elif isinstance(item, ListedClip):
                lines += [*self.event(item, start, 0), ""]
        lines.append(f"* FRAME RATE: {rate_text(listing.rate)}")  # not on top: OpenTimelineIO wants events there
        for marker in listing.markers:
            lines.append(f"* LOC: {self._record(marker.frame)} GREEN   {_line(marker.name)}")
        return "\n".join(lines).rstrip("\n") + "\n"

    def event(self, clip: ListedClip, start: int, track: int) -> list[str]:
        """start: its place on the timeline. track: from 0; the first is written V, as all readers know it."""
        self._number += 1
        listing, source = self._listing, clip.source
        rate = listing.rate
        is_drop = source.drop_frame and allows_drop_frame(rate)
        used = (source.start or 0) + (0 if source.kind is MediaKind.STILL else clip.start)
        labels = (
            format_timecode(used, rate, is_drop),
            format_timecode(used + clip.length, rate, is_drop),
            self._record(start),
            self._record(start + clip.length),
        )
        channel = "V" if track == 0 else f"V{track + 1}"
        lines = [f"{self._number:03d}  {_reel(clip):<8} {channel:<5} C        {' '.join(labels)}"]
        lines.append(f"* FROM CLIP NAME: {_line(source.name)}")
        if source.kind is MediaKind.STILL:
            lines.append("* FROM CLIP IS A STILL")
        if source.path is not None:
            lines.append(f"* SOURCE FILE: {_line(source.path.as_posix())}")
        for marker in clip.markers:
            said = " ".join(part for part in (marker.name, marker.note) if part)
            lines.append(f"* LOC: {self._record(start + marker.frame)} GREEN   {_line(said)}")
        return lines

    def _record(self, frame: int) -> str:
        return format_timecode(self._listing.start + frame, self._listing.rate, self._listing.drop_frame)

    def _track(self) -> ListedTrack:
        used = [track for track in self._listing.tracks if any(isinstance(i, ListedClip) for i in track.items)]
        for track in used[1:]:
            self._notes.append(f"track {track.name} is not in the EDL, which holds one track of pictures")
        return used[0] if used else ListedTrack("V1")


def _line(text: str) -> str:
    """In one line, whatever a name holds."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()


def _reel(clip: ListedClip) -> str:
    """At most eight plain characters; AX (a file) where a name has none."""
    name = clip.source.reel or clip.source.name.rpartition(".")[0] or clip.source.name
    return re.sub(r"[^A-Z0-9_]", "", name.upper())[:8] or "AX"
