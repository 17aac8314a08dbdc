"""The elements of an MLT XML that we write: producers, entries, and whole documents that melt plays."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from mpd_studio.core.frames import format_timecode
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.listing import (
    ListedClip,
    ListedForeign,
    ListedGap,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
)
from mpd_studio.interchange.mlt_times import clock_time
from mpd_studio.interchange.xml_document import add, clean, pretty

START = "mpd_studio:start_timecode"
MARKERS = "shotcut:markers"


class MltWriter:
    """taken: ids that stand in the document already. notes: what was left out, in the user's words."""

    def __init__(self, listing: Listing, taken: set[str]) -> None:
        self._listing = listing
        self._taken = taken
        self._producers: dict[ListedSource, tuple[str, Element]] = {}
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def document(self) -> bytes:
        listing = self._listing
        root = Element("mlt", {"LC_NUMERIC": "C", "version": "7.0.0", "title": clean(listing.name), "producer": "main"})
        self._add_profile(root)
        playlists = [self._playlist(number, track) for number, track in enumerate(listing.tracks)]
        root.extend(element for _, element in self._producers.values())
        root.extend(playlists)
        _add_background(root, listing.length)
        main = add(root, "tractor", id="main", title=listing.name)
        if listing.length:
            main.set("in", "0")
            main.set("out", str(listing.length - 1))
        _property(main, START, format_timecode(listing.start, listing.rate, listing.drop_frame))
        self._add_markers(main, listing.markers)
        add(main, "track", producer="background")
        for playlist in playlists:
            add(main, "track", producer=playlist.get("id", ""))
        for number in range(1, len(playlists) + 1):
            _add_compositing(main, number)
        return ('<?xml version="1.0" encoding="utf-8"?>\n' + pretty(root) + "\n").encode("utf-8")

    def entry(self, clip: ListedClip) -> Element:
        first = 0 if clip.source.kind is MediaKind.STILL else clip.start
        element = Element("entry", {"producer": self._producer_id(clip)})
        element.set("in", str(first))
        element.set("out", str(first + clip.length - 1))
        return element

    def new_producers(self) -> list[Element]:
        """Of all entries that were made so far."""
        return [element for _, element in self._producers.values()]

    def _add_profile(self, root: Element) -> None:
        size = self._listing.canvas or Size(1920, 1080)
        rate = self._listing.rate
        values = {
            "description": f"{size.width}x{size.height}",
            "width": size.width,
            "height": size.height,
            "progressive": 1,
            "sample_aspect_num": 1,
            "sample_aspect_den": 1,
            "display_aspect_num": size.width,
            "display_aspect_den": size.height,
            "frame_rate_num": rate.numerator,
            "frame_rate_den": rate.denominator,
            "colorspace": 709 if size.height >= 720 else 601,
        }
        add(root, "profile", **{name: str(value) for name, value in values.items()})

    def _playlist(self, number: int, track: ListedTrack) -> Element:
        playlist = Element("playlist", id=f"track_{number}")
        _property(playlist, "shotcut:name", track.name)
        for item in track.items:
            if isinstance(item, ListedForeign):
                self._notes.append(f"{item.note}: left out, its place on {track.name} is empty")
            if isinstance(item, ListedClip) and item.source.path is not None:
                playlist.append(self.entry(item))
                continue
            if isinstance(item, ListedClip):
                self._notes.append(f"'{item.name}' names no file: left out")
            if not isinstance(item, ListedGap) or item.length:
                add(playlist, "blank", length=str(item.length))
        return playlist

    def _producer_id(self, clip: ListedClip) -> str:
        source = clip.source
        if source in self._producers:
            return self._producers[source][0]
        number = len(self._producers) + 1
        while (name := f"mpd_studio_{number}") in self._taken:
            number += 1
        self._taken.add(name)
        is_still = source.kind is MediaKind.STILL
        length = max(source.length or 0, clip.start + clip.length) if not is_still else max(15000, clip.length)
        producer = Element("producer", id=name)
        producer.set("in", "0")
        producer.set("out", str(length - 1))
        _property(producer, "length", str(length))
        _property(producer, "eof", "pause")
        _property(producer, "resource", _resource(source))
        # Never qimage for sequences: with a %06d pattern it plays black.
        _property(producer, "mlt_service", "pixbuf" if is_still else "avformat")
        _property(producer, "audio_index", "-1")
        if source.kind is MediaKind.SEQUENCE:
            _property(producer, "force_fps", f"{float(self._listing.rate):.6f}")
        for key, value in clip.facts:
            _property(producer, f"mpd_studio:{key}", value)
        self._producers[source] = (name, producer)
        return name

    def _add_markers(self, main: Element, markers: tuple[ListedMarker, ...]) -> None:
        if not markers:
            return
        holder = add(main, "properties", name=MARKERS)
        for number, marker in enumerate(markers):
            one = add(holder, "properties", name=str(number))
            _property(one, "text", marker.name)
            _property(one, "start", clock_time(marker.frame, self._listing.rate))
            _property(one, "end", clock_time(marker.frame, self._listing.rate))


def _resource(source: ListedSource) -> str:
    path = source.path.as_posix() if source.path is not None else ""
    if source.kind is MediaKind.SEQUENCE and source.first_number > 1:
        return f"{path}?begin={source.first_number}"
    return path


def _add_background(root: Element, length: int) -> None:
    """Black behind all tracks: without it a gap holds the last picture."""
    black = add(root, "producer", id="black")
    black.set("in", "0")
    black.set("out", str(max(0, length - 1)))
    for name, value in (("length", str(max(1, length))), ("resource", "#ff000000"), ("mlt_service", "color")):
        _property(black, name, value)
    entry = add(add(root, "playlist", id="background"), "entry", producer="black")
    entry.set("in", "0")
    entry.set("out", str(max(0, length - 1)))


def _add_compositing(main: Element, number: int) -> None:
    """The pictures of a higher track over those below it."""
    transition = add(main, "transition", id=f"over_{number}")
    for name, value in (
        ("a_track", "0"),
        ("b_track", str(number)),
        ("mlt_service", "composite"),
        ("always_active", "1"),
        ("fill", "1"),
        ("geometry", "0=0/0:100%x100%:100"),
    ):
        _property(transition, name, value)


def _property(parent: Element, name: str, value: str) -> None:
    add(parent, "property", value, name=name)
