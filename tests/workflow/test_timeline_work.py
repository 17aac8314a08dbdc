from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import RATE, SIZE, clip, pictures_of

from mpd_studio.core.errors import BadInput, MediaError
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.media.probe import probe
from mpd_studio.workflow.build_request import (
    build_request,
    place_of,
    request_between_stills,
    request_inside_clip,
)
from mpd_studio.workflow.deliver import deliver_take
from mpd_studio.workflow.fill_timeline import fill_timeline
from mpd_studio.workflow.open_media import open_media

G = GapId("g")
PATH = MotionPath(PathId("p"), (PathPoint(0, Point(10, 10)), PathPoint(1, Point(30, 20))))


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    media = probe(clip(tmp_path / "a.mkv"))
    before = Clip(ClipId("a"), media, FrameRange(0, 4))
    after = Clip(ClipId("b"), media, FrameRange(8, 4))
    items = (before, Gap(G, 4, Guidance(paths=(PATH,))), after, Gap(GapId("open"), 3), before)
    return Timeline(
        "T", RATE, SIZE, start=86400, tracks=(Track("V1", items), Track("V2", (Gap(GapId("lone"), 2), after)))
    )


def test_a_request_is_what_stands_around_the_gap(timeline: Timeline) -> None:
    request = build_request(timeline, G, "flow", EngineSettings(), 7)
    assert (request.first.index, request.last.index, request.new_frames, request.seed) == (3, 8, 4, 7)
    assert (request.canvas, request.rate, request.guidance.paths) == (SIZE, RATE, (PATH,))
    assert place_of(timeline, G).start == 86404


def test_drawings_follow_from_the_canvas_to_the_media(timeline: Timeline) -> None:
    large = replace(timeline, canvas=Size(192, 128))
    request = build_request(large, G, "flow", EngineSettings(), 0)
    assert request.canvas == SIZE
    assert request.guidance.paths[0].start == Point(5, 5)


def test_a_gap_without_an_end_is_refused(timeline: Timeline) -> None:
    with pytest.raises(BadInput, match="no frame before"):
        build_request(timeline, GapId("lone"), "flow", EngineSettings(), 0)
    with pytest.raises(BadInput, match="no longer"):
        build_request(timeline, GapId("none"), "flow", EngineSettings(), 0)


def test_every_gap_is_filled_and_one_that_cannot_be_stops_no_other(timeline: Timeline, tmp_path: Path) -> None:
    filled = fill_timeline(timeline, tmp_path / "out", SilentReporter(), engine_id="crossfade")
    assert [gap.placed.gap.id for gap in filled.gaps] == ["lone", "g", "open"]
    assert filled.gaps[0].problem is not None
    assert "no frame before" in str(filled.gaps[0].problem)
    assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == ["gap_02", "gap_03"]
    takes = {placed.gap.id: placed.gap.takes for placed in gaps_of(filled.timeline)}
    assert [len(takes[GapId(gap)]) for gap in ("lone", "g", "open")] == [0, 1, 1]
    assert takes[G][0].result.frames.count == 4
    assert len(pictures_of(tmp_path / "out" / "gap_02", "gap_02_%06d.png")) == 4
    assert gaps_of(timeline)[1].gap.takes == ()


def test_a_take_is_delivered_as_a_movie_with_timecode(timeline: Timeline, tmp_path: Path) -> None:
    filled = fill_timeline(timeline, tmp_path / "out", SilentReporter(), engine_id="crossfade")
    made = filled.gaps[1].run
    assert made is not None
    report = deliver_take(
        made.result, "prores422hq", tmp_path / "movie", "shot", SilentReporter(), place=place_of(timeline, G)
    )
    media = probe(report.files[0])
    assert (media.frame_count, media.rate, media.start_tc, media.size) == (4, RATE, "01:00:00:04", SIZE)
    assert report.verdict == made.result.verdict


def test_a_take_whose_frames_are_gone_says_so(timeline: Timeline, tmp_path: Path) -> None:
    made = fill_timeline(timeline, tmp_path / "out", SilentReporter(), engine_id="crossfade").gaps[1].run
    assert made is not None
    Path(made.result.frames.path(3)).unlink()
    with pytest.raises(MediaError, match="instead of 4"):
        deliver_take(made.result, "png", tmp_path / "again", "shot", SilentReporter())
    assert not (tmp_path / "again").exists() or not list((tmp_path / "again").iterdir())


def test_stills_and_clips_make_requests(tmp_path: Path) -> None:
    media = probe(clip(tmp_path / "a.mkv"))
    between = request_between_stills(media, media, 5, RATE, Guidance())
    assert (between.first.index, between.last.index) == (11, 0)
    inside = request_inside_clip(media, 2, 9, None, None, Guidance())
    assert (inside.new_frames, inside.rate) == (6, RATE)
    assert request_inside_clip(media, 2, 3, 4, None, Guidance()).new_frames == 4


@pytest.mark.parametrize(
    ("after", "before", "count", "words"),
    [
        (5, 5, None, "must come before"),
        (6, 5, None, "must come before"),
        (5, 6, None, "neighbours"),
        (2, 40, None, "frames 0 to 11"),
        (-1, 4, None, "no frame -1"),
        (2, 6, 0, "at least 1"),
        (2, 6, 1_000_000, "at once"),
    ],
)
def test_senseless_frames_are_refused(tmp_path: Path, after: int, before: int, count: int | None, words: str) -> None:
    media = probe(clip(tmp_path / "a.mkv"))
    with pytest.raises(BadInput, match=words):
        request_inside_clip(media, after, before, count, None, Guidance())


def test_a_numbered_still_opens_as_its_sequence_unless_asked_otherwise(timeline: Timeline, tmp_path: Path) -> None:
    fill_timeline(timeline, tmp_path / "out", SilentReporter(), engine_id="crossfade")
    first = tmp_path / "out" / "gap_02" / "gap_02_000001.png"
    opened = open_media(first, RATE)
    assert opened.media.frame_count == 4
    assert "numbered pictures" in opened.notes[0]
    assert open_media(first, as_sequence=False).media.frame_count == 1


def test_the_engine_is_opened_once_for_all_gaps_and_let_go_at_the_end(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    begin = CrossfadeEngine.__init__
    monkeypatch.setattr(CrossfadeEngine, "__init__", lambda engine: (told.append("opened"), begin(engine))[1])
    monkeypatch.setattr(CrossfadeEngine, "unload", lambda engine: told.append("unloaded"))
    filled = fill_timeline(timeline, tmp_path / "out", SilentReporter(), engine_id="crossfade")
    assert sum(gap.run is not None for gap in filled.gaps) > 1
    assert told == ["opened", "unloaded"]
