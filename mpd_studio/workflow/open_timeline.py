"""Open a project or an editor's timeline: what it lists, its media found and looked at, its gaps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from mpd_studio import interchange
from mpd_studio.core.errors import BadInput, TimelineError
from mpd_studio.core.frames import FrameRate, rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.paths import program_paths
from mpd_studio.core.progress import Reporter
from mpd_studio.core.project_file import SUFFIX, read_project
from mpd_studio.core.timeline import Clip, Foreign, Gap, Item, Marker, Timeline, Track
from mpd_studio.interchange import otioz
from mpd_studio.interchange.listing import (
    ListedClip,
    ListedForeign,
    ListedGap,
    ListedItem,
    ListedSource,
    Listing,
    OpenedTimeline,
)
from mpd_studio.workflow.listed_media import Found, stops_of, wanted_of
from mpd_studio.workflow.relink import MediaFinder, Wanted, relinked, why_missing

_CANVAS = Size(1920, 1080)
FoundMedia = dict[ListedSource, MediaRef | None]


@dataclass(frozen=True, slots=True)
class TimelineFile:
    """opened: the kept original of an editor's timeline; None for a project.

    notes: what the user should know. missing: media that are nowhere, whose gaps cannot be filled.
    """

    path: Path
    timeline: Timeline
    opened: OpenedTimeline | None = None
    notes: tuple[str, ...] = ()
    missing: tuple[MediaRef, ...] = ()


def can_open(path: Path) -> bool:
    """By the name alone: a project, or a timeline of a format that is known."""
    return path.suffix.lower() == SUFFIX or interchange.is_timeline(path)


def open_timeline(
    path: Path, reporter: Reporter, *, rate: FrameRate | None = None, folders: tuple[Path, ...] = ()
) -> TimelineFile:
    """rate: frames per second, for formats that do not say it. folders: searched for media that are not in their place.

    Raises:
        ProjectError, TimelineError: it cannot be read.
        BadInput: a folder that is to be searched is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"There is no folder {folder} to search for media.")
    if path.suffix.lower() == SUFFIX:
        return _project(path, reporter, folders)
    opened = interchange.read(path, rate)
    finder = MediaFinder(path.absolute().parent, folders, reporter)
    if opened.format_id == otioz.FORMAT_ID:
        opened = replace(opened, listing=otioz.unpack(opened, _bundle_folder(path), reporter.raise_if_cancelled))
    media = _find_all(opened.listing, finder)
    if rate is None and not opened.rate_known:
        opened, media = _at_the_rate_of(media, opened, finder)
    listing = opened.listing
    canvas = listing.canvas or next((ref.size for ref in media.values() if ref is not None), _CANVAS)
    found = Found(media, stops_of(listing), listing.rate, finder.base, canvas)
    timeline = replace(_timeline(listing, found), origin=path.absolute())
    notes = (*opened.notes, *_moved(media), *finder.problems.values())
    return TimelineFile(path, timeline, opened, tuple(dict.fromkeys(notes)), missing_of(timeline))


def missing_of(timeline: Timeline) -> tuple[MediaRef, ...]:
    """Media whose (first) file does not exist."""
    used = [item.media for track in timeline.tracks for item in track.items if isinstance(item, Clip)]
    refs = dict.fromkeys([*timeline.media, *used])
    return tuple(ref for ref in refs if why_missing(ref))


def _bundle_folder(path: Path) -> Path:
    """Where the media of a bundle are put: another one for a bundle of another place, size or time."""
    status = path.stat()
    facts = f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}"
    digest = hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return program_paths().bundles / f"{path.stem}-{digest}"


def _project(path: Path, reporter: Reporter, folders: tuple[Path, ...]) -> TimelineFile:
    project = read_project(path)
    timeline, finder = project.timeline, MediaFinder(path.absolute().parent, folders, reporter)
    for old in missing_of(timeline):
        new = finder.find(Wanted(old.name, old.path, old.kind, old.frame_count, 1, old.fingerprint))
        if new is not None:
            kept = replace(old, path=new.path) if new.fingerprint == old.fingerprint else new
            timeline = relinked(old, kept, timeline)
    notes = (*project.notes, *finder.problems.values())
    return TimelineFile(path, timeline, None, notes, missing_of(timeline))


def _find_all(listing: Listing, finder: MediaFinder) -> FoundMedia:
    users: dict[ListedSource, list[ListedClip]] = {}
    for track in listing.tracks:
        for item in track.items:
            if isinstance(item, ListedClip):
                users.setdefault(item.source, []).append(item)
    found: FoundMedia = {}
    for source, clips in users.items():
        media = finder.find(wanted_of(source, tuple(clips)))
        if media is not None and media.kind is not MediaKind.MOVIE:
            media = replace(media, rate=listing.rate)
        found[source] = media
    return found


def _moved(media: FoundMedia) -> tuple[str, ...]:
    """Media that are not where the file says."""
    return tuple(
        f"{source.name} was found at {ref.path}."
        for source, ref in media.items()
        if ref is not None and source.path is not None and source.kind is ref.kind and ref.path != source.path
    )


def _at_the_rate_of(
    media: FoundMedia, opened: OpenedTimeline, finder: MediaFinder
) -> tuple[OpenedTimeline, FoundMedia]:
    """The same file read at the rate of its movies, where they agree on another than was guessed."""
    rates = {ref.rate for ref in media.values() if ref is not None and ref.kind is MediaKind.MOVIE and not ref.is_vfr}
    if len(rates) != 1:
        return opened, media
    (rate,) = rates
    try:
        again = interchange.read(opened.path, rate)
    except TimelineError:
        return opened, media
    note = f"{opened.path.name} does not say its frame rate; it is taken from its media: {rate_title(rate)}."
    return replace(again, notes=(*again.notes, note)), _find_all(again.listing, finder)


def _timeline(listing: Listing, found: Found) -> Timeline:
    tracks = tuple(
        Track(track.name, tuple(_item(item, found.item) for item in track.items)) for track in listing.tracks
    )
    used = [item.media for track in tracks for item in track.items if isinstance(item, Clip)]
    markers = tuple(Marker(marker.frame, marker.name, marker.note) for marker in listing.markers)
    return Timeline(
        listing.name,
        listing.rate,
        found.canvas,
        listing.drop_frame,
        listing.start,
        markers,
        tracks or (Track("V1"),),
        tuple(dict.fromkeys(used)),
    )


def _item(item: ListedItem, clip: Callable[[ListedClip], Item]) -> Item:
    if isinstance(item, ListedGap):
        return Gap(GapId(f"gap-{uuid4().hex[:8]}"), item.length)
    if isinstance(item, ListedForeign):
        return Foreign(item.length, item.note, "")
    return clip(item)
