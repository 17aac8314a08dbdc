"""An OpenTimelineIO timeline as a listing. The library reads the JSON; here its objects are told in our words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, rate_title
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.exact_rates import exact_rate
from mpd_studio.interchange.json_places import Path as Way
from mpd_studio.interchange.listing import (
    Laid,
    ListedClip,
    ListedForeign,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
    lay_out,
)
from mpd_studio.interchange.media_urls import path_of_url
from mpd_studio.interchange.otio_unknown import UNKNOWN

if TYPE_CHECKING:
    import opentimelineio as otio

_LONGEST = 10**9


@dataclass(frozen=True, slots=True)
class Space:
    """Gap objects that lie side by side: the way to their list, and the first and last position in it."""

    children: Way
    first: int
    last: int


@dataclass(slots=True)
class OtioReader:
    """way: to the timeline in the file. spaces: (track, start, length) -> the objects of that gap."""

    path: Path
    timeline: otio.schema.Timeline
    way: Way
    rate: FrameRate = Fraction(24)
    rate_number: float = 24.0
    spaces: dict[tuple[int, int, int], Space] = field(default_factory=dict)

    def listing(self) -> Listing:
        """Raises: TimelineError: no video track, no rate, or times that are no numbers."""
        tracks = [(i, t) for i, t in enumerate(self.timeline.tracks) if str(getattr(t, "kind", "")).lower() == "video"]
        if not tracks:
            raise TimelineError(f"{self.path.name} has no video track, so there is no gap to fill.")
        self._find_rate([track for _, track in tracks])
        global_start = self.timeline.global_start_time
        start = self._frames(global_start) if global_start is not None else Fraction(0)
        listed = tuple(
            self._track(number, track, (*self.way, "tracks", "children", place, "children"))
            for number, (place, track) in enumerate(tracks)
        )
        name = self.timeline.name or self.path.stem
        is_drop = self.rate.denominator == 1001 and self.rate.numerator % 30000 == 0 and self._is_drop()
        return Listing(name, self.rate, is_drop, round(start), None, listed, tuple(self._markers()))

    def _find_rate(self, tracks: list[Any]) -> None:
        said = Counter(
            rate
            for track in tracks
            for item in track
            if not self._is(item, "Transition") and (rate := self._duration(item).rate) > 0
        )
        start = self.timeline.global_start_time
        number = start.rate if start is not None and start.rate > 0 else max(said, key=lambda r: said[r], default=24.0)
        rate = exact_rate(number)
        if rate is None:
            raise TimelineError(f"{self.path.name} is damaged: {number} frames per second is no rate.")
        self.rate, self.rate_number = rate, number

    def _is_drop(self) -> bool:
        ours = self.timeline.metadata.get("mpd_studio", {})
        return bool(ours.get("drop_frame", False))

    def _track(self, number: int, track: Any, children: Way) -> ListedTrack:
        name = track.name or f"V{number + 1}"
        if track.source_range is not None or self.timeline.tracks.source_range is not None:
            note = f"track {name} is trimmed as a whole; its clips are carried along and its gaps are not filled"
            return ListedTrack(name, (ListedForeign(max(1, round(self._frames(self._duration(track)))), note),))
        laid: list[Laid] = []
        covers: list[Laid] = []
        spaces: list[tuple[int, int, int, int]] = []  # start, stop, first and last position among the children
        position = Fraction(0)
        for index, item in enumerate(track):
            if self._is(item, "Transition"):
                covers.append(self._cover(item, position))
                continue
            begin, position = position, position + self._frames(self._duration(item))
            start, stop = round(begin), round(position)
            if self._is(item, "Gap"):
                if spaces and spaces[-1][1] == start and spaces[-1][3] == index - 1:
                    spaces[-1] = (spaces[-1][0], stop, spaces[-1][2], index)
                else:
                    spaces.append((start, stop, index, index))
            elif stop > start:
                is_whole = begin.denominator == position.denominator == 1
                laid.append(Laid(start, self._item(item, stop - start, is_whole)))
        listed = lay_out(name, laid, covers)
        for start, stop, first, last in spaces:
            self.spaces[number, start, stop - start] = Space(children, first, last)
        return listed

    def _cover(self, item: Any, position: Fraction) -> Laid:
        before, after = self._frames(item.in_offset), self._frames(item.out_offset)
        start, stop = math.floor(position - before), math.ceil(position + after)
        note = (
            f"the transition '{item.name or item.transition_type}' stands there, so that no frame of its clip is "
            "seen alone"
        )
        return Laid(max(0, start), ListedForeign(stop - max(0, start), note))

    def _item(self, item: Any, length: int, is_whole: bool) -> ListedClip | ListedForeign:
        name = item.name or "clip"
        reason = self._unusable(item)
        if reason is None:
            found = self._clip(item, name, length)
            if isinstance(found, ListedClip) and is_whole:
                return found
            reason = found if isinstance(found, str) else "does not begin and end on whole frames"
        return ListedForeign(length, f"'{name}' {reason}")

    def _unusable(self, item: Any) -> str | None:
        if unknown := item.metadata.get("mpd_studio", {}).get(UNKNOWN):
            return f"is a {unknown}, which OpenTimelineIO does not know"
        if not self._is(item, "Clip"):
            return "is a nested timeline; render it in the editor first"
        if not item.enabled:
            return "is switched off"
        for effect in item.effects:
            if self._is(effect, "LinearTimeWarp") and effect.time_scalar == 1:
                continue
            if self._is(effect, "TimeEffect"):
                title = f"{effect.time_scalar * 100:g} %" if self._is(effect, "LinearTimeWarp") else effect.effect_name
                return f"is retimed ({title or effect.schema_name()}); render it in the editor first"
        if self._is(item.media_reference, "GeneratorReference"):
            return "is made by a generator of the editor, not by media"
        return None

    def _clip(self, item: Any, name: str, length: int) -> ListedClip | str:
        """The clip, or why its frames cannot be known."""
        media = item.media_reference
        available = media.available_range if media is not None else None
        used = item.source_range or available
        for part in (used, available):
            if part is not None and exact_rate(part.start_time.rate) != self.rate and part.start_time.rate > 1:
                own = exact_rate(part.start_time.rate)
                return (
                    f"runs at {rate_title(own) if own else part.start_time.rate} frames a second in a timeline of "
                    f"{rate_title(self.rate)}, so that which of its frames is seen is the editor's choice"
                )
        if used is None:
            return "does not say which of its frames it uses"
        start = self._frames(used.start_time)
        origin = self._frames(available.start_time) if available is not None else None
        first = start - (origin or 0)
        if first.denominator != 1 or first < 0:
            return "begins before its media or between two frames"
        count = round(self._frames(available.duration)) if available is not None else None
        source = self._source(media, name, None if origin is None else round(origin), count)
        if source is None:
            return "uses every other picture of a sequence, or one without numbers"
        return ListedClip(name, source, int(first), length)

    def _source(self, media: Any, name: str, origin: int | None, count: int | None) -> ListedSource | None:
        ours = media.metadata.get("mpd_studio", {}) if media is not None else {}
        mark = str(ours.get("fingerprint", ""))
        if media is not None and self._is(media, "ImageSequenceReference"):
            if media.frame_step != 1 or media.frame_zero_padding < 0:
                return None
            pattern = f"{media.name_prefix}%0{media.frame_zero_padding}d{media.name_suffix}"
            base = path_of_url(media.target_url_base or ".", self.path.parent)
            path = base / pattern if base is not None else None
            kind = MediaKind.SEQUENCE
            return ListedSource(
                pattern, path, self.rate, origin, count, None, kind, media.start_frame, fingerprint=mark
            )
        url = str(media.target_url) if media is not None and self._is(media, "ExternalReference") else ""
        path = path_of_url(url, self.path.parent)
        shown = path.name if path is not None else PurePath((media.name if media is not None else "") or name).name
        is_still = ours.get("kind") == "still"
        kind = MediaKind.STILL if is_still else MediaKind.MOVIE
        return ListedSource(shown, path, self.rate, origin, count, None, kind, fingerprint=mark)

    def _markers(self) -> Iterator[ListedMarker]:
        for marker in self.timeline.tracks.markers:
            frame = round(self._frames(marker.marked_range.start_time))
            if 0 <= frame < _LONGEST:
                yield ListedMarker(frame, marker.name or "", str(getattr(marker, "comment", "") or ""))

    def _duration(self, item: Any) -> Any:
        import opentimelineio as otio

        title = item.name or item.schema_name()
        message = f"{self.path.name} is damaged: '{title}' does not say how long it is."
        if UNKNOWN in item.metadata.get("mpd_studio", {}) and item.source_range is None:
            raise TimelineError(message)
        try:
            return item.duration()
        except (otio.exceptions.OTIOError, ValueError) as error:
            raise TimelineError(message) from error

    def _frames(self, time: Any) -> Fraction:
        """A time in frames of the timeline; whole where it is within a thousandth of a frame."""
        value, number = float(time.value), float(time.rate)
        rate = exact_rate(number)
        if rate is None or not math.isfinite(value) or abs(value) > _LONGEST:
            raise TimelineError(f"{self.path.name} is damaged: {value} at {number} frames per second is no time.")
        frames = Fraction(value) * self.rate / rate
        return Fraction(round(frames)) if abs(frames - round(frames)) < Fraction(1, 1000) else frames

    def _is(self, item: Any, schema: str) -> bool:
        import opentimelineio as otio

        return isinstance(item, getattr(otio.schema, schema))
