"""MLT XML, the projects of Shotcut and Kdenlive: reading, and filling gaps, which are <blank> elements there.

Frames of a clip are counted from the first of its file, at the rate of the profile. A new producer is put before the
list that uses it, because MLT reads from top to bottom; every other byte stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePath

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, is_drop_frame_text, parse_timecode
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.listing import (
    Fill,
    Laid,
    ListedClip,
    ListedForeign,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
    OpenedTimeline,
    check_fills,
    lay_out,
)
from mpd_studio.interchange.media_urls import is_relative_place, path_of_url
from mpd_studio.interchange.mlt_elements import MARKERS, START, MltWriter
from mpd_studio.interchange.mlt_times import frames_of
from mpd_studio.interchange.source_text import Splice
from mpd_studio.interchange.xml_document import XmlDocument, XmlElement, read_xml

FORMAT_ID = "mlt"
_MADE_BY_EDITOR = frozenset({"color", "colour", "noise", "kdenlivetitle", "pango", "count", "glaxnimate", "tone"})
_PICTURES = frozenset({"pixbuf", "qimage"})
_BEGIN = re.compile(r"[?&]begin[=:](\d+)")

Place = tuple[XmlElement, ...]


@dataclass(frozen=True, slots=True)
class _Document:
    """blanks: (track, start, length) -> the <blank> elements of that gap, side by side."""

    xml: XmlDocument
    blanks: dict[tuple[int, int, int], Place]


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """rate: not needed, the profile says it.

    Raises:
        TimelineError: it cannot be read, has no profile, or plays nothing.
    """
    del rate
    xml = read_xml(path)
    if xml.root.tag != "mlt":
        raise TimelineError(f"{path.name} is no MLT XML; its first element is <{xml.root.tag}>.")
    reader = _Reader(path, xml.root)
    listing = reader.listing()
    return OpenedTimeline(path, FORMAT_ID, listing, _Document(xml, reader.blanks))


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The original with an entry in place of each blank.

    Raises:
        TimelineError: a fill has no gap of its own. OutputError: the file system refuses.
    """
    document = opened.document
    assert isinstance(document, _Document)
    check_fills(opened.listing, fills)
    xml = document.xml
    taken = {element.attributes["id"] for element in xml.root.walk() if "id" in element.attributes}
    writer = MltWriter(opened.listing, taken)
    splices: list[Splice] = []
    earliest: XmlElement | None = None
    for fill in fills:
        blanks = document.blanks.get((fill.track, fill.start, fill.clip.length))
        if blanks is None:
            raise TimelineError(
                f"The gap at frame {fill.start} of track {fill.track + 1} is not one of its own in {opened.path.name}; "
                "a mix of two clips reaches into it. Remove the mix in the editor."
            )
        splices.append(xml.replaced(blanks[0], writer.entry(fill.clip)))
        splices += [Splice(blank.start, blank.stop, "") for blank in blanks[1:]]
        holder = next(child for child in xml.root.children if child.start <= blanks[0].start < child.stop)
        earliest = holder if earliest is None or holder.start < earliest.start else earliest
    if earliest is not None:
        splices += [xml.inserted_before(earliest, producer) for producer in writer.new_producers()]
    if path.parent.absolute() != opened.path.parent.absolute():
        splices += _moved(xml, opened.path.parent)
    write_atomically(path, xml.with_edits(splices))
    return ()


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new file. Returns: what was left out. Raises: OutputError: the file system refuses."""
    writer = MltWriter(listing, set())
    data = writer.document()
    write_atomically(path, data)
    return writer.notes


def _moved(xml: XmlDocument, folder: Path) -> list[Splice]:
    """Relative places are meant from the root, which is the file's own folder where it is not given."""
    root = xml.root.attributes.get("root", "")
    names = (e for e in xml.root.walk() if e.tag == "property" and e.attributes.get("name") == "resource")
    if root and not is_relative_place(root):
        return []
    if any(is_relative_place(name.text) and ("/" in name.text or "." in name.text) for name in names):
        base = path_of_url(root or ".", folder)
        return [xml.attribute_set(xml.root, "root", base.as_posix() if base else str(folder.absolute()))]
    return []


def _properties(element: XmlElement) -> dict[str, str]:
    return {child.attributes.get("name", ""): child.text.strip() for child in element.all("property")}


@dataclass(slots=True)
class _Reader:
    path: Path
    root: XmlElement
    blanks: dict[tuple[int, int, int], Place] = field(default_factory=dict)
    rate: FrameRate = Fraction(25)
    parts: dict[str, XmlElement] = field(default_factory=dict)

    def listing(self) -> Listing:
        self.parts = {e.attributes["id"]: e for e in self.root.walk() if "id" in e.attributes}
        profile = self.root.find("profile")
        canvas = self._profile(profile)
        main = self._main()
        tracks: list[ListedTrack] = []
        for holder, playlists in self._tracks(main):
            name = _properties(holder).get("shotcut:name") or _properties(holder).get("kdenlive:track_name")
            tracks.append(self._track(len(tracks), name or f"V{len(tracks) + 1}", playlists))
        said = _properties(main)
        start, is_drop = 0, False
        if label := said.get(START, ""):
            try:
                start, is_drop = parse_timecode(label, self.rate), is_drop_frame_text(label)
            except ValueError:
                start = 0
        name = main.attributes.get("title") or self.root.attributes.get("title") or self.path.stem
        return Listing(name, self.rate, is_drop, start, canvas, tuple(tracks), tuple(self._markers(main)))

    def _profile(self, profile: XmlElement | None) -> Size | None:
        if profile is None:
            raise TimelineError(
                f"{self.path.name} has no <profile>, so that its frame rate depends on who plays it. "
                "Save it again with Shotcut or Kdenlive."
            )
        values = {name: profile.attributes.get(name, "") for name in ("frame_rate_num", "frame_rate_den")}
        try:
            self.rate = Fraction(int(values["frame_rate_num"]), int(values["frame_rate_den"]))
            size = Size(int(profile.attributes.get("width", "")), int(profile.attributes.get("height", "")))
        except (ValueError, ZeroDivisionError) as error:
            raise TimelineError(f"{self.path.name} is damaged: its profile has no rate or no size.") from error
        if not 0 < self.rate <= 1000:
            raise TimelineError(f"{self.path.name} is damaged: {self.rate} frames per second is no rate.")
        return size

    def _main(self) -> XmlElement:
        named = self.parts.get(self.root.attributes.get("producer", ""))
        tractors = [child for child in self.root.children if child.tag == "tractor"]
        playlists = [child for child in self.root.children if child.tag == "playlist"]
        if named is None or named.tag != "tractor":  # the named playlist of Shotcut and Kdenlive is their media bin
            found = tractors or ([named] if named is not None and named.tag == "playlist" else playlists)
            if not found:
                raise TimelineError(f"{self.path.name} plays nothing: it has neither tracks nor a playlist.")
            named = found[-1]
        return self._only_tractor(named) or named

    def _only_tractor(self, element: XmlElement) -> XmlElement | None:
        """Kdenlive keeps its timeline in a playlist or tractor of one track, which refers to a tractor."""
        refs = [child.attributes.get("producer", "") for child in element.children if child.tag in ("entry", "track")]
        found = self.parts.get(refs[0]) if len(refs) == 1 else None
        return found if found is not None and found.tag == "tractor" else None

    def _tracks(self, main: XmlElement) -> Iterator[tuple[XmlElement, list[XmlElement]]]:
        """(what carries the name, playlists) of each track that shows pictures, the lowest first."""
        if main.tag == "playlist":
            yield main, [main]
            return
        for track in self._track_elements(main):
            if track.attributes.get("hide") in ("video", "both"):
                continue
            part = track if track.tag == "playlist" else self.parts.get(track.attributes.get("producer", ""))
            if part is None or part.tag not in ("playlist", "tractor"):
                continue  # a producer of its own is the black behind all tracks
            if part.tag == "tractor":
                inner = [t for t in self._track_elements(part) if t.attributes.get("hide") not in ("video", "both")]
                lists = [self.parts.get(t.attributes.get("producer", "")) for t in inner]
                playlists = [p for p in lists if p is not None and p.tag == "playlist"]
            else:
                playlists = [part]
            if playlists and part.attributes.get("id") not in ("background", "black_track"):
                yield part, playlists

    def _track_elements(self, tractor: XmlElement) -> Iterator[XmlElement]:
        for holder in (tractor, *tractor.all("multitrack")):
            yield from (child for child in holder.children if child.tag in ("track", "playlist"))

    def _track(self, number: int, name: str, playlists: list[XmlElement]) -> ListedTrack:
        rows = [self._row(playlist) for playlist in playlists]
        laid = [piece for row, _ in rows for piece in row]
        covers: list[Laid] = []
        for index, (row, _) in enumerate(rows):
            others = [piece for other, _ in rows[index + 1 :] for piece in other]
            for one in row:
                for two in others:
                    start, stop = max(one.start, two.start), min(one.stop, two.stop)
                    if start < stop:
                        covers.append(Laid(start, ListedForeign(stop - start, "a mix of two clips stands there")))
        track = lay_out(name, laid, covers)
        used = [blanks for row, blanks in rows if row]
        for (start, length), place in (used[0] if len(used) == 1 else {}).items():
            self.blanks[number, start, length] = place
        return track

    def _row(self, playlist: XmlElement) -> tuple[list[Laid], dict[tuple[int, int], Place]]:
        """The items of a playlist at their places, and its blanks by (start, length)."""
        laid: list[Laid] = []
        blanks: dict[tuple[int, int], Place] = {}
        position, waiting, began = 0, [], 0
        for child in [c for c in playlist.children if c.tag in ("entry", "blank")]:
            if child.tag == "blank":
                length = self._time(child, "length")
                began = began if waiting else position
                waiting.append(child)
                position += length
                continue
            if waiting:
                blanks[began, position - began] = tuple(waiting)
                waiting = []
            item = self._entry(child)
            laid.append(Laid(position, item))
            position += item.length
        return laid, blanks

    def _time(self, element: XmlElement, name: str, default: int | None = None) -> int:
        text = element.attributes.get(name)
        found = frames_of(text, self.rate) if text is not None else default
        if found is None:
            raise TimelineError(f"{self.path.name} is damaged: a <{element.tag}> has no usable '{name}' ({text}).")
        return found

    def _entry(self, entry: XmlElement) -> ListedClip | ListedForeign:
        part = self.parts.get(entry.attributes.get("producer", ""))
        said = _properties(part) if part is not None else {}
        whole = frames_of(said.get("length", ""), self.rate)
        inner_in = self._time(part, "in", 0) if part is not None else 0
        inner_out = self._time(part, "out", whole - 1 if whole else None) if part is not None else None
        start = self._time(entry, "in", inner_in)
        length = self._time(entry, "out", inner_out) - start + 1
        resource = said.get("resource", "")
        name = said.get("kdenlive:clipname") or said.get("shotcut:caption") or PurePath(resource).name or "clip"
        if length < 1:
            raise TimelineError(f"{self.path.name} is damaged: '{name}' ends before it begins.")
        reason = self._unusable(part, said)
        source = self._source(name, resource, said, whole) if reason is None else None
        if reason is None and source is None:
            reason = "is a row of pictures that cannot be counted one by one"
        if source is None:
            return ListedForeign(length, f"'{name}' {reason}")
        return ListedClip(name, source, start, length)

    def _unusable(self, part: XmlElement | None, said: dict[str, str]) -> str | None:
        if part is None or part.tag in ("tractor", "playlist"):
            return "is a transition or a nested timeline"
        service = said.get("mlt_service", "")
        is_warped = any("time" in _properties(link).get("mlt_service", "") for link in part.all("link"))
        if service == "timewarp" or is_warped:
            return "is retimed; render it in the editor first"
        if service in _MADE_BY_EDITOR or not said.get("resource"):
            return "is made by the editor, not by media"
        if said.get("video_index") == "-1":
            return "is sound alone"
        return None

    def _source(self, name: str, resource: str, said: dict[str, str], whole: int | None) -> ListedSource | None:
        base = path_of_url(self.root.attributes.get("root") or ".", self.path.parent)
        begin = _BEGIN.search(resource)
        plain = resource[: begin.start()] if begin else resource
        if ".all." in plain or (said.get("ttl", "1") != "1" and "%" in plain):
            return None
        path = path_of_url(plain, Path(base) if base else self.path.parent)
        kind = MediaKind.SEQUENCE if re.search(r"%\d*d", PurePath(plain).name) else MediaKind.MOVIE
        if kind is MediaKind.MOVIE and said.get("mlt_service") in _PICTURES:
            kind = MediaKind.STILL
        first = int(begin[1]) if begin and len(begin[1]) < 10 else 1 if kind is MediaKind.SEQUENCE else 0
        return ListedSource(path.name if path else name, path, None, 0, whole, kind=kind, first_number=first)

    def _markers(self, main: XmlElement) -> Iterator[ListedMarker]:
        holder = next((e for e in main.all("properties") if e.attributes.get("name") == MARKERS), None)
        for one in holder.all("properties") if holder is not None else ():
            said = _properties(one)
            frame = frames_of(said.get("start", ""), self.rate)
            if frame is not None:
                yield ListedMarker(frame, said.get("text", ""))
