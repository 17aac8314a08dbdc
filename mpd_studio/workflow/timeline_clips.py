"""Takes as clips of an editor's timeline: the movie of a gap, its handles and markers; whole timelines as listings."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.frames import format_timecode, is_drop_frame_text, parse_timecode
from mpd_studio.core.inbetween import InbetweenRequest, InbetweenResult
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Gap, Item, PlacedGap, Timeline
from mpd_studio.interchange.listing import (
    Fill,
    ListedClip,
    ListedForeign,
    ListedGap,
    ListedItem,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
)
from mpd_studio.media.probe import probe
from mpd_studio.workflow.deliver import handle_lengths


def movie_for(request: InbetweenRequest) -> str:
    """The movie format that keeps what there is to keep: ProRes 4444 for alpha and odd widths, else ProRes 422 HQ.

    Raises:
        UnsupportedRequest: floating-point pictures, which no movie format holds.
    """
    ends = (request.first.media, request.last.media)
    if any(media.is_float for media in ends):
        raise UnsupportedRequest(
            "These are floating-point pictures, which no movie can hold, and editors' timelines need movies. "
            "Fill the gap in a project (.mpdproj), and bring the pictures in by hand."
        )
    if any(media.alpha for media in ends) or request.canvas.width % 2:
        return "prores4444"
    return "prores422hq"


def fill_of(timeline: Timeline, placed: PlacedGap, result: InbetweenResult, movie: Path, handles: int = 0) -> Fill:
    """The clip for a gap. movie: of the take, with that many handles wanted.

    Raises:
        MediaError: the movie is not there.
    """
    head, _ = handle_lengths(result.request, handles)
    source = source_of(probe(movie))
    frames = result.frames
    pictures = ListedSource(
        frames.pattern,
        frames.folder / frames.pattern,
        timeline.rate,
        timeline.start + placed.start,
        frames.count,
        result.request.canvas,
        MediaKind.SEQUENCE,
        frames.first_number,
        timeline.drop_frame,
    )
    facts = facts_of(result)
    said = ", ".join(f"{name} {dict(facts)[name]}" for name in ("engine", "seed", "confidence") if name in dict(facts))
    marker = ListedMarker(0, "MPD Studio", said)
    clip = ListedClip(movie.stem, source, head, placed.gap.length, (marker,), facts, pictures)
    return Fill(placed.track, placed.start, clip)


def facts_of(result: InbetweenResult) -> tuple[tuple[str, str], ...]:
    """How a take came about, for markers and metadata."""
    made = result.provenance
    confidence = made.confidence
    facts = {"engine": made.engine_id, "seed": str(result.request.seed), "verdict": result.verdict}
    if confidence:
        facts["confidence"] = f"{sum(confidence) / len(confidence):.2f}"
    if made.created:
        facts["created"] = made.created
    return tuple(sorted(facts.items()))


def source_of(media: MediaRef) -> ListedSource:
    start, is_drop = 0, bool(media.start_tc and is_drop_frame_text(media.start_tc))
    try:
        start = parse_timecode(media.start_tc, media.rate) if media.start_tc else 0
    except ValueError:
        start, is_drop = 0, False
    return ListedSource(
        media.name,
        media.path,
        media.rate,
        start,
        media.frame_count,
        media.size,
        media.kind,
        media.first_number,
        is_drop,
        media.fingerprint,
    )


def listing_of(timeline: Timeline, fills: tuple[Fill, ...] = ()) -> Listing:
    """A timeline with these clips in its gaps; other gaps stay gaps, foreign items keep their place and reason."""
    placed = {(fill.track, fill.start): fill.clip for fill in fills}
    tracks = tuple(
        ListedTrack(track.name, tuple(_listed(item, placed.get((number, start))) for start, item in track.placed()))
        for number, track in enumerate(timeline.tracks)
    )
    markers = tuple(ListedMarker(marker.frame, marker.name, marker.note) for marker in timeline.markers)
    return Listing(timeline.name, timeline.rate, timeline.drop_frame, timeline.start, timeline.canvas, tracks, markers)


def _listed(item: Item, fill: ListedClip | None) -> ListedItem:
    if isinstance(item, Gap):
        return fill or ListedGap(item.length)
    if isinstance(item, Clip):
        used = item.source_range
        return ListedClip(item.media.name, source_of(item.media), used.start, used.length)
    assert isinstance(item, Foreign)
    return ListedForeign(item.length, item.note)


def place_text(timeline: Timeline, placed: PlacedGap) -> str:
    """Where a gap lies: "V1, 01:00:02:00 – 01:00:02:12"."""
    ends = (
        format_timecode(timeline.start + frame, timeline.rate, timeline.drop_frame)
        for frame in (placed.start, placed.stop)
    )
    return f"{timeline.tracks[placed.track].name}, {' – '.join(ends)}"
