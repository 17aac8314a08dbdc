"""Media that take the place of others: the same frames by content, or by timecode where nobody had seen them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from moving_pictures import RATE, SIZE, clip

from mpd_studio.core.errors import BadInput, EditRefused
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of
from mpd_studio.media.probe import probe
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.open_timeline import open_timeline
from mpd_studio.workflow.relink import files_below, relinked


@pytest.fixture
def media(tmp_path: Path) -> MediaRef:
    return replace(probe(clip(tmp_path / "a.mkv", count=24)), start_tc="10:00:00:00")


@pytest.fixture
def lost(tmp_path: Path) -> Timeline:
    """An EDL whose media are nowhere: its clips are known by timecode alone."""
    path = tmp_path / "edit" / "cut.edl"
    path.parent.mkdir()
    path.write_text(
        "TITLE: T\n001  A V C 10:00:00:02 10:00:00:06 01:00:00:00 01:00:00:04\n* FROM CLIP NAME: a.mkv\n"
        "002  A V C 10:00:00:10 10:00:00:15 01:00:00:07 01:00:00:12\n* FROM CLIP NAME: a.mkv\n"
    )
    return open_timeline(path, SilentReporter(), rate=RATE).timeline


def test_unseen_media_are_used_by_their_timecode(lost: Timeline, media: MediaRef) -> None:
    (old,) = lost.media
    found = relinked(old, media, lost)
    clips = [item for item in found.tracks[0].items if isinstance(item, Clip)]
    assert [clip.source_range for clip in clips] == [FrameRange(2, 4), FrameRange(10, 5)]
    assert found.media == (media,)
    (placed,) = gaps_of(found)
    assert placed.first is not None
    assert placed.last is not None
    assert (placed.first.index, placed.last.index) == (5, 10)


def test_unseen_media_without_that_timecode_are_refused(lost: Timeline, media: MediaRef) -> None:
    (old,) = lost.media
    for start_tc in ("09:00:00:00", None, "10:00:00:05"):
        with pytest.raises(EditRefused, match="does not hold the timecode"):
            relinked(old, replace(media, start_tc=start_tc), lost)


def test_seen_media_keep_their_frames_whatever_their_timecode(media: MediaRef) -> None:
    track = Track("V1", (Clip(ClipId("a"), media, FrameRange(3, 4)),))
    timeline = Timeline("T", RATE, SIZE, tracks=(track,), media=(media,))
    moved = relinked(media, replace(media, path=Path("/elsewhere/a.mkv"), start_tc=None), timeline)
    item = moved.tracks[0].items[0]
    assert isinstance(item, Clip)
    assert item.source_range == FrameRange(3, 4)


def test_paths_that_the_system_refuses_do_not_keep_a_timeline_from_opening(tmp_path: Path, media: MediaRef) -> None:
    path, names = tmp_path / "cut.mlt", ("x" * 300 + "/a.mkv", "y" * 300 + "_0001.png", str(media.path))
    producers = "".join(
        f'<producer id="p{n}" in="0" out="3"><property name="resource">{name}</property></producer>'
        for n, name in enumerate(names)
    )
    entries = "".join(f'<entry producer="p{n}" in="0" out="3"/>' for n in range(len(names)))
    path.write_text(
        f'<mlt><profile width="{SIZE.width}" height="{SIZE.height}" frame_rate_num="{RATE.numerator}" '
        f'frame_rate_den="{RATE.denominator}"/>{producers}<playlist id="v">{entries}</playlist>'
        '<tractor id="t"><track producer="v"/></tractor></mlt>'
    )
    opened = open_timeline(path, SilentReporter())
    assert [Path(ref.path).name for ref in opened.missing] == ["y" * 300 + "_0001.png"]  # a.mkv lies beside
    assert media.path in [ref.path for ref in opened.timeline.media]


def test_files_are_listed_in_order(tmp_path: Path) -> None:
    for name in ("b/2.mov", "b/1.mov", "a.mov"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in files_below((tmp_path,), SilentReporter())]
    assert found == ["a.mov", "b/1.mov", "b/2.mov"]


def test_a_gap_of_hours_is_not_begun(media: MediaRef) -> None:
    ends = Clip(ClipId("a"), media, FrameRange(0, 4)), Clip(ClipId("b"), media, FrameRange(8, 4))
    gap = Gap(GapId("g"), 200_000)
    timeline = Timeline("T", Fraction(24), SIZE, tracks=(Track("V1", (ends[0], gap, ends[1])),))
    with pytest.raises(BadInput, match="200000 new frames is more than this program makes at once"):
        build_request(timeline, gap.id, "flow", EngineSettings(), 0)
