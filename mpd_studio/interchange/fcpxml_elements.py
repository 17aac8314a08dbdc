"""The elements of an FCPXML that we write: assets, clips, and whole documents of version 1.9."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.fcpxml_times import time_text
from mpd_studio.interchange.listing import (
    ListedClip,
    ListedForeign,
    ListedItem,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
)
from mpd_studio.interchange.media_urls import url_of_path
from mpd_studio.interchange.xml_document import add, clean, pretty

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'


class FcpxmlWriter:
    """taken: ids that stand in the document. formats: (rate, size) -> id of those that can be used again.

    has_media_rep: versions from 1.9 name the file in an element, older ones in an attribute.
    """

    def __init__(
        self,
        listing: Listing,
        taken: set[str],
        formats: dict[tuple[FrameRate, Size | None], str],
        *,
        has_media_rep: bool = True,
    ) -> None:
        self._listing = listing
        self._taken = taken
        self._numbers: dict[str, int] = {}  # the last one given, by kind
        self._formats = dict(formats)
        self._has_media_rep = has_media_rep
        self._assets: dict[ListedSource, str] = {}
        self._notes: list[str] = []
        self.resources: list[Element] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def document(self) -> bytes:
        listing = self._listing
        root = Element("fcpxml", version="1.9")
        resources = add(root, "resources")
        project = add(add(add(root, "library"), "event", name=listing.name), "project", name=listing.name)
        sequence = add(
            project,
            "sequence",
            format=self._format_id(listing.rate, listing.canvas),
            duration=time_text(listing.length, listing.rate),
            tcStart=time_text(listing.start, listing.rate),
            tcFormat="DF" if listing.drop_frame else "NDF",
        )
        self._fill_spine(add(sequence, "spine"))
        resources.extend(self.resources)
        return (_HEAD + pretty(root) + "\n").encode("utf-8")

    def clip(self, clip: ListedClip, offset: str) -> Element:
        """offset: its place in the time of what holds it."""
        rate = self._listing.rate
        is_still = clip.source.kind is MediaKind.STILL
        element = Element("video" if is_still else "asset-clip", {"ref": self._asset_id(clip.source)})
        element.set("offset", offset)
        element.set("name", clean(clip.name))
        element.set("start", time_text(self.first_frame(clip), rate))
        element.set("duration", time_text(clip.length, rate))
        if not is_still:
            element.set("tcFormat", "DF" if clip.source.drop_frame else "NDF")
        for marker in clip.markers:
            element.append(self.marker(marker, self.first_frame(clip)))
        return element

    def first_frame(self, clip: ListedClip) -> int:
        """The number of the first frame a clip shows, in the time of its media."""
        return 0 if clip.source.kind is MediaKind.STILL else (clip.source.start or 0) + clip.start

    def marker(self, marker: ListedMarker, first: int) -> Element:
        rate = self._listing.rate
        element = Element("marker", start=time_text(first + marker.frame, rate), duration=time_text(1, rate))
        element.set("value", clean(marker.name))
        if marker.note:
            element.set("note", clean(marker.note))
        return element

    def _fill_spine(self, spine: Element) -> None:
        listing = self._listing
        tracks = listing.tracks or (ListedTrack("V1"),)
        story = list(tracks[0].placed())
        position = tracks[0].length
        if listing.length > position:
            story.append((position, ListedForeign(listing.length - position, "")))
        parts: list[tuple[int, int, int, Element]] = []  # start, stop, local first frame, element
        for start, item in story:
            offset = time_text(listing.start + start, listing.rate)
            element = self._story_element(item, offset, tracks[0].name)
            spine.append(element)
            first = self.first_frame(item) if isinstance(item, ListedClip) and element.tag != "gap" else 0
            parts.append((start, start + item.length, first, element))
        for lane, track in enumerate(tracks[1:], 1):
            for start, item in track.placed():
                if isinstance(item, ListedForeign):
                    self._notes.append(f"{item.note}: left out, its place on {track.name} is empty")
                elif isinstance(item, ListedClip) and self._can_hold(item):
                    self._connect(parts, item, start, lane)
        for marker in listing.markers:
            for start, stop, first, element in parts:
                if start <= marker.frame < stop:
                    moved = ListedMarker(marker.frame - start, marker.name, marker.note)
                    element.append(self.marker(moved, first))

    def _story_element(self, item: ListedItem, offset: str, track: str) -> Element:
        if isinstance(item, ListedClip) and self._can_hold(item):
            return self.clip(item, offset)
        if isinstance(item, ListedForeign) and item.note:
            self._notes.append(f"{item.note}: left out, its place on {track} is empty")
        duration = time_text(item.length, self._listing.rate)
        return Element("gap", {"name": "Gap", "offset": offset, "start": "0s", "duration": duration})

    def _connect(self, parts: list[tuple[int, int, int, Element]], clip: ListedClip, start: int, lane: int) -> None:
        begin, _, first, holder = next(part for part in parts if part[0] <= start < part[1])
        element = self.clip(clip, time_text(first + start - begin, self._listing.rate))
        element.set("lane", str(lane))
        # Anchored clips stand before markers.
        holder.insert(len(holder.findall("asset-clip")) + len(holder.findall("video")), element)

    def _can_hold(self, clip: ListedClip) -> bool:
        if clip.source.path is None:
            self._notes.append(f"'{clip.name}' names no file: left out")
        elif clip.source.kind is MediaKind.SEQUENCE:
            self._notes.append(f"'{clip.name}' is an image sequence, which FCPXML cannot hold: left out")
        else:
            return True
        return False

    def _asset_id(self, source: ListedSource) -> str:
        if source in self._assets:
            return self._assets[source]
        rate = source.rate or self._listing.rate
        is_still = source.kind is MediaKind.STILL
        shape = self._format_id(rate, source.size or self._listing.canvas)
        name = self._new_id("asset")
        asset = Element("asset", {"id": name, "name": clean(source.name)})
        asset.set("start", time_text(0 if is_still else source.start or 0, rate))
        asset.set("duration", "0s" if is_still else time_text(source.length or 0, rate))
        asset.set("hasVideo", "1")
        asset.set("format", shape)
        asset.set("videoSources", "1")
        url = url_of_path(source.path) if source.path is not None else ""
        if self._has_media_rep:
            add(asset, "media-rep", kind="original-media", src=url)
        else:
            asset.set("src", url)
        self._assets[source] = name
        self.resources.append(asset)
        return name

    def _format_id(self, rate: FrameRate, size: Size | None) -> str:
        key = (rate, size)
        if key not in self._formats:
            shape = Element("format", {"id": self._new_id("format"), "frameDuration": time_text(1, rate)})
            if size is not None:
                shape.set("width", str(size.width))
                shape.set("height", str(size.height))
            self._formats[key] = shape.get("id", "")
            self.resources.append(shape)
        return self._formats[key]

    def _new_id(self, kind: str) -> str:
        number = self._numbers.get(kind, 0) + 1
        while (name := f"mpd-studio-{kind}-{number}") in self._taken:
            number += 1
        self._numbers[kind] = number
        return name
