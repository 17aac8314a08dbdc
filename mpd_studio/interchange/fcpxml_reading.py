"""A Final Cut Pro timeline as a listing: the primary storyline is the lowest track, connected clips lie on others.

Space in the primary storyline is an element of its own, <gap>. Space between connected clips is none, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.fcpxml_times import named_rate, seconds_of
from mpd_studio.interchange.listing import (
    Laid,
    ListedClip,
    ListedForeign,
    ListedGap,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
    lay_out,
)
from mpd_studio.interchange.media_urls import path_of_url
from mpd_studio.interchange.xml_document import XmlElement

_STORY = frozenset(
    {"asset-clip", "clip", "video", "audio", "title", "ref-clip", "sync-clip", "mc-clip", "audition", "gap", "spine"}
)
_MARKERS = frozenset({"marker", "chapter-marker"})
_WHY = {
    "title": "is a title, made by the editor",
    "ref-clip": "is a compound clip; render it in the editor first",
    "sync-clip": "is a synchronised clip; render it in the editor first",
    "mc-clip": "is a multicam clip; render it in the editor first",
    "audition": "is an audition; finalise it in the editor first",
}
_LONGEST = 10**9


@dataclass(slots=True)
class FcpxmlReader:
    """gaps: (start, length) -> the <gap> elements of that gap of the primary storyline. story: its track, from 0."""

    path: Path
    root: XmlElement
    sequence: XmlElement
    name: str
    rate: FrameRate = Fraction(24)
    gaps: dict[tuple[int, int], tuple[XmlElement, ...]] = field(default_factory=dict)
    story: int = 0
    _resources: dict[str, XmlElement] = field(default_factory=dict)
    _lanes: dict[int, list[Laid]] = field(default_factory=dict)
    _markers: list[ListedMarker] = field(default_factory=list)

    def listing(self) -> Listing:
        """Raises: TimelineError: no rate, no storyline, or times between frames."""
        resources = self.root.find("resources")
        self._resources = (
            {e.attributes["id"]: e for e in resources.children if "id" in e.attributes} if resources else {}
        )
        shape = self._resources.get(self.sequence.attributes.get("format", ""))
        rate = self._rate_of(shape)
        if rate is None:
            raise TimelineError(f"{self.path.name} is damaged: its timeline's format says no frame rate.")
        self.rate = rate
        spine = self.sequence.find("spine")
        if spine is None:
            raise TimelineError(f"{self.path.name} is damaged: its timeline has no storyline.")
        story = self._storyline(spine)
        below = [self._lane(number) for number in sorted(self._lanes) if number < 0]
        above = [self._lane(number) for number in sorted(self._lanes) if number > 0]
        self.story = len(below)
        start = self._whole(seconds_of(self.sequence.attributes.get("tcStart")) or Fraction(0))
        is_drop = self.sequence.attributes.get("tcFormat") == "DF"
        markers = tuple(sorted(self._markers, key=lambda marker: marker.frame))
        return Listing(self.name, rate, is_drop, start or 0, self._size(shape), (*below, story, *above), markers)

    def _storyline(self, spine: XmlElement) -> ListedTrack:
        laid: list[Laid] = []
        covers: list[Laid] = []
        waiting: list[XmlElement] = []
        origin: Fraction | None = None
        position = began = 0
        for element in [e for e in spine.children if e.tag in _STORY or e.tag == "transition"]:
            length = self._frames(element, "duration")
            if element.tag == "transition":
                covers.append(self._transition(element, position, length, origin))
                continue
            if origin is None:
                origin = seconds_of(element.attributes.get("offset")) or Fraction(0)
            self._connected(element, position)
            if element.tag == "gap":
                began = began if waiting else position
                waiting.append(element)
            else:
                if waiting:
                    self.gaps[began, position - began] = tuple(waiting)
                    waiting = []
                laid.append(Laid(position, self._item(element, length)))
            position += length
        return lay_out("V1", laid, covers)

    def _transition(self, element: XmlElement, cut: int, length: int, origin: Fraction | None) -> Laid:
        offset = seconds_of(element.attributes.get("offset"))
        placed = None if offset is None or origin is None else self._whole(offset - origin)
        start = cut - length // 2 if placed is None else placed
        title = element.attributes.get("name") or "transition"
        note = f"the transition '{title}' stands there, so that no frame of its clip is seen alone"
        return Laid(max(0, start), ListedForeign(length, note))

    def _connected(self, parent: XmlElement, position: int) -> None:
        """What hangs on an element of the storyline: clips on lanes, and markers."""
        local = self._start(parent)
        for child in parent.children:
            if child.tag in _MARKERS:
                at = self._whole((seconds_of(child.attributes.get("start")) or Fraction(0)) - local)
                if at is not None and 0 <= position + at < _LONGEST:
                    note = child.attributes.get("note", "")
                    self._markers.append(ListedMarker(position + at, child.attributes.get("value", ""), note))
                continue
            lane = child.attributes.get("lane", "0")
            if child.tag not in _STORY or not lane.lstrip("-").isdecimal() or int(lane[:6]) == 0:
                continue
            offset = seconds_of(child.attributes.get("offset")) or Fraction(0)
            at = self._whole(offset - local)
            if at is not None:
                self._lay_on_lane(int(lane[:6]), child, position + at)

    def _lay_on_lane(self, lane: int, element: XmlElement, start: int) -> None:
        if element.tag == "gap" or not (element.tag == "spine" or self._has_pictures(element)):
            return
        row = self._lanes.setdefault(lane, [])
        if element.tag == "spine":
            for child in [e for e in element.children if e.tag in _STORY]:
                length = self._frames(child, "duration")
                if child.tag != "gap":
                    row.append(Laid(start, self._item(child, length)))
                start += length
        else:
            row.append(Laid(start, self._item(element, self._frames(element, "duration"))))

    def _lane(self, number: int) -> ListedTrack:
        """A lane as a track. Clips that hang on different ones may lie over each other: the later one is left out."""
        row: list[Laid] = []
        for laid in sorted(self._lanes[number], key=lambda laid: laid.start):
            if laid.start >= (row[-1].stop if row else 0):
                row.append(laid)
        track = lay_out(f"Lane {number}", row)
        note = "the space between connected clips is no gap of the timeline"
        items = tuple(ListedForeign(i.length, note) if isinstance(i, ListedGap) else i for i in track.items)
        return ListedTrack(track.name, items)

    def _has_pictures(self, element: XmlElement) -> bool:
        if element.tag == "audio" or element.attributes.get("srcEnable") == "audio":
            return False
        asset = self._resources.get(element.attributes.get("ref", ""))
        is_sound = asset is not None and asset.tag == "asset" and asset.attributes.get("hasVideo") != "1"
        inner = [child.tag for child in element.children if child.attributes.get("lane", "0") == "0"]
        return not is_sound and not (element.tag == "clip" and "video" not in inner)

    def _item(self, element: XmlElement, length: int) -> ListedClip | ListedForeign:
        name = element.attributes.get("name") or element.tag
        reason = self._unusable(element)
        if reason is None:
            found = self._clip(element, name, length)
            if isinstance(found, ListedClip):
                return found
            reason = found
        return ListedForeign(length, f"'{name}' {reason}")

    def _unusable(self, element: XmlElement) -> str | None:
        if element.tag in _WHY:
            return _WHY[element.tag]
        if not self._has_pictures(element):
            return "has no pictures"
        if element.attributes.get("enabled") == "0":
            return "is switched off"
        if element.find("timeMap") is not None:
            return "is retimed; render it in the editor first"
        conform = element.find("conform-rate")
        if conform is not None and conform.attributes.get("srcFrameRate"):
            return f"runs at {conform.attributes['srcFrameRate']} frames a second, conformed by the editor"
        return None

    def _clip(self, element: XmlElement, name: str, length: int) -> ListedClip | str:
        """The clip, or why its frames cannot be known."""
        holder, used = element, self._start(element)
        if element.tag == "clip":
            inner = next((c for c in element.children if c.tag == "video" and "lane" not in c.attributes), None)
            if inner is None:
                return "holds no media of its own"
            used = self._start(inner) + used - (seconds_of(inner.attributes.get("offset")) or Fraction(0))
            holder = inner
        asset = self._resources.get(holder.attributes.get("ref", ""))
        if asset is None or asset.tag != "asset":
            return "is made by the editor, not by media"
        rate = self._rate_of(self._resources.get(asset.attributes.get("format", "")))
        if rate not in (None, self.rate):
            return (
                f"runs at {rate_title(rate or self.rate)} frames a second in a timeline of {rate_title(self.rate)}, "
                "so that which of its frames is seen is the editor's choice"
            )
        begin = seconds_of(asset.attributes.get("start")) or Fraction(0)
        count = seconds_of(asset.attributes.get("duration"))
        is_still = count == 0
        first = 0 if is_still else self._whole(used - begin)
        if first is None or first < 0:
            return "begins between two frames of its media, or before them"
        origin = self._whole(begin)
        source = self._source(asset, name, origin, 1 if is_still else self._whole(count) if count else None, rate)
        return ListedClip(name, source, first, length)

    def _source(
        self, asset: XmlElement, name: str, origin: int | None, count: int | None, rate: FrameRate | None
    ) -> ListedSource:
        reps = [rep for rep in asset.all("media-rep") if rep.attributes.get("kind") != "proxy-media"]
        url = asset.attributes.get("src") or (reps[0].attributes.get("src", "") if reps else "")
        path = path_of_url(url, self.path.parent)
        size = self._size(self._resources.get(asset.attributes.get("format", "")))
        kind = MediaKind.STILL if count == 1 else MediaKind.MOVIE
        title = path.name if path is not None else asset.attributes.get("name") or name
        return ListedSource(title, path, rate, origin or 0, count, size, kind)

    def _start(self, element: XmlElement) -> Fraction:
        """The local time at which an element begins; a clip without one begins with its asset."""
        said = seconds_of(element.attributes.get("start"))
        asset = self._resources.get(element.attributes.get("ref", ""))
        if said is None and asset is not None and asset.tag == "asset":
            said = seconds_of(asset.attributes.get("start"))
        return said or Fraction(0)

    def _frames(self, element: XmlElement, name: str) -> int:
        seconds = seconds_of(element.attributes.get(name))
        if seconds is None and element.tag == "asset-clip":
            asset = self._resources.get(element.attributes.get("ref", ""))
            seconds = seconds_of(asset.attributes.get("duration")) if asset is not None else None
        frames = None if seconds is None else self._whole(seconds)
        if frames is None or not 0 <= frames < _LONGEST:
            title = element.attributes.get("name") or element.tag
            raise TimelineError(
                f"'{title}' in {self.path.name} does not last whole frames of the timeline "
                f"({name} {element.attributes.get(name)}). Repair it in the editor."
            )
        return frames

    def _whole(self, seconds: Fraction) -> int | None:
        frames = seconds * self.rate
        return frames.numerator if frames.denominator == 1 else None

    def _rate_of(self, shape: XmlElement | None) -> FrameRate | None:
        if shape is None:
            return None
        duration = seconds_of(shape.attributes.get("frameDuration"))
        if duration and Fraction(1, 1000) <= duration <= 1000:
            return 1 / duration
        return named_rate(shape.attributes.get("name", ""))

    def _size(self, shape: XmlElement | None) -> Size | None:
        sides = [shape.attributes.get(side, "") for side in ("width", "height")] if shape is not None else []
        whole = [int(side) for side in sides if side.isdecimal() and 0 < int(side[:9]) <= 32768]
        return Size(whole[0], whole[1]) if len(whole) == 2 else None


def timelines(root: XmlElement) -> Iterator[tuple[XmlElement, str]]:
    """(sequence, name) of every project; those of compound clips are in the resources, and are none."""
    for element in root.children:
        if element.tag == "sequence":
            yield element, element.attributes.get("name", "")
        elif element.tag == "project":
            yield from ((child, element.attributes.get("name", "")) for child in element.all("sequence"))
        elif element.tag in ("library", "event"):
            yield from timelines(element)
