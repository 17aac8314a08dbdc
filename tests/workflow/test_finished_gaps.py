"""Going on after a run that was killed: finished gaps are kept, and only where everything is as it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import RATE, SIZE, Recorder, clip, still

from mpd_studio.core.errors import Cancelled, OutputError
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_edits import set_gap_length, set_guidance
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, Guidance, MaskRef, MotionPath, MotionRegion, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId, RegionId
from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of
from mpd_studio.media.probe import probe
from mpd_studio.workflow.fill_timeline import FilledTimeline, fill_timeline
from mpd_studio.workflow.output_folder import TAKE_FILE

A, B = GapId("a"), GapId("b")
PATH = MotionPath(PathId("p"), (PathPoint(0, Point(10, 10)), PathPoint(1, Point(30, 20))))


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    """Two gaps in one movie; a path and a mask are drawn in the first."""
    media = probe(clip(tmp_path / "a.mkv"))
    clips = [Clip(ClipId(name), media, FrameRange(4 * n, 4)) for n, name in enumerate("xyz")]
    region = MotionRegion(RegionId("r"), Boundary.FIRST, mask=MaskRef(str(still(tmp_path / "mask.png", 3.0))))
    gaps = Gap(A, 3, Guidance(paths=(PATH,), regions=(region,))), Gap(B, 2)
    return Timeline("T", RATE, SIZE, tracks=(Track("V1", (clips[0], gaps[0], clips[1], gaps[1], clips[2])),))


@pytest.fixture
def fill(tmp_path: Path) -> Callable[..., FilledTimeline]:
    def run(timeline: Timeline, **more: object) -> FilledTimeline:
        options = {"engine_id": "crossfade", "resume": True, **more}
        return fill_timeline(timeline, tmp_path / "out", SilentReporter(), **options)  # type: ignore[arg-type]

    return run


def kept(filled: FilledTimeline) -> list[bool]:
    return [gap.is_kept for gap in filled.gaps]


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What a file that was written again would not have: its own inode and time."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.iterdir()}


def test_a_run_that_was_stopped_in_the_second_gap_goes_on_there(
    timeline: Timeline, tmp_path: Path, fill: Callable[..., FilledTimeline]
) -> None:
    class InTheSecond(Recorder):
        def raise_if_cancelled(self) -> None:
            if any(report.stage == "Gap 2: New frames" for report in self.reports):
                raise Cancelled

    with pytest.raises(Cancelled):
        fill_timeline(timeline, tmp_path / "out", InTheSecond("Gap 2: New frames"), engine_id="crossfade")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gap_01"]
    before = stamps(tmp_path / "out" / "gap_01")
    filled = fill(timeline)
    assert kept(filled) == [True, False]
    assert stamps(tmp_path / "out" / "gap_01") == before
    assert [len(placed.gap.takes) for placed in gaps_of(filled.timeline)] == [1, 1]
    assert kept(fill(timeline)) == [True, True]


def test_what_is_kept_is_told_as_when_it_was_made(timeline: Timeline, fill: Callable[..., FilledTimeline]) -> None:
    made, again = fill(timeline, movie_id="prores422hq"), fill(timeline, movie_id="prores422hq")
    assert kept(again) == [True, True]
    assert [gap.run for gap in again.gaps] == [gap.run and replace(gap.run, figures=()) for gap in made.gaps]
    movies = [movie for gap in again.gaps if gap.run for movie in gap.run.movies]
    assert [movie.is_file() for movie in movies] == [True, True]


def test_it_is_kept_where_the_whole_folder_was_moved(
    timeline: Timeline, tmp_path: Path, fill: Callable[..., FilledTimeline]
) -> None:
    fill(timeline)
    (tmp_path / "out").rename(tmp_path / "moved")
    filled = fill_timeline(timeline, tmp_path / "moved", SilentReporter(), engine_id="crossfade", resume=True)
    assert kept(filled) == [True, True]
    run = filled.gaps[0].run
    assert run is not None
    assert all(Path(path).is_file() for path in run.result.frames.paths)


def test_without_being_asked_nothing_is_kept(timeline: Timeline, fill: Callable[..., FilledTimeline]) -> None:
    fill(timeline)
    refused = fill(timeline, resume=False)
    assert [type(gap.problem) for gap in refused.gaps] == [OutputError, OutputError]
    assert kept(fill(timeline, resume=False, overwrite=True)) == [False, False]


@pytest.mark.parametrize(
    "other",
    [
        {"engine_id": "flow"},
        {"seed": 1},
        {"settings": EngineSettings(Quality.BEST)},
        {"exporter_id": "png16"},
        {"movie_id": "h264"},
        {"handles": 1, "movie_id": None},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_order_is_made_anew_and_only_where_it_may_replace(
    timeline: Timeline, fill: Callable[..., FilledTimeline], other: dict[str, object]
) -> None:
    fill(timeline)
    refused = fill(timeline, **other)
    assert [gap.run for gap in refused.gaps] == [None, None]
    assert all("of another request" in str(gap.problem) for gap in refused.gaps)
    made = fill(timeline, overwrite=True, **other)
    assert kept(made) == [False, False]
    assert all(gap.run for gap in made.gaps)
    assert kept(fill(timeline, **other)) == [True, True]


def test_a_gap_that_was_edited_is_made_anew_and_the_other_kept(
    timeline: Timeline, fill: Callable[..., FilledTimeline]
) -> None:
    fill(timeline)
    moved = replace(PATH, points=(PATH.points[0], PathPoint(1, Point(31, 20))))
    drawn = set_guidance(timeline, A, Guidance(paths=(moved,)))
    assert kept(fill(drawn, overwrite=True)) == [False, True]
    assert kept(fill(set_gap_length(timeline, B, 3), overwrite=True, only=[2])) == [False]


def test_a_source_that_changed_is_never_covered_by_old_frames(
    timeline: Timeline, tmp_path: Path, fill: Callable[..., FilledTimeline]
) -> None:
    fill(timeline)
    clip(tmp_path / "a.mkv", step=2.5)
    refused = fill(timeline)
    assert kept(refused) == [False, False]
    assert all("something has changed" in str(gap.problem) for gap in refused.gaps)


def test_a_mask_that_was_painted_over_counts(
    timeline: Timeline, tmp_path: Path, fill: Callable[..., FilledTimeline]
) -> None:
    fill(timeline)
    still(tmp_path / "mask.png", 9.0)
    assert kept(fill(timeline, overwrite=True)) == [False, True]


def spoil_a_frame(folder: Path) -> None:
    frame = folder / "gap_01_000002.png"
    frame.write_bytes(frame.read_bytes()[:-1] + b"?")


def lose_a_frame(folder: Path) -> None:
    (folder / "gap_01_000003.png").unlink()


def tear_the_record(folder: Path) -> None:
    record = folder / TAKE_FILE
    record.write_bytes(record.read_bytes()[: record.stat().st_size // 2])


def make_the_record_older(folder: Path) -> None:
    record = folder / TAKE_FILE
    doc = json.loads(record.read_text())
    doc["made_of"]["program"] = "0.0.1"
    record.write_text(json.dumps(doc))


@pytest.mark.parametrize("spoil", [spoil_a_frame, lose_a_frame, tear_the_record, make_the_record_older])
def test_what_is_not_whole_is_made_anew(
    timeline: Timeline, tmp_path: Path, fill: Callable[..., FilledTimeline], spoil: Callable[[Path], None]
) -> None:
    fill(timeline)
    spoil(tmp_path / "out" / "gap_01")
    assert [gap.problem is not None for gap in fill(timeline).gaps] == [True, False]
    assert kept(fill(timeline, overwrite=True)) == [False, True]
    assert kept(fill(timeline)) == [True, True]


def test_a_file_that_an_option_names_counts_by_what_is_in_it(timeline: Timeline, tmp_path: Path) -> None:
    from mpd_studio.workflow.build_request import build_request, place_of
    from mpd_studio.workflow.finished_gap import GapOrder

    ink, grain = tmp_path / "ink.pt", tmp_path / "grain.pt"
    for file in (ink, grain):
        file.write_bytes(b"one")
    said = (("lora", f"{ink}:0.8; {grain}:-1"), ("prompt", "a door opens; slowly"))
    request = build_request(timeline, B, "crossfade", EngineSettings(options=said), 0)
    order = GapOrder(request, place_of(timeline, B), None, None, 0)
    before = order.made_of()
    assert before is not None
    assert [Path(name).name for name, _ in before["files"]] == ["grain.pt", "ink.pt"]
    assert order.made_of() == before
    grain.write_bytes(b"two")
    os.utime(grain, ns=(ink.stat().st_atime_ns, ink.stat().st_mtime_ns))
    assert order.made_of() != before
