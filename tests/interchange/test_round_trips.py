"""What is written reads back the same, and filling a timeline changes nothing but its gaps: each format and rate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path

import pytest
from edited_timelines import RATES, fills_for, sample

from mpd_studio.core.errors import OutputError, TimelineError
from mpd_studio.interchange import FORMATS, format_of, is_timeline, read, write, write_filled
from mpd_studio.interchange.json_places import places
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, ListedTrack, Listing

SUFFIXES = [row.suffixes[0] for row in FORMATS if row.id != "otioz"]  # which needs its media: test_otioz.py


def shape(listing: Listing, suffix: str) -> list[list[tuple]]:
    """What stands where, and which frames of what it shows: by timecode, or for MLT from the first of the file."""
    return [
        [
            (start, item.length, item.source.name, item.start + (0 if suffix == ".mlt" else item.source.start or 0))
            if isinstance(item, ListedClip)
            else (start, item.length)
            for start, item in track.placed()
        ]
        for track in listing.tracks
    ]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("suffix", SUFFIXES)
class TestEveryRate:
    def test_a_written_timeline_reads_back(self, tmp_path: Path, suffix: str, rate: str) -> None:
        listing = sample(*RATES[rate])
        path = tmp_path / f"cut{suffix}"
        assert write(listing, path) == ()
        opened = read(path)
        found = opened.listing
        assert opened.notes == ()
        assert (found.rate, found.drop_frame, found.start) == (listing.rate, listing.drop_frame, listing.start)
        assert shape(found, suffix) == shape(listing, suffix)
        assert [(m.frame, m.name.split(" ")[0]) for m in found.markers] in ([(50, "look")], [])

    def test_a_filled_timeline_has_the_clips_and_all_else(self, tmp_path: Path, suffix: str, rate: str) -> None:
        original = tmp_path / f"cut{suffix}"
        write(sample(*RATES[rate]), original)
        opened = read(original)
        fills = fills_for(opened.listing, head=3)
        filled = tmp_path / "filled" / f"cut{suffix}"
        assert write_filled(opened, fills, filled) == ()
        found = read(filled).listing
        before, after = shape(opened.listing, suffix), shape(found, suffix)
        expected = [
            [
                (start, length, f"gap_{number:02d}.mov", 3 if suffix == ".mlt" else opened.listing.start + start)
                if (number := {48: 1, 96: 2}.get(start, 0))
                else (start, length, *rest)
                for start, length, *rest in track
            ]
            for track in before
        ]
        assert after == expected
        clip = found.tracks[0].items[1]
        assert isinstance(clip, ListedClip)
        assert str(clip.source.path).endswith("/out/my fills/gap_01/gap_01.mov")

    def test_nothing_else_changes_in_the_file(self, tmp_path: Path, suffix: str, rate: str) -> None:
        """Without the lines that are new, the file is the one that was there."""
        original, filled = tmp_path / f"cut{suffix}", tmp_path / f"filled{suffix}"
        write(sample(*RATES[rate]), original)
        opened = read(original)
        write_filled(opened, (), filled)
        assert filled.read_bytes() == original.read_bytes()
        write_filled(opened, fills_for(opened.listing), filled)
        if suffix == ".otio":
            assert with_the_gaps_of(original, filled) == original.read_text("utf-8")
            return
        old, new = (path.read_text("utf-8").splitlines() for path in (original, filled))
        changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        gone = [line.strip() for kind, start, stop, *_ in changes if kind != "equal" for line in old[start:stop]]
        assert all(any(sign in line for sign in GAP_SIGNS[suffix]) for line in gone)
        assert len(new) > len(old)


# What the lines of a gap look like where the file has a place for it; nothing else may go.
GAP_SIGNS = {
    ".xml": (),
    ".edl": (),
    ".fcpxml": ("<gap ", "</gap>", "<marker "),
    ".mlt": ("<blank ",),
}


def with_the_gaps_of(original: Path, filled: Path) -> str:
    """The filled OTIO text with the gap objects of the original in place of its new clips."""
    old, new = original.read_text("utf-8"), filled.read_text("utf-8")
    parts, position = [], 0
    for index in (1, 3):
        way = ("tracks", "children", 0, "children", index)
        was, now = places(old)[way], places(new)[way]
        parts += [new[position : now[0]], old[was[0] : was[1]]]
        position = now[1]
    return "".join([*parts, new[position:]])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_filling_twice_leaves_no_gap(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut{suffix}"
    write(sample(Fraction(25)), path)
    opened = read(path)
    first, second = fills_for(opened.listing)
    write_filled(opened, (second,), path)
    again = read(path)
    write_filled(again, (first,), path)
    items = read(path).listing.tracks[0].items
    assert [type(item) for item in items] == [ListedClip] * 5
    with pytest.raises(TimelineError, match="has no gap"):
        write_filled(read(path), (first,), path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_gap_at_the_beginning_and_several_tracks(tmp_path: Path, suffix: str) -> None:
    listing = sample(Fraction(24))
    upper = ListedTrack("V2", (ListedGap(7), *listing.tracks[0].items[:3]))
    path = tmp_path / f"cut{suffix}"
    notes = write(replace(listing, tracks=(*listing.tracks, upper)), path)
    found = read(path).listing
    if suffix == ".edl":
        assert notes == ("track V2 is not in the EDL, which holds one track of pictures",)
        return
    assert notes == ()
    assert [[(s, i.length) for s, i in t.placed()] for t in found.tracks] == [
        [(0, 48), (48, 12), (60, 36), (96, 5), (101, 10)],
        [(0, 7), (7, 48), (55, 12), (67, 36)],
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_foreign_items_are_left_out_with_a_word(tmp_path: Path, suffix: str) -> None:
    listing = sample(Fraction(24))
    items = (*listing.tracks[0].items[:2], ListedForeign(9, "'x' is retimed"), listing.tracks[0].items[2])
    notes = write(replace(listing, tracks=(ListedTrack("V1", items),)), tmp_path / f"cut{suffix}")
    assert len(notes) == 1
    assert "'x' is retimed: left out" in notes[0]
    assert [type(i) for i in read(tmp_path / f"cut{suffix}").listing.tracks[0].items] == [
        ListedClip,
        ListedGap,
        ListedClip,
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        write(sample(Fraction(24)), tmp_path / "file" / f"cut{suffix}")


def test_formats_are_known_by_name_and_by_first_element(tmp_path: Path) -> None:
    assert is_timeline(Path("A.EDL"))
    assert not is_timeline(Path("a.mov"))
    with pytest.raises(TimelineError, match=r"no timeline this program knows; it opens \.otio"):
        format_of(Path("a.mov"))
    page = tmp_path / "page.xml"
    page.write_text("<html/>")
    with pytest.raises(TimelineError, match="unknown kind, <html>"):
        read(page)
    with pytest.raises(TimelineError, match="no timeline format 'avid'"):
        write(sample(Fraction(24)), tmp_path / "x.xml", "avid")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.98])
def test_a_truncated_file_is_refused_or_reads_less(tmp_path: Path, suffix: str, share: float) -> None:
    """Never another error than ours; lists of lines may end early, trees may not."""
    whole, part = tmp_path / f"whole{suffix}", tmp_path / f"part{suffix}"
    write(sample(Fraction(24)), whole)
    data = whole.read_bytes()
    part.write_bytes(data[: int(len(data) * share)])
    if suffix == ".edl" and share > 0.2:
        with suppress(TimelineError):
            assert read(part).listing.length <= 111
        return
    with pytest.raises(TimelineError, match="part"):
        read(part)


def test_a_timeline_of_years_is_refused(tmp_path: Path) -> None:
    endless = ListedTrack("V1", (ListedGap(9 * 10**8), *sample(Fraction(25)).tracks[0].items))
    write(replace(sample(Fraction(25)), tracks=(endless,)), tmp_path / "long.otio")
    with pytest.raises(TimelineError, match="says that it lasts 10000 hours"):
        read(tmp_path / "long.otio")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, suffix: str) -> None:
    for number, data in enumerate((b"\x00\x00\x00\x18ftypmp42" + bytes(500), b"{}", b"[1, 2]", b"<a/>", b"hello\n")):
        path = tmp_path / f"other{number}{suffix}"
        path.write_bytes(data)
        with pytest.raises(TimelineError, match="other"):
            read(path)
