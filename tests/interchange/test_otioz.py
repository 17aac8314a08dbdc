"""Bundles: the timeline and its media in one zip, filled with the new movies inside."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path

import pytest
from coloured_movies import coloured_movie
from edited_timelines import CANVAS

from mpd_studio.core.errors import TimelineError
from mpd_studio.interchange import otioz, read, write, write_filled
from mpd_studio.interchange.listing import Fill, ListedClip, ListedGap, ListedSource, ListedTrack, Listing

RATE = Fraction(24000, 1001)


def movie(path: Path, color: str) -> ListedSource:
    return ListedSource(path.name, coloured_movie(path, color, RATE, 12, "01:00:00:00"), RATE, 86400, 12, CANVAS)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "shots").mkdir()
    red = movie(tmp_path / "shots" / "red.mov", "red")
    items = (ListedClip("red", red, 0, 5), ListedGap(3), ListedClip("red", red, 7, 4))
    path = tmp_path / "cut.otioz"
    assert write(Listing("Cut", RATE, False, 86400, CANVAS, (ListedTrack("V1", items),)), path) == ()
    return path


def test_media_of_a_bundle_are_unpacked_where_they_can_be_read(bundle: Path, tmp_path: Path) -> None:
    opened = read(bundle)
    listing = otioz.unpack(opened, tmp_path / "unpacked", lambda: None)
    clip = listing.tracks[0].items[0]
    assert isinstance(clip, ListedClip)
    assert clip.source.path == tmp_path / "unpacked" / "media" / "red.mov"
    assert (tmp_path / "unpacked" / "media" / "red.mov").read_bytes() == (tmp_path / "shots" / "red.mov").read_bytes()
    assert (clip.start, clip.length, clip.source.start) == (0, 5, 86400)


def test_a_filled_bundle_holds_the_new_movie_and_all_that_was_in_it(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as more:
        more.writestr("notes/readme.txt", "keep me")
    (tmp_path / "made").mkdir()
    green = movie(tmp_path / "made" / "red.mov", "green")  # of the same name as one inside
    filled = tmp_path / "out" / "cut.otioz"
    opened = read(bundle)
    assert write_filled(opened, (Fill(0, 5, ListedClip("gap", green, 1, 3)),), filled) == ()
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(filled) as new:
        kept = [name for name in old.namelist() if name != "content.otio"]
        assert {name: new.read(name) for name in kept} == {name: old.read(name) for name in kept}
        assert set(new.namelist()) - set(old.namelist()) == {"media/red_2.mov"}
        assert new.read("media/red_2.mov") == (tmp_path / "made" / "red.mov").read_bytes()
    clip = otioz.unpack(read(filled), tmp_path / "unpacked", lambda: None).tracks[0].items[1]
    assert isinstance(clip, ListedClip)
    assert clip.source.path == tmp_path / "unpacked" / "media" / "red_2.mov"


def test_opentimelineio_reads_the_bundle(bundle: Path) -> None:
    otio = pytest.importorskip("opentimelineio")
    timeline = otio.adapters.read_from_file(str(bundle))
    clips = list(timeline.find_clips())
    assert [round(clip.source_range.start_time.value) for clip in clips] == [86400, 86407]
    assert clips[0].media_reference.target_url.endswith("media/red.mov")


def test_what_leads_out_of_the_folder_is_not_unpacked(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as old:
        text = old.read("content.otio").decode()
    hostile = tmp_path / "hostile.otioz"
    with zipfile.ZipFile(hostile, "w") as new:
        new.writestr("content.otio", text.replace("media/red.mov", "media/../../escaped.mov"))
        new.writestr("media/../../escaped.mov", "bad")
        new.writestr("../escaped.mov", "bad")
    listing = otioz.unpack(read(hostile), tmp_path / "deep" / "unpacked", lambda: None)
    assert not list(tmp_path.rglob("escaped.mov"))
    assert listing == read(hostile).listing


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (None, "damaged or no zip archive"),
        ({"version.txt": "1.0.0"}, "holds no content.otio"),
        ({"content.otio": "{"}, "damaged or truncated"),
        ({"content.otio": '{"OTIO_SCHEMA": "Marker.2"}'}, "OpenTimelineIO cannot read"),
        ({"content.otio": '{"OTIO_SCHEMA": "Stack.1", "children": []}'}, "holds a Stack and no timeline"),
    ],
)
def test_broken_bundles_are_refused(tmp_path: Path, members: dict[str, str] | None, message: str) -> None:
    path = tmp_path / "broken.otioz"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    if members is not None:
        with zipfile.ZipFile(path, "w") as bundle:
            for name, text in members.items():
                bundle.writestr(name, text)
    with pytest.raises(TimelineError, match=message):
        read(path)


def test_a_bundle_cut_short_is_refused(bundle: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.otioz"
    short.write_bytes(bundle.read_bytes()[:-200])
    with pytest.raises(TimelineError, match="damaged"):
        read(short)
    with pytest.raises(TimelineError, match="There is no file"):
        read(tmp_path / "none.otioz")


def test_media_that_are_not_there_stay_outside(tmp_path: Path) -> None:
    gone = ListedSource("gone.mov", tmp_path / "gone.mov", RATE, 0, 12, CANVAS)
    listing = Listing("Cut", RATE, tracks=(ListedTrack("V1", (ListedClip("gone", gone, 0, 5),)),))
    notes = write(listing, tmp_path / "cut.otioz")
    assert "gone.mov is not in the bundle" in notes[0]
    clip = read(tmp_path / "cut.otioz").listing.tracks[0].items[0]
    assert isinstance(clip, ListedClip)
    assert clip.source.path == tmp_path / "gone.mov"
