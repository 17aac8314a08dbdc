"""Edit lists as editors and labs write them: dissolves, motion memory, black, drop frame, old encodings."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from edited_timelines import fills_for

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange import read, write_filled
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, OpenedTimeline

NTSC = Fraction(30000, 1001)


def edl(folder: Path, text: str, rate: Fraction | None = Fraction(25), encoding: str = "utf-8") -> OpenedTimeline:
    path = folder / "cut.edl"
    path.write_bytes(text.encode(encoding))
    return read(path, rate)


def spans(timeline: OpenedTimeline, track: int = 0) -> list[tuple[str, int, int]]:
    names = {ListedClip: "clip", ListedGap: "gap", ListedForeign: "foreign"}
    return [(names[type(item)], start, item.length) for start, item in timeline.listing.tracks[track].placed()]


def foreign(timeline: OpenedTimeline) -> str:
    return next(item.note for item in timeline.listing.tracks[0].items if isinstance(item, ListedForeign))


HEAD = "TITLE:   Reel 3\nFCM: NON-DROP FRAME\n\n"
ONE = "001  TAPE01   V     C        10:00:00:00 10:00:02:00 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: A001.mov\n"
TWO = "002  TAPE02   B     C        11:00:00:00 11:00:01:00 01:00:03:00 01:00:04:00\n* FROM CLIP NAME:  B 002.mov\n"


def test_events_comments_and_markers(tmp_path: Path) -> None:
    sound = "003  TAPE01   A2    C        10:00:00:00 10:00:09:00 01:00:00:00 01:00:09:00\n"
    listing = edl(
        tmp_path, HEAD + ONE + "* LOC: 01:00:01:05 RED     check this\n* odd remark\n\n" + TWO + sound
    ).listing
    assert (listing.name, listing.start, listing.rate) == ("Reel 3", 90000, 25)
    first, gap, second = listing.tracks[0].items
    assert isinstance(first, ListedClip)
    assert isinstance(second, ListedClip)
    assert gap == ListedGap(25)
    assert (first.name, first.source.reel, first.start, first.source.start) == ("A001.mov", "TAPE01", 900000, None)
    assert (second.name, second.length) == ("B 002.mov", 25)
    assert [(marker.frame, marker.name) for marker in listing.markers] == [(30, "check this")]


def test_source_files_with_a_path(tmp_path: Path) -> None:
    text = HEAD + ONE + "* SOURCE FILE: C:\\shots\\A001.mov\n" + TWO + "* SOURCE FILE: /shots/day 1/b.mov\n"
    first, _, second = edl(tmp_path, text).listing.tracks[0].items
    assert isinstance(first, ListedClip)
    assert isinstance(second, ListedClip)
    assert [str(item.source.path) for item in (first, second)] == ["C:/shots/A001.mov", "/shots/day 1/b.mov"]


def test_a_dissolve_takes_its_frames_from_both(tmp_path: Path) -> None:
    text = (
        HEAD
        + ONE
        + "002  TAPE01   V     C        10:00:02:00 10:00:02:00 01:00:02:00 01:00:02:00\n"
        + "002  TAPE02   V     D    012 11:00:00:00 11:00:03:00 01:00:02:00 01:00:05:00\n"
        + "* FROM CLIP NAME: A001.mov\n* TO CLIP NAME: B002.mov\n"
    )
    timeline = edl(tmp_path, text)
    assert spans(timeline) == [("clip", 0, 50), ("foreign", 50, 12), ("clip", 62, 63)]
    assert "a dissolve of 12 frames stands there" in foreign(timeline)
    last = timeline.listing.tracks[0].items[2]
    assert isinstance(last, ListedClip)
    assert (last.name, last.start) == ("B002.mov", 11 * 90000 + 12)


def test_a_fade_from_black_leaves_the_gap_before_it_without_an_end(tmp_path: Path) -> None:
    text = (
        HEAD
        + ONE
        + "002  BL       V     C        00:00:00:00 00:00:00:00 01:00:03:00 01:00:03:00\n"
        + "002  TAPE02   V     D    010 11:00:00:00 11:00:01:00 01:00:03:00 01:00:04:00\n"
    )
    assert spans(edl(tmp_path, text)) == [("clip", 0, 50), ("gap", 50, 25), ("foreign", 75, 10), ("clip", 85, 15)]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("M2   TAPE02       050.0                11:00:00:00\n", "is retimed to 50 frames a second"),
        ("M2   TAPE02       -25.0                11:00:00:00\n", "is retimed to -25 frames a second"),
        ("M2   TAPE02       012.5    11:00:00:00\n", "is retimed to 12.5 frames a second"),
    ],
)
def test_motion_memory_is_a_retime(tmp_path: Path, extra: str, reason: str) -> None:
    timeline = edl(tmp_path, HEAD + ONE + TWO + extra)
    assert spans(timeline) == [("clip", 0, 50), ("gap", 50, 25), ("foreign", 75, 25)]
    assert reason in foreign(timeline)


def test_motion_memory_of_normal_speed_and_of_stills(tmp_path: Path) -> None:
    plain = edl(tmp_path, HEAD + ONE + "M2   TAPE01       025.0                10:00:00:00\n" + TWO)
    assert spans(plain)[0] == ("clip", 0, 50)
    still = edl(tmp_path, HEAD + ONE + "M2   TAPE01       000.0                10:00:00:00\n" + TWO)
    (item, *_) = still.listing.tracks[0].items
    assert isinstance(item, ListedClip)
    assert item.source.kind is MediaKind.STILL


def test_lengths_that_differ_without_a_reason_are_not_trusted(tmp_path: Path) -> None:
    timeline = edl(tmp_path, HEAD + ONE.replace("10:00:02:00", "10:00:04:00") + TWO)
    assert "shows 100 frames of its media in 50 frames" in foreign(timeline)


def test_keys_and_wipes_are_foreign(tmp_path: Path) -> None:
    wipe = "002  TAPE02   V     W001 025 11:00:00:00 11:00:02:00 01:00:02:00 01:00:04:00\n"
    key = "003  TITLE    V     K     000 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
    timeline = edl(tmp_path, HEAD + ONE + wipe + key)
    assert spans(timeline) == [("foreign", 0, 25), ("clip", 25, 25), ("foreign", 50, 25), ("clip", 75, 25)]


def test_black_is_space_and_goes_when_it_is_filled(tmp_path: Path) -> None:
    black = "002  BL       V     C        00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00\n* a note\n"
    text = HEAD + ONE + black + TWO.replace("002", "003", 1)
    timeline = edl(tmp_path, text)
    assert spans(timeline) == [("clip", 0, 50), ("gap", 50, 25), ("clip", 75, 25)]
    write_filled(timeline, fills_for(timeline.listing), tmp_path / "out.edl")
    filled = (tmp_path / "out.edl").read_text("utf-8")
    assert "BL " not in filled
    assert "004  GAP_01" in filled
    assert spans(read(tmp_path / "out.edl", Fraction(25))) == [("clip", 0, 50), ("clip", 50, 25), ("clip", 75, 25)]


def test_black_that_carries_sound_or_reaches_further_is_left_to_the_editor(tmp_path: Path) -> None:
    black = "002  BL       AA/V  C        00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00\n"
    timeline = edl(tmp_path, HEAD + ONE + black + TWO)
    with pytest.raises(TimelineError, match="Event 002 is black that reaches beyond the gap, or has sound"):
        write_filled(timeline, fills_for(timeline.listing), tmp_path / "out.edl")
    assert not (tmp_path / "out.edl").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_line_stays_as_it_was(tmp_path: Path, newline: str, encoding: str) -> None:
    text = (HEAD + ONE.replace("A001", "Ä001") + "\n* ASC_SOP (1 1 1)(0 0 0)(1 1 1)\n" + TWO).replace("\n", newline)
    timeline = edl(tmp_path, text, encoding=encoding)
    write_filled(timeline, fills_for(timeline.listing), tmp_path / "out.edl")
    old, new = timeline.path.read_bytes(), (tmp_path / "out.edl").read_bytes()
    start = new.index(b"003  GAP_01")
    stop = new.index(b"002  TAPE02")
    assert new[:start] + new[stop:] == old
    assert new[start:stop].count(newline.encode()) == 4
    assert b"01:00:02:00 01:00:03:00 01:00:02:00 01:00:03:00" not in new[start:stop].splitlines()[1]
    label = "01:00:02:00 01:00:03:00"
    assert new[start:stop].splitlines()[0].decode().endswith(f"C        {label} {label}")


def test_a_last_line_without_an_end_gets_one_first(tmp_path: Path) -> None:
    timeline = edl(tmp_path, (ONE + TWO).rstrip("\n"))
    fill = fills_for(timeline.listing)
    write_filled(timeline, fill, tmp_path / "out.edl")
    assert spans(read(tmp_path / "out.edl", Fraction(25)))[1] == ("clip", 50, 25)


def test_two_video_tracks(tmp_path: Path) -> None:
    upper = ONE.replace("V  ", "V2 ") + TWO.replace("B  ", "V2 ")
    timeline = edl(tmp_path, HEAD + ONE + TWO + upper)
    assert spans(timeline, 1) == [("clip", 0, 50), ("gap", 50, 25), ("clip", 75, 25)]
    fills = [fill for fill in fills_for(timeline.listing) if fill.track == 1]
    write_filled(timeline, tuple(fills), tmp_path / "out.edl")
    again = read(tmp_path / "out.edl", Fraction(25))
    assert spans(again) == [("clip", 0, 50), ("gap", 50, 25), ("clip", 75, 25)]
    assert spans(again, 1) == [("clip", 0, 50), ("clip", 50, 25), ("clip", 75, 25)]


class TestDropFrame:
    LIST = (
        "001  A  V  C  01:00:59;20 01:01:00;12 01:00:59;20 01:01:00;12\n"
        "002  A  V  C  01:02:00;02 01:02:00;12 01:01:01;02 01:01:01;12\n"
    )

    def test_places_are_counted_without_the_labels_that_are_dropped(self, tmp_path: Path) -> None:
        timeline = edl(tmp_path, "FCM: DROP FRAME\n" + self.LIST, None)
        assert (timeline.listing.rate, timeline.listing.drop_frame) == (NTSC, True)
        assert spans(timeline) == [("clip", 0, 20), ("gap", 20, 20), ("clip", 40, 10)]

    def test_a_list_with_colons_and_an_fcm_line_is_drop_frame_too(self, tmp_path: Path) -> None:
        timeline = edl(tmp_path, "FCM: DROP FRAME\n" + self.LIST.replace(";", ":"), None)
        assert spans(timeline) == [("clip", 0, 20), ("gap", 20, 20), ("clip", 40, 10)]

    def test_mixed_record_labels_are_refused(self, tmp_path: Path) -> None:
        one, two = self.LIST.splitlines(keepends=True)
        with pytest.raises(TimelineError, match="mixes drop-frame and non-drop-frame"):
            edl(tmp_path, one + two.replace(";", ":"), None)

    def test_sources_may_count_otherwise_than_the_record_side(self, tmp_path: Path) -> None:
        text = "FCM: NON-DROP FRAME\n001  A  V  C  10:00:00:00 10:00:01:00 01:00:00;00 01:00:01;00\n"
        (item,) = edl(tmp_path, text, None).listing.tracks[0].items
        assert isinstance(item, ListedClip)
        assert (item.start, item.source.drop_frame) == (36000 * 30, False)

    def test_labels_that_do_not_exist_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TimelineError, match=r"Event 001 .* drop-frame timecode skips this label"):
            edl(tmp_path, self.LIST.replace("01:01:00;12", "01:01:00;00"), None)
        with pytest.raises(TimelineError, match="a second has only 25 frames"):
            edl(tmp_path, HEAD + ONE.replace("10:00:02:00", "10:00:01:27"), Fraction(25))


@pytest.mark.parametrize(
    ("label", "rate"), [("23", "24"), ("24", "25"), ("29", "30000/1001"), ("49", "50"), ("59", "60000/1001")]
)
def test_an_unknown_rate_is_guessed_from_the_labels_and_said(tmp_path: Path, label: str, rate: str) -> None:
    times = f"00:00:00:00 00:00:00:{label}"
    timeline = edl(tmp_path, f"001  A  V  C  {times} {times}\n", None)
    assert (str(timeline.listing.rate), timeline.rate_known) == (rate, False)
    assert "does not say its frame rate" in timeline.notes[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\nworld\n", "holds no events"),
        (HEAD, "holds no events"),
        (HEAD + ONE + "002  TAPE02   V     C        11:00:0", "Line 6 of cut.edl is damaged"),
        (HEAD + ONE + ONE, "Two clips of track V1 stand at frame 0"),
        (HEAD + TWO.replace("01:00:04:00", "01:00:02:00"), "Event 002 of cut.edl ends before it begins"),
        ("x" * 5000, "line 1 has 5000 characters"),
        ("001  " + "A " * 900 + "\n", "Line 1 of cut.edl is damaged"),
    ],
)
def test_broken_lists_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        edl(tmp_path, text)
