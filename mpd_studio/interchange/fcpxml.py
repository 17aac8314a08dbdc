"""FCPXML, of Final Cut Pro: reading, and filling the gaps of the primary storyline.

A gap becomes a clip at its place; titles, clips and markers that hang on it stay at their moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.interchange.fcpxml_elements import FcpxmlWriter
from mpd_studio.interchange.fcpxml_reading import FcpxmlReader, timelines
from mpd_studio.interchange.fcpxml_times import exact_text, seconds_of
from mpd_studio.interchange.listing import Fill, Listing, OpenedTimeline, check_fills
from mpd_studio.interchange.media_urls import is_relative_place, path_of_url, url_of_path
from mpd_studio.interchange.source_text import Splice, newline_of
from mpd_studio.interchange.xml_document import XmlDocument, XmlElement, pretty, read_xml

FORMAT_ID = "fcpxml"
_BUNDLE_FILE = "Info.fcpxml"
_OWN_TIME = frozenset({"marker", "chapter-marker", "rating", "keyword", "analysis-marker"})


@dataclass(frozen=True, slots=True)
class _Document:
    """gaps: (track, start, length) -> the <gap> elements of that gap."""

    xml: XmlDocument
    gaps: dict[tuple[int, int, int], tuple[XmlElement, ...]]
    formats: dict[tuple[FrameRate, Size | None], str]


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """The first project of the file, or of a .fcpxmld bundle. rate: not needed, the file says it.

    Raises:
        TimelineError: it cannot be read, or holds no timeline.
    """
    del rate
    file = path / _BUNDLE_FILE if path.is_dir() else path
    xml = read_xml(file)
    if xml.root.tag != "fcpxml":
        raise TimelineError(f"{path.name} is no FCPXML; its first element is <{xml.root.tag}>.")
    found = list(timelines(xml.root))
    if not found:
        raise TimelineError(f"{path.name} holds no project with a timeline. Export a project from the editor.")
    sequence, name = found[0]
    reader = FcpxmlReader(file, xml.root, sequence, name or path.stem)
    listing = reader.listing()
    notes = ()
    if len(found) > 1:
        notes = (f"{path.name} holds {len(found)} projects; the first, {listing.name}, was opened.",)
    gaps = {(reader.story, start, length): elements for (start, length), elements in reader.gaps.items()}
    document = _Document(xml, gaps, _formats(xml.root))
    return OpenedTimeline(file, FORMAT_ID, listing, document, notes)


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The original with a clip in place of each gap, and its media among the resources.

    Raises:
        TimelineError: a fill has no gap of its own. OutputError: the file system refuses.
    """
    document = opened.document
    assert isinstance(document, _Document)
    check_fills(opened.listing, fills)
    xml = document.xml
    taken = {element.attributes["id"] for element in xml.root.walk() if "id" in element.attributes}
    has_media_rep = _version(xml.root) >= (1, 9)
    writer = FcpxmlWriter(opened.listing, taken, document.formats, has_media_rep=has_media_rep)
    splices: list[Splice] = []
    for fill in fills:
        gaps = document.gaps.get((fill.track, fill.start, fill.clip.length))
        if gaps is None:
            raise TimelineError(
                f"The gap at frame {fill.start} is no gap of the primary storyline of {opened.path.name}, or a "
                "transition reaches into it. Remove the transition in the editor."
            )
        splices += _fill_splices(xml, writer, fill, gaps, opened.listing.rate)
    resources = xml.root.find("resources")
    if resources is None or not resources.children:
        raise TimelineError(f"{opened.path.name} is damaged: it has no resources.")
    splices += [xml.inserted_after(resources.children[-1], element) for element in writer.resources]
    if path.parent.absolute() != opened.path.parent.absolute():
        splices += _moved(xml, opened.path.parent)
    write_atomically(path, xml.with_edits(splices))
    return ()


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new file of version 1.9. Returns: what was left out. Raises: OutputError: the file system refuses."""
    writer = FcpxmlWriter(listing, set(), {})
    write_atomically(path, writer.document())
    return writer.notes


def _fill_splices(
    xml: XmlDocument, writer: FcpxmlWriter, fill: Fill, gaps: tuple[XmlElement, ...], rate: FrameRate
) -> list[Splice]:
    full = [gap for gap in gaps if gap.children]
    if len(full) > 1:
        raise TimelineError(
            f"Clips hang on several gaps side by side at frame {fill.start}. Join the gaps in the editor."
        )
    head = full[0] if full else gaps[0]
    splices = [Splice(gap.start, gap.stop, "") for gap in gaps if gap is not head]
    new = writer.clip(fill.clip, gaps[0].attributes.get("offset", "0s"))
    if not full:
        return [*splices, xml.replaced(head, new)]
    before = sum(
        (seconds_of(gap.attributes.get("duration")) or Fraction(0) for gap in gaps[: gaps.index(head)]), Fraction(0)
    )
    shift = writer.first_frame(fill.clip) / rate + before - (seconds_of(head.attributes.get("start")) or Fraction(0))
    return [*splices, *_opened_up(xml, head, new, shift, rate)]


def _opened_up(xml: XmlDocument, gap: XmlElement, new: Element, shift: Fraction, rate: FrameRate) -> list[Splice]:
    """A gap that carries something becomes the new clip around what it carries, whose times move with its own."""
    splices: list[Splice] = []
    for child in gap.children:
        name = "start" if child.tag in _OWN_TIME else "offset"
        time = seconds_of(child.attributes.get(name))
        if time is not None:
            splices.append(xml.attribute_set(child, name, exact_text(time + shift, rate)))
    markers = list(new)
    for marker in markers:
        new.remove(marker)
    newline, indent = newline_of(xml.data), xml.indent(gap.children[0])
    lines = "".join(f"{newline}{indent}{pretty(marker, indent, newline)}" for marker in markers)
    carried = [child for child in gap.children if child.tag != "metadata"]  # which must stay the last
    at = carried[-1].stop if carried else gap.inner
    return [
        Splice(gap.start, gap.inner, f"{pretty(new).removesuffix('/>').rstrip()}>"),
        *splices,
        Splice(at, at, lines),
        Splice(xml.close_tag(gap), gap.stop, f"</{new.tag}>"),
    ]


def _formats(root: XmlElement) -> dict[tuple[FrameRate, Size | None], str]:
    """The plain formats of a document, which new media can share."""
    found: dict[tuple[FrameRate, Size | None], str] = {}
    resources = root.find("resources")
    for shape in resources.all("format") if resources is not None else ():
        duration = seconds_of(shape.attributes.get("frameDuration"))
        sides = [shape.attributes.get(side, "") for side in ("width", "height")]
        if duration and duration > 0 and all(side.isdecimal() and 0 < int(side[:9]) <= 32768 for side in sides):
            size = Size(int(sides[0]), int(sides[1]))
            found.setdefault((1 / duration, size), shape.attributes.get("id", ""))
    return found


def _version(root: XmlElement) -> tuple[int, int]:
    major, _, minor = root.attributes.get("version", "1.0").partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (1, 0)


def _moved(xml: XmlDocument, folder: Path) -> list[Splice]:
    splices: list[Splice] = []
    for element in xml.root.walk():
        url = element.attributes.get("src", "") if element.tag in ("asset", "media-rep") else ""
        path = path_of_url(url, folder) if is_relative_place(url) else None
        if path is not None:
            splices.append(xml.attribute_set(element, "src", url_of_path(path)))
    return splices
