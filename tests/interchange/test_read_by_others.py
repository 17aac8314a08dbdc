"""OpenTimelineIO and its adapters read what we write, new and filled, at every rate: same frames, same places."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from edited_timelines import RATES, fills_for, sample

from mpd_studio.core.frames import format_timecode, parse_timecode
from mpd_studio.interchange import read, write, write_filled
from mpd_studio.interchange.listing import Listing

otio = pytest.importorskip("opentimelineio")

# name, first frame by the media's timecode counted from its first frame, length
NEW = [("a ü & b.mov", 10, 48), (None, None, 12), ("b.mov", 0, 36), (None, None, 5), ("a ü & b.mov", 90, 10)]
FILLED = [NEW[0], ("gap_01", 3, 12), NEW[2], ("gap_02", 3, 5), NEW[4]]
ADAPTERS = {".otio": "otio_json", ".xml": "fcp_xml", ".edl": "cmx_3600", ".fcpxml": "fcpx_xml"}


@pytest.fixture(params=["new", "filled"])
def state(request: pytest.FixtureRequest) -> str:
    return request.param


def written(folder: Path, suffix: str, rate: str, state: str) -> tuple[Path, Listing, list]:
    listing, path = sample(*RATES[rate]), folder / f"cut{suffix}"
    write(listing, path)
    if state == "filled":
        opened = read(path)
        write_filled(opened, fills_for(opened.listing, head=3), path)
    return path, listing, FILLED if state == "filled" else NEW


def their_timeline(path: Path, **options: Any) -> Any:
    name = ADAPTERS[path.suffix]
    if name not in otio.adapters.available_adapter_names():
        pytest.skip(f"needs the adapter {name} of OpenTimelineIO (install the test extra)")
    return otio.adapters.read_from_file(str(path), name, **options)


def starts(listing: Listing, state: str) -> list[int | None]:
    """Of each item's media, by timecode."""
    tracks = listing.tracks[0].items
    fills = iter(fills_for(listing, head=3))
    found: list[int | None] = []
    for item in tracks:
        source = getattr(item, "source", None)
        if source is None and state == "filled":
            source = next(fills).clip.source
        found.append(None if source is None else source.start)
    return found


@pytest.mark.parametrize("rate", RATES)
class TestEveryRate:
    def test_otio(self, tmp_path: Path, rate: str, state: str) -> None:
        path, listing, expected = written(tmp_path, ".otio", rate, state)
        timeline = their_timeline(path)
        (track,) = timeline.video_tracks()
        exact = float(listing.rate)
        assert timeline.global_start_time == otio.opentime.RationalTime(listing.start, exact)
        for item, (name, first, length), origin in zip(track, expected, starts(listing, state), strict=True):
            assert item.duration() == otio.opentime.RationalTime(length, exact)
            if name is None or first is None or origin is None:
                assert isinstance(item, otio.schema.Gap)
                continue
            assert (item.name, item.source_range.start_time.value) == (name, origin + first)
            assert item.available_range().start_time.value == origin
            assert item.available_range().end_time_exclusive() >= item.source_range.end_time_exclusive()
            assert item.media_reference.target_url.startswith("/")
        assert [round(m.marked_range.start_time.value) for m in timeline.tracks.markers] == [50]

    def test_fcp7_xml(self, tmp_path: Path, rate: str, state: str) -> None:
        path, listing, expected = written(tmp_path, ".xml", rate, state)
        timeline = their_timeline(path)
        (track,) = timeline.video_tracks()
        assert round(timeline.global_start_time.value) == listing.start
        assert abs(Fraction(timeline.global_start_time.rate) - listing.rate) < Fraction(1, 100)
        found = [self._item(item) for item in track]
        assert found == self._by_timecode(expected, starts(listing, state))
        assert all(abs(item.duration().rate - float(listing.rate)) < 0.01 for item in track)

    def test_edl(self, tmp_path: Path, rate: str, state: str) -> None:
        path, listing, expected = written(tmp_path, ".edl", rate, state)
        timeline = their_timeline(path, rate=float(listing.rate), ignore_timecode_mismatch=False)
        (track,) = timeline.video_tracks()
        found = [self._item(item) for item in track]
        named = [(f"{n}.mov" if n and n.startswith("gap") else n, f, c) for n, f, c in expected]
        assert found == self._by_timecode(named, starts(listing, state))

    def test_record_timecode_of_the_edl_is_true(self, tmp_path: Path, rate: str, state: str) -> None:
        path, listing, _ = written(tmp_path, ".edl", rate, state)
        labels = [line.split()[-2:] for line in path.read_text("utf-8").splitlines() if line[:3].isdigit()]
        spans = [[parse_timecode(label, listing.rate) - listing.start for label in pair] for pair in labels]
        gaps = [[48, 60], [96, 101]] if state == "filled" else []
        assert spans == sorted([[0, 48], [60, 96], [101, 111], *gaps])
        assert all((";" in label) == listing.drop_frame for pair in labels for label in pair)
        assert labels[0][0] == format_timecode(listing.start, listing.rate, listing.drop_frame)

    def test_fcpxml(self, tmp_path: Path, rate: str, state: str) -> None:
        """Their reader begins at 00:00:00:00, with a gap. It takes 23.976 for 23, so that only seconds can be compared
        there, and no places: those are checked below."""
        path, listing, expected = written(tmp_path, ".fcpxml", rate, state)
        (timeline,) = their_timeline(path)
        (track,) = timeline.video_tracks()
        if listing.rate.denominator == 1:
            found = [self._item(item) for item in track]
            assert found == [(None, None, listing.start), *self._by_timecode(expected, starts(listing, state))]
            return
        one_frame = Fraction(1, int(listing.rate))
        clips = [item for item in track if isinstance(item, otio.schema.Clip)]
        wanted = [row for row in self._by_timecode(expected, starts(listing, state)) if row[0] is not None]
        for clip, (name, first, length) in zip(clips, wanted, strict=True):
            assert clip.name == name
            assert abs(self._seconds(clip.duration()) - length / listing.rate) < one_frame
            assert abs(self._seconds(clip.source_range.start_time) - first / listing.rate) < one_frame

    def test_times_of_fcpxml_are_whole_frames_and_leave_no_hole(self, tmp_path: Path, rate: str, state: str) -> None:
        path, listing, expected = written(tmp_path, ".fcpxml", rate, state)
        root = ElementTree.parse(path).getroot()
        sequence = root.find(".//sequence")
        assert sequence is not None
        frame = {f.get("id"): f.get("frameDuration") for f in root.iter("format")}[sequence.get("format")]
        assert frame == f"{listing.rate.denominator}/{listing.rate.numerator}s"
        position = self._time(sequence.get("tcStart"))
        assert position * listing.rate == listing.start
        spine = sequence.find("spine")
        assert spine is not None
        for element, (_, _, length) in zip(spine, expected, strict=True):
            assert self._time(element.get("offset")) == position
            position += self._time(element.get("duration"))
            assert self._time(element.get("duration")) * listing.rate == length
        times = [self._time(e.get(key)) for e in root.iter() for key in ("start", "offset", "duration") if e.get(key)]
        assert all((time * listing.rate).denominator == 1 for time in times)

    def _time(self, text: str | None) -> Fraction:
        return Fraction((text or "").removesuffix("s"))

    def _seconds(self, time: Any) -> Fraction:
        return Fraction(time.value) / Fraction(time.rate)

    def _item(self, item: Any) -> tuple:
        if isinstance(item, otio.schema.Gap):
            return None, None, round(item.duration().value)
        return item.name, round(item.source_range.start_time.value), round(item.duration().value)

    def _by_timecode(self, expected: list, origins: list[int | None]) -> list[tuple]:
        return [
            (name, None if first is None or origin is None else origin + first, length)
            for (name, first, length), origin in zip(expected, origins, strict=True)
        ]
