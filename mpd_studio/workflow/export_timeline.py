"""Hand a timeline on to an editor: movies of the chosen takes, and a timeline file that refers to them.

Where the timeline was opened from a file of the same format, and nothing but its gaps has changed since, that file is
written back with the gaps filled, and all that only the editor knows stays in it. Otherwise a new file is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mpd_studio import interchange
from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import BadInput, OutputError, TimelineError
from mpd_studio.core.gap_edits import take_fits
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import Clip, Item, Timeline, gaps_of
from mpd_studio.interchange.listing import Fill, OpenedTimeline
from mpd_studio.workflow.build_request import place_of
from mpd_studio.workflow.deliver import deliver_take
from mpd_studio.workflow.open_timeline import TimelineFile, open_timeline
from mpd_studio.workflow.timeline_clips import fill_of, listing_of, movie_for

RESOLVE_STEPS = "Read me.txt"


@dataclass(frozen=True, slots=True)
class ExportedTimeline:
    """path: the timeline. movies: of the takes, in its order. in_original: the file it came from was filled.

    notes: what is not in it, in the user's words.
    """

    path: Path
    movies: tuple[Path, ...]
    in_original: bool
    notes: tuple[str, ...] = ()


def media_folder(path: Path) -> Path:
    """Where the movies of an exported timeline go."""
    return path.with_name(f"{path.stem}_media")


def export_timeline(
    timeline: Timeline,
    path: Path,
    reporter: Reporter,
    *,
    movie_id: str | None = None,
    handles: int = 0,
    overwrite: bool = False,
) -> ExportedTimeline:
    """Write the timeline, in the format that its name says, with the chosen take of every gap as a movie beside it.

    movie_id: None chooses by the pictures. handles: frames of footage at both ends of the movies.

    Raises:
        MpdError: the format or the movies cannot hold it, something stands there already, or media are gone.
    """
    _check_place(timeline, path, overwrite)
    taken = _take_out(timeline, path, reporter, movie_id=movie_id, handles=handles, overwrite=overwrite)
    return _written(timeline, path, taken, reporter)


def export_for_resolve(
    timeline: Timeline, folder: Path, reporter: Reporter, *, handles: int = 0, overwrite: bool = False
) -> ExportedTimeline:
    """A folder to import into DaVinci Resolve by hand: the movies, the timeline as FCP 7 XML and as EDL, the steps.

    For editions of Resolve that run no scripts. folder: made when it is not there.

    Raises:
        MpdError: as export_timeline.
    """
    path = folder / f"{folder.name}.xml"
    edl, steps = path.with_suffix(".edl"), folder / RESOLVE_STEPS
    for place in (path, edl, steps):
        _check_place(timeline, place, overwrite)
    taken = _take_out(timeline, path, reporter, movie_id=None, handles=handles, overwrite=overwrite)
    made = _written(timeline, path, taken, reporter)
    listed = _written(timeline, edl, replace(taken, notes=()), reporter)
    write_atomically(steps, resolve_steps(path.name, edl.name, media_folder(path).name).encode("utf-8"))
    in_edl = tuple(f"in the EDL: {note}" for note in listed.notes if note not in made.notes)
    return replace(made, notes=(*made.notes, *in_edl))


def resolve_steps(xml: str, edl: str, movies: str) -> str:
    """What to do in Resolve with the folder; shown in the app and written into it."""
    return (
        "1. Open the project in DaVinci Resolve. Its frame rate must be the timeline's.\n"
        f"2. File > Import > Timeline: choose {xml}.\n"
        f"3. When Resolve asks for media, choose the folder {movies} beside it, and the folder of the footage.\n"
        "4. It becomes a new timeline, with the new clips in their gaps. The one that was open stays as it is.\n\n"
        f"If Resolve refuses the XML, import {edl} in the same way: it holds the cuts of one video track. "
        f"To use the new clips only, drag the movies of {movies} into the gaps: each is as long as its gap.\n"
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """The chosen takes as movies. notes: gaps that stay empty, and why."""

    fills: tuple[Fill, ...]
    movies: tuple[Path, ...]
    notes: tuple[str, ...]


def _take_out(
    timeline: Timeline, path: Path, reporter: Reporter, *, movie_id: str | None, handles: int, overwrite: bool
) -> _Taken:
    fills: list[Fill] = []
    movies: list[Path] = []
    notes: list[str] = []
    for number, placed in enumerate(gaps_of(timeline), 1):
        take = placed.gap.chosen_take
        if take is None:
            notes.append(f"gap {number} has no take and stays empty")
            continue
        if not take_fits(placed, take):
            notes.append(f"gap {number}: {take.name} was made for other frames; the gap stays empty")
            continue
        report = deliver_take(
            take.result,
            movie_id or movie_for(take.result.request),
            media_folder(path),
            f"{path.stem}_gap_{number:02d}",
            _Labelled(reporter, f"Gap {number}"),
            place=place_of(timeline, placed.gap.id),
            overwrite=overwrite,
            handles=handles,
        )
        movies.append(report.files[0])
        fills.append(fill_of(timeline, placed, take.result, report.files[0], handles))
    return _Taken(tuple(fills), tuple(movies), tuple(notes))


def _written(timeline: Timeline, path: Path, taken: _Taken, reporter: Reporter) -> ExportedTimeline:
    row, notes = interchange.format_of(path), list(taken.notes)
    opened = _original(timeline, row.id, reporter, notes)
    if opened is not None:
        notes += interchange.write_filled(opened, taken.fills, path)
    else:
        notes += interchange.write(listing_of(timeline, taken.fills), path, row.id)
    return ExportedTimeline(path, taken.movies, opened is not None, tuple(notes))


def _check_place(timeline: Timeline, path: Path, overwrite: bool) -> None:
    if timeline.origin is not None and path.resolve() == Path(timeline.origin).resolve():
        raise BadInput(f"{path.name} is the timeline this project came from. Choose another name, so that it stays.")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} exists already. Choose another name, or allow replacing it.")


def _original(timeline: Timeline, format_id: str, reporter: Reporter, notes: list[str]) -> OpenedTimeline | None:
    """The file it came from, when it has this format and all but the gaps as it was; else a note says what is lost."""
    if timeline.origin is None:
        return None
    path = Path(timeline.origin)
    lost = "transitions, sound, titles and whatever else only the editor knows are not in the new file"
    try:
        if interchange.format_of(path).id != format_id:
            notes.append(f"{path.name} is of another format: {lost}")
            return None
        again = open_timeline(path, reporter, rate=timeline.rate)
    except TimelineError as error:
        notes.append(f"{error} So {lost}")
        return None
    if again.opened is not None and _is_as_it_was(timeline, again):
        return again.opened
    notes.append(f"the timeline is not as {path.name} has it any more: {lost}")
    return None


def _is_as_it_was(timeline: Timeline, again: TimelineFile) -> bool:
    before = again.timeline
    if (timeline.rate, timeline.start, len(timeline.tracks)) != (before.rate, before.start, len(before.tracks)):
        return False
    return all(
        len(now.items) == len(then.items) and all(map(partial(_is_same, again.missing), now.items, then.items))
        for now, then in zip(timeline.tracks, before.tracks, strict=True)
    )


def _is_same(missing: tuple[MediaRef, ...], now: Item, then: Item) -> bool:
    """The same kind and length; of media that are there, also the same frames."""
    if type(now) is not type(then) or now.length != then.length:
        return False
    if isinstance(now, Clip) and isinstance(then, Clip) and then.media not in missing:
        return now.source_range == then.source_range and now.media.fingerprint == then.media.fingerprint
    return True


class _Labelled(Reporter):
    def __init__(self, reporter: Reporter, label: str) -> None:
        self._reporter, self._label = reporter, label

    def report(self, progress: Progress) -> None:
        self._reporter.report(Progress(f"{self._label}: {progress.stage}", progress.done, progress.total))

    def raise_if_cancelled(self) -> None:
        self._reporter.raise_if_cancelled()
