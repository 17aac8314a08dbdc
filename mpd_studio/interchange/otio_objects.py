"""The OpenTimelineIO objects that we write.

Shaped as DaVinci Resolve reads them: plain paths, an available range on every reference, ranges in the media's own
timecode, a global start. Other readers take them as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedSource, Listing
from mpd_studio.interchange.media_urls import url_of_path

if TYPE_CHECKING:
    import opentimelineio as otio

_MOVIE, _PICTURES = "DEFAULT_MEDIA", "MPD_STUDIO_PICTURES"


class OtioWriter:
    """rate_number: the rate as the file writes it (23.976 or 23.976023976…). notes: what was left out."""

    def __init__(self, listing: Listing, rate_number: float, versions: dict[str, int], *, as_urls: bool) -> None:
        self._listing = listing
        self._rate = rate_number
        self._versions = versions
        self._as_urls = as_urls
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def clip_text(self, clip: ListedClip, indent: str) -> str:
        """The JSON of a clip; lines after the first carry `indent`."""
        import opentimelineio as otio

        known = otio.core.type_version_map()
        older = {title: number for title, number in self._versions.items() if number < known.get(title, 0)}
        text = otio.core.serialize_json_to_string(self._clip(clip), older, 4)
        return text.strip().replace("\n", f"\n{indent}")

    def document_text(self) -> str:
        import opentimelineio as otio

        listing = self._listing
        timeline = otio.schema.Timeline(listing.name, global_start_time=self._time(listing.start))
        timeline.metadata["mpd_studio"] = {"drop_frame": listing.drop_frame}
        for number, listed in enumerate(listing.tracks, 1):
            track = otio.schema.Track(listed.name or f"Video {number}", kind=otio.schema.TrackKind.Video)
            for item in listed.items:
                if isinstance(item, ListedClip):
                    track.append(self._clip(item))
                    continue
                if isinstance(item, ListedForeign):
                    self._notes.append(f"{item.note}: left out, its place on {listed.name} is empty")
                track.append(otio.schema.Gap(source_range=self._range(0, item.length)))
            timeline.tracks.append(track)
        for marker in listing.markers:
            timeline.tracks.markers.append(self._marker(marker.name, marker.note, marker.frame, {}))
        return otio.core.serialize_json_to_string(timeline, {}, 4)

    def _clip(self, clip: ListedClip) -> otio.schema.Clip:
        import opentimelineio as otio

        is_still = clip.source.kind is MediaKind.STILL
        first = (clip.source.start or 0) + (0 if is_still else clip.start)
        used = self._range(first, clip.length)
        facts = dict(clip.facts)
        made = otio.schema.Clip(clip.name, self._reference(clip.source, clip), used)
        if facts:
            made.metadata["mpd_studio"] = facts
        if clip.sequence is not None:
            references = {_MOVIE: made.media_reference, _PICTURES: self._reference(clip.sequence, clip)}
            made.set_media_references(references, _MOVIE)
        for marker in clip.markers:
            made.markers.append(self._marker(marker.name, marker.note, first + marker.frame, facts))
        return made

    def _reference(self, source: ListedSource, clip: ListedClip) -> Any:
        import opentimelineio as otio

        is_still = source.kind is MediaKind.STILL
        length = clip.length if is_still else source.length or clip.start + clip.length
        available = self._range(source.start or 0, length)
        if source.path is None:
            return otio.schema.MissingReference(source.name, available)
        metadata = {
            name: value
            for name, value in (("fingerprint", source.fingerprint), ("kind", "still" if is_still else ""))
            if value
        }
        ours: Any = {"mpd_studio": metadata} if metadata else {}
        if source.kind is MediaKind.SEQUENCE:
            before, digits, after = _pattern_parts(source.path.name)
            return otio.schema.ImageSequenceReference(
                f"{self._place(source.path.parent)}/",
                before,
                after,
                source.first_number,
                1,
                self._rate,
                digits,
                available_range=available,
                metadata=ours,
            )
        return otio.schema.ExternalReference(self._place(source.path), available, ours)

    def _place(self, path: Any) -> str:
        if not path.is_absolute():
            return path.as_posix()
        return url_of_path(path) if self._as_urls else path.as_posix()

    def _marker(self, name: str, note: str, frame: int, facts: dict[str, str]) -> otio.schema.Marker:
        import opentimelineio as otio

        marked = self._range(frame, 1)
        ours: Any = {"mpd_studio": facts} if facts else {}
        return otio.schema.Marker(name, marked, otio.schema.MarkerColor.GREEN, ours, note)

    def _time(self, frame: int) -> otio.opentime.RationalTime:
        import opentimelineio as otio

        return otio.opentime.RationalTime(frame, self._rate)

    def _range(self, start: int, length: int) -> otio.opentime.TimeRange:
        import opentimelineio as otio

        return otio.opentime.TimeRange(self._time(start), self._time(length))


def _pattern_parts(name: str) -> tuple[str, int, str]:
    """a_%06d.png as ("a_", 6, ".png")."""
    before, _, rest = name.partition("%")
    width, _, after = rest.partition("d")
    return before, int(width or 1), after
