"""Timelines of editors from end to end: media found, gaps filled with real frames, written back in their own format."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path, PurePath

import pytest
from moving_pictures import RATE, SIZE, clip, texture

from mpd_studio import interchange
from mpd_studio.cli import main
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Clip, Foreign, Gap, Timeline, Track, gaps_of
from mpd_studio.interchange import FORMATS
from mpd_studio.interchange.listing import (
    ListedClip,
    ListedForeign,
    ListedGap,
    ListedItem,
    ListedSource,
    ListedTrack,
    Listing,
)
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.gap_problems import gap_problem
from mpd_studio.workflow.open_timeline import open_timeline
from mpd_studio.workflow.timeline_clips import source_of

SUFFIXES = [row.suffixes[0] for row in FORMATS]
START = 86400


@pytest.fixture
def shot(tmp_path: Path) -> ListedSource:
    (tmp_path / "shots").mkdir()
    return source_of(probe(clip(tmp_path / "shots" / "a shot.mkv", count=24)))


def listing_with(*items: ListedItem, rate: Fraction = RATE) -> Listing:
    return Listing("Cut", rate, False, START, SIZE, (ListedTrack("V1", items),))


def cut(shot: ListedSource) -> Listing:
    return listing_with(ListedClip(shot.name, shot, 0, 6), ListedGap(3), ListedClip(shot.name, shot, 12, 8))


def opened(path: Path, **options):
    return open_timeline(path, SilentReporter(), **options)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_gaps_of_every_format_are_filled_and_written_back(
    tmp_path: Path, shot: ListedSource, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / f"cut{suffix}", tmp_path / "out"
    interchange.write(cut(shot), path)
    before = path.read_bytes()
    arguments = ["--engine", "crossfade", "--handles", "2", "--json", "--seed", "7"]
    assert main(["fill-timeline", str(path), "--out", str(out), *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert path.read_bytes() == before
    assert document["timeline"] == str(out / path.name)
    movie = probe(document["gaps"][0]["movies"][0])
    assert (movie.frame_count, movie.rate, movie.start_tc, movie.size) == (7, RATE, "01:00:00:04", SIZE)
    again = opened(out / path.name)
    first, filled, last = again.timeline.tracks[0].items
    assert isinstance(first, Clip)
    assert isinstance(filled, Clip)
    assert isinstance(last, Clip)
    assert again.missing == ()
    assert (filled.source_range, filled.media.frame_count) == (FrameRange(2, 3), 7)
    assert filled.media.fingerprint == movie.fingerprint
    assert (first.source_range, last.source_range) == (FrameRange(0, 6), FrameRange(12, 8))


def test_handles_are_the_footage_itself(tmp_path: Path, shot: ListedSource) -> None:
    path = tmp_path / "cut.xml"
    interchange.write(cut(shot), path)
    out = tmp_path / "out"
    assert main(["fill-timeline", str(path), "--out", str(out), "--handles", "2", "--movie", "ffv1", "--quiet"]) == 0
    movie, source = probe(out / "gap_01" / "gap_01.mkv"), probe(str(shot.path))
    with FrameReader() as reader:
        for place, index in ((0, 4), (1, 5), (5, 12), (6, 13)):
            ours, theirs = reader.read(FrameRef(movie, place)), reader.read(FrameRef(source, index))
            assert (ours.pixels[:, :, :3] == theirs.pixels[:, :, :3]).all()


def test_the_listing_tells_why_a_gap_cannot_be_filled(
    tmp_path: Path, shot: ListedSource, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "TITLE: T\n\n001  A  V  C  00:00:00:00 00:00:00:06 01:00:00:00 01:00:00:06\n* FROM CLIP NAME: a shot.mkv\n"
        "M2   A  048.0  00:00:00:00\n\n002  A  V  C  00:00:00:12 00:00:00:20 01:00:00:09 01:00:00:17\n"
        "* FROM CLIP NAME: a shot.mkv\n* FRAME RATE: 24000/1001\n"
    )
    path = tmp_path / "shots" / "cut.edl"
    path.write_text(text)
    assert main(["gaps", str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["gaps"]
    assert (row["start_tc"], row["stop_tc"], row["length"]) == ("01:00:00:06", "01:00:00:09", 3)
    assert "'a shot.mkv' is retimed to 48 frames a second" in row["problem"]
    assert main(["fill-timeline", str(path), "--out", str(tmp_path / "out"), "--quiet"]) == 4
    assert "retimed" in capsys.readouterr().err
    assert (tmp_path / "out" / "cut.edl").read_text() == text


def test_thousands_of_gaps_are_judged_at_once(shot: ListedSource) -> None:
    assert shot.path is not None
    media = probe(Path(shot.path))
    items: list[Clip | Gap] = []
    for number in range(3000):
        items += [Clip(ClipId(f"c{number}"), media, FrameRange(0, 6)), Gap(GapId(f"g{number}"), 1)]
    items += [Clip(ClipId("end"), media, FrameRange(0, 6))]
    timeline = Timeline(rate=RATE, tracks=(Track("V1", tuple(items)),))
    before = time.process_time()
    assert [gap_problem(timeline, placed) for placed in gaps_of(timeline)] == [""] * 3000
    assert time.process_time() - before < 2  # 20 s when each gap looked through the whole track


def test_other_tracks_that_show_pictures_are_named_and_gaps_can_be_chosen(
    tmp_path: Path, shot: ListedSource, capsys: pytest.CaptureFixture[str]
) -> None:
    lower = cut(shot).tracks[0]
    upper = ListedTrack("V2", (ListedClip("b", shot, 0, 2), ListedGap(5), ListedClip("b", shot, 8, 2)))
    path = tmp_path / "cut.otio"
    interchange.write(replace(cut(shot), tracks=(lower, upper)), path)
    assert main(["gaps", str(path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["gaps"]
    assert [(row["track"], row["start"], row.get("shown_on")) for row in rows] == [(2, 2, ["V1"]), (1, 6, ["V2"])]
    out = tmp_path / "out"
    arguments = ["--gap", "2", "--engine", "crossfade", "--quiet"]
    assert main(["fill-timeline", str(path), "--out", str(out), *arguments]) == 0
    again = opened(out / "cut.otio").timeline
    assert [type(item) for item in again.tracks[0].items] == [Clip, Clip, Clip]
    assert [type(item) for item in again.tracks[1].items] == [Clip, Gap, Clip]
    capsys.readouterr()
    assert main(["fill-timeline", str(path), "--out", str(tmp_path / "x"), "--gap", "3"]) == 2
    assert "no such gap; it has gaps 1 to 2" in capsys.readouterr().err


def test_space_before_the_first_clip_is_named_and_is_no_failure(
    tmp_path: Path, shot: ListedSource, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.xml"
    items = (ListedGap(4), *cut(shot).tracks[0].items)
    interchange.write(listing_with(*items), path)
    arguments = ["--engine", "crossfade", "--quiet"]
    assert main(["fill-timeline", str(path), "--out", str(tmp_path / "out"), *arguments]) == 0
    assert "gap 1: There is no frame before this gap" in capsys.readouterr().err
    kinds = [type(item) for item in opened(tmp_path / "out" / "cut.xml").timeline.tracks[0].items]
    assert kinds == [Gap, Clip, Clip, Clip]
    assert main(["fill-timeline", str(path), "--out", str(tmp_path / "x"), "--gap", "1", "--dry-run"]) == 4
    assert main(["fill-timeline", str(path), "--out", str(tmp_path / "x"), "--dry-run"]) == 0


class TestMissingMedia:
    def test_they_are_named_and_found_in_a_folder(self, tmp_path: Path, shot: ListedSource) -> None:
        path = tmp_path / "cut.xml"
        interchange.write(cut(shot), path)
        (tmp_path / "archive" / "deep").mkdir(parents=True)
        moved = tmp_path / "archive" / "deep" / "a shot.mkv"
        Path(shot.path or "").rename(moved)
        lost = opened(path)
        assert [media.name for media in lost.missing] == ["a shot.mkv"]
        (placed,) = gaps_of(lost.timeline)
        assert gap_problem(lost.timeline, placed, lost.missing) == "a shot.mkv is missing"
        found = opened(path, folders=(tmp_path / "archive",))
        assert found.missing == ()
        assert found.notes == (f"a shot.mkv was found at {moved}.",)
        (placed,) = gaps_of(found.timeline)
        assert (placed.first, placed.last) == (FrameRef(probe(moved), 5), FrameRef(probe(moved), 12))

    def test_a_moved_project_folder_is_enough(self, tmp_path: Path, shot: ListedSource) -> None:
        there = replace(shot, path=PurePath("/Volumes/Old Disk/film/shots/a shot.mkv"))
        interchange.write(cut(there), tmp_path / "cut.mlt")
        assert opened(tmp_path / "cut.mlt").missing == ()

    def test_of_two_of_one_name_the_one_in_the_likelier_folder_is_taken(
        self, tmp_path: Path, shot: ListedSource
    ) -> None:
        for folder in ("x/day 1", "x/day 2"):
            (tmp_path / folder).mkdir(parents=True)
            clip(tmp_path / folder / "take.mkv", count=24, step=2.5 if folder.endswith("2") else 1.5)
        there = replace(shot, name="take.mkv", path=PurePath("/old/day 2/take.mkv"))
        interchange.write(cut(there), tmp_path / "cut.xml")
        (placed,) = gaps_of(opened(tmp_path / "cut.xml", folders=(tmp_path / "x",)).timeline)
        assert placed.first is not None
        assert placed.first.media.path == tmp_path / "x" / "day 2" / "take.mkv"

    def test_a_file_that_is_too_short_is_not_taken_and_said(self, tmp_path: Path, shot: ListedSource) -> None:
        interchange.write(cut(shot), tmp_path / "cut.xml")
        Path(shot.path or "").unlink()
        (tmp_path / "other").mkdir()
        clip(tmp_path / "other" / "a shot.mkv", count=10)
        lost = opened(tmp_path / "cut.xml", folders=(tmp_path / "other",))
        assert len(lost.missing) == 1
        assert "has 10 frames; the timeline uses 20 of a shot.mkv" in lost.notes[0]

    def test_where_the_content_is_known_another_file_is_not_taken(self, tmp_path: Path, shot: ListedSource) -> None:
        interchange.write(cut(shot), tmp_path / "cut.otio")
        clip(Path(shot.path or ""), count=24, step=3.0)
        lost = opened(tmp_path / "cut.otio")
        assert "same name and other content" in lost.notes[0]
        (placed,) = gaps_of(lost.timeline)
        assert placed.first is not None
        assert placed.first.media.fingerprint == shot.fingerprint

    def test_a_folder_that_is_not_there_is_refused(
        self, tmp_path: Path, shot: ListedSource, capsys: pytest.CaptureFixture[str]
    ) -> None:
        interchange.write(cut(shot), tmp_path / "cut.xml")
        assert main(["gaps", str(tmp_path / "cut.xml"), "--search", str(tmp_path / "none")]) == 4
        assert "There is no folder" in capsys.readouterr().err


class TestRates:
    def edl(self, folder: Path, name: str, first: str = "00:00:00:00") -> Path:
        second = first[:-2] + f"{int(first[-2:]) + 12:02d}"
        path = folder / "cut.edl"
        path.write_text(
            f"TITLE: T\n001  A V C {first} {first[:-2]}06 01:00:00:00 01:00:00:06\n* FROM CLIP NAME: {name}\n"
            f"002  A V C {second} {second[:-2]}18 01:00:00:09 01:00:00:15\n* FROM CLIP NAME: {name}\n"
        )
        return path

    def test_an_edl_takes_the_rate_of_its_media(self, tmp_path: Path, shot: ListedSource) -> None:
        file = opened(self.edl(tmp_path / "shots", "a shot.mkv"))
        assert file.timeline.rate == RATE
        assert "it is taken from its media: 23.976" in file.notes[-1]
        (placed,) = gaps_of(file.timeline)
        assert placed.first is not None
        assert placed.last is not None
        assert (placed.first.index, placed.last.index, placed.gap.length) == (5, 12, 3)

    def test_a_given_rate_wins_and_media_of_another_rate_are_not_trusted(
        self, tmp_path: Path, shot: ListedSource
    ) -> None:
        file = opened(self.edl(tmp_path / "shots", "a shot.mkv"), rate=Fraction(25))
        assert file.timeline.rate == 25
        item = file.timeline.tracks[0].items[0]
        assert isinstance(item, Foreign)
        assert "runs at 23.976 frames a second in a timeline of 25" in item.note

    def test_timecode_that_the_media_do_not_have_is_not_guessed(self, tmp_path: Path, shot: ListedSource) -> None:
        file = opened(self.edl(tmp_path / "shots", "a shot.mkv", "07:00:00:00"))
        item = file.timeline.tracks[0].items[0]
        assert isinstance(item, Foreign)
        assert "begins at timecode 07:00:00:00" in item.note

    def test_media_of_another_rate_are_seen_though_the_file_says_nothing(
        self, tmp_path: Path, shot: ListedSource
    ) -> None:
        listing = replace(cut(replace(shot, rate=None)), rate=Fraction(24))
        interchange.write(listing, tmp_path / "cut.mlt")
        (placed,) = gaps_of(opened(tmp_path / "cut.mlt").timeline)
        assert (placed.first, placed.last) == (None, None)


def test_projects_find_their_media_again_as_well(tmp_path: Path, shot: ListedSource) -> None:
    from mpd_studio.core.project_file import write_project

    interchange.write(cut(shot), tmp_path / "cut.xml")
    write_project(tmp_path / "film.mpdproj", opened(tmp_path / "cut.xml").timeline)
    (tmp_path / "moved").mkdir()
    Path(shot.path or "").rename(tmp_path / "moved" / "a shot.mkv")
    assert len(opened(tmp_path / "film.mpdproj").missing) == 1
    found = opened(tmp_path / "film.mpdproj", folders=(tmp_path / "moved",))
    assert found.missing == ()
    assert found.timeline.media[0].path == tmp_path / "moved" / "a shot.mkv"


def test_a_still_and_a_sequence_are_told_apart(tmp_path: Path) -> None:
    import cv2

    for number in range(1, 9):
        assert cv2.imwrite(str(tmp_path / f"p_{number:04d}.png"), texture(number))
    sequence = ListedSource("p_0001.png", tmp_path / "p_0001.png", RATE, 0, 8, SIZE)
    still = ListedSource("p_0001.png", tmp_path / "p_0001.png", RATE, 0, 1, SIZE)
    interchange.write(
        listing_with(ListedClip("s", sequence, 0, 4), ListedGap(2), ListedClip("t", still, 0, 1)), tmp_path / "cut.xml"
    )
    (placed,) = gaps_of(opened(tmp_path / "cut.xml").timeline)
    assert placed.first is not None
    assert placed.last is not None
    assert (placed.first.index, placed.first.media.frame_count, placed.last.media.frame_count) == (3, 8, 1)


def test_foreign_neighbours_of_a_written_timeline_keep_their_reason(tmp_path: Path, shot: ListedSource) -> None:
    items = (ListedClip("a", shot, 0, 6), ListedForeign(2, "'x' is retimed"), ListedGap(3), ListedClip("a", shot, 9, 4))
    notes = interchange.write(listing_with(*items), tmp_path / "cut.otio")
    assert notes == ("'x' is retimed: left out, its place on V1 is empty",)
