"""A project handed on to an editor: into the file it came from while only gaps have changed, else into a new one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import RATE, SIZE, clip

from mpd_studio import interchange
from mpd_studio.core.edits import trim_clip
from mpd_studio.core.errors import BadInput, OutputError, UnsupportedRequest
from mpd_studio.core.gap_edits import set_boundary
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Clip, Gap, Timeline, gaps_of
from mpd_studio.interchange.listing import ListedClip, ListedGap, ListedTrack, Listing
from mpd_studio.media.probe import probe
from mpd_studio.workflow.export_timeline import RESOLVE_STEPS, export_for_resolve, export_timeline, media_folder
from mpd_studio.workflow.fill_timeline import fill_timeline
from mpd_studio.workflow.open_timeline import open_timeline
from mpd_studio.workflow.timeline_clips import movie_for, source_of

REPORTER = SilentReporter()


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """An FCP 7 XML with sound that only the editor knows."""
    shot = source_of(probe(clip(tmp_path / "a.mkv", count=24)))
    items = (ListedClip("a", shot, 0, 6), ListedGap(3), ListedClip("a", shot, 12, 8), ListedGap(2))
    path = tmp_path / "cut.xml"
    listing = Listing("Cut", RATE, False, 86400, SIZE, (ListedTrack("V1", (*items, ListedClip("a", shot, 21, 3))),))
    interchange.write(listing, path)
    path.write_text(
        path.read_text().replace("</video>\n\t\t</media>", "</video>\n\t\t\t<audio><x/></audio>\n\t\t</media>")
    )
    return path


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Timeline:
    """With takes in both gaps."""
    timeline = open_timeline(original, REPORTER).timeline
    return fill_timeline(timeline, tmp_path / "takes", REPORTER, engine_id="crossfade").timeline


def test_the_file_it_came_from_is_filled_and_keeps_what_only_the_editor_knows(
    original: Path, project: Timeline, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "new.xml"
    made = export_timeline(project, path, REPORTER, handles=2)
    assert (made.in_original, made.notes) == (True, ())
    assert "<audio><x/></audio>" in path.read_text()
    again = open_timeline(path, REPORTER)
    assert [type(item) for item in again.timeline.tracks[0].items] == [Clip] * 5
    assert [movie.name for movie in made.movies] == ["new_gap_01.mov", "new_gap_02.mov"]
    assert [probe(movie).start_tc for movie in made.movies] == ["01:00:00:04", "01:00:00:15"]
    assert {movie.parent for movie in made.movies} == {media_folder(path)}
    assert original.read_text().count("<clipitem") == 3


def test_a_saved_project_still_knows_where_it_came_from(original: Path, project: Timeline, tmp_path: Path) -> None:
    write_project(tmp_path / "film.mpdproj", project)
    opened = read_project(tmp_path / "film.mpdproj").timeline
    assert opened == project
    assert opened.origin == original
    assert export_timeline(opened, tmp_path / "new.xml", REPORTER).in_original


def test_after_other_edits_a_new_file_is_written_and_what_is_lost_is_said(project: Timeline, tmp_path: Path) -> None:
    last = project.tracks[0].items[4]
    assert isinstance(last, Clip)
    edited = trim_clip(project, last.id, 0, 1, (GapId("x"), GapId("y")))
    made = export_timeline(edited, tmp_path / "new.xml", REPORTER)
    assert not made.in_original
    assert "not as cut.xml has it any more: transitions, sound" in made.notes[0]
    items = open_timeline(tmp_path / "new.xml", REPORTER).timeline.tracks[0].items
    assert [item.length for item in items] == [6, 3, 8, 2, 2]


@pytest.mark.parametrize("suffix", [".otio", ".otioz", ".fcpxml", ".mlt", ".edl"])
def test_another_format_gets_the_clips_and_takes(project: Timeline, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"new{suffix}"
    made = export_timeline(project, path, REPORTER)
    assert "cut.xml is of another format" in made.notes[0]
    again = open_timeline(path, REPORTER).timeline
    assert [(type(item), item.length) for item in again.tracks[0].items] == [(Clip, n) for n in (6, 3, 8, 2, 3)]
    assert [item.source_range.start for item in again.tracks[0].items if isinstance(item, Clip)] == [0, 0, 12, 0, 21]


def test_gaps_without_a_take_or_with_one_of_other_frames_stay_gaps(project: Timeline, tmp_path: Path) -> None:
    first, second = gaps_of(project)
    assert first.first is not None
    other = FrameRef(first.first.media, 0)
    edited = set_boundary(project, first.gap.id, Boundary.FIRST, other)
    bare = replace(second.gap, takes=(), chosen=None)
    track = edited.tracks[0]
    edited = replace(edited, tracks=(replace(track, items=(*track.items[:3], bare, track.items[4])),))
    made = export_timeline(edited, tmp_path / "new.xml", REPORTER)
    assert made.in_original
    assert made.movies == ()
    assert made.notes == (
        "gap 1: Take 1 was made for other frames; the gap stays empty",
        "gap 2 has no take and stays empty",
    )
    items = open_timeline(tmp_path / "new.xml", REPORTER).timeline.tracks[0].items
    assert [type(item) for item in items] == [Clip, Gap, Clip, Gap, Clip]


def test_nothing_is_replaced_unasked(original: Path, project: Timeline, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the timeline this project came from"):
        export_timeline(project, original, REPORTER, overwrite=True)
    (tmp_path / "new.xml").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        export_timeline(project, tmp_path / "new.xml", REPORTER)
    assert (tmp_path / "new.xml").read_text() == "mine"
    assert export_timeline(project, tmp_path / "new.xml", REPORTER, overwrite=True).in_original
    assert export_timeline(project, tmp_path / "new.xml", REPORTER, overwrite=True).in_original


def test_a_gap_beside_a_retimed_clip_is_filled_from_a_frame_that_was_picked(original: Path, tmp_path: Path) -> None:
    original.write_text(original.read_text().replace("<out>6</out>", "<out>4</out>", 1))
    timeline = open_timeline(original, REPORTER).timeline
    first, _ = gaps_of(timeline)
    assert first.first is None
    picked = set_boundary(timeline, first.gap.id, Boundary.FIRST, FrameRef(timeline.media[0], 5))
    filled = fill_timeline(picked, tmp_path / "takes", REPORTER, engine_id="crossfade", only=[1]).timeline
    made = export_timeline(filled, tmp_path / "new.xml", REPORTER)
    assert (made.in_original, made.notes) == (True, ("gap 2 has no take and stays empty",))
    assert "<out>4</out>" in (tmp_path / "new.xml").read_text()


def test_the_original_may_be_gone(original: Path, project: Timeline, tmp_path: Path) -> None:
    original.unlink()
    made = export_timeline(project, tmp_path / "new.xml", REPORTER)
    assert "There is no file" in made.notes[0]
    assert not made.in_original


def test_movies_keep_what_there_is_to_keep(project: Timeline) -> None:
    request = gaps_of(project)[0].gap.takes[0].result.request
    media = request.first.media

    def ends(**changes):
        return replace(request, first=FrameRef(replace(media, **changes), request.first.index))

    assert movie_for(request) == "prores422hq"
    assert movie_for(ends(alpha=True)) == "prores4444"
    assert movie_for(replace(request, canvas=replace(SIZE, width=95))) == "prores4444"
    with pytest.raises(UnsupportedRequest, match="floating-point pictures, which no movie can hold"):
        movie_for(ends(is_float=True))


def test_a_folder_for_resolve_holds_two_timelines_the_movies_and_the_steps(project: Timeline, tmp_path: Path) -> None:
    folder = tmp_path / "für Resolve"
    made = export_for_resolve(project, folder, REPORTER)
    names = {path.name for path in folder.iterdir()}
    assert names == {"für Resolve.xml", "für Resolve.edl", RESOLVE_STEPS, "für Resolve_media"}
    for suffix in (".xml", ".edl"):
        track = interchange.read(folder / f"für Resolve{suffix}", RATE).listing.tracks[0]
        assert [(type(item), item.length) for item in track.items] == [
            (ListedClip, length) for length in (6, 3, 8, 2, 3)
        ], suffix
    assert [movie.parent for movie in made.movies] == [folder / "für Resolve_media"] * 2
    steps = (folder / RESOLVE_STEPS).read_text("utf-8")
    assert "für Resolve.xml" in steps
    assert "für Resolve_media" in steps


def test_a_folder_for_resolve_replaces_nothing_unasked(project: Timeline, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / RESOLVE_STEPS).write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        export_for_resolve(project, folder, REPORTER)
    assert [path.name for path in folder.iterdir()] == [RESOLVE_STEPS]
    export_for_resolve(project, folder, REPORTER, overwrite=True)
    assert (folder / RESOLVE_STEPS).read_text("utf-8") != "mine"
