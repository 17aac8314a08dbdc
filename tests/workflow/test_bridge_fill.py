"""An editor's job from its request to the frames that the editor's side reads back."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_folder import jobs
from job_folder.errors import BridgeError
from job_folder.ids import new_job_id

from mpd_studio.bridge.claim import ClaimWatch, newest_claim
from mpd_studio.bridge.heartbeat import Heartbeat
from mpd_studio.bridge.inbox import take_on, waiting_jobs
from mpd_studio.bridge.job import ClaimedJob
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import WantedMedia
from mpd_studio.core.engine import BoundaryPictures, Engine
from mpd_studio.core.errors import Cancelled, EngineFailed, EnvironmentProblem, MediaError, OutputError
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.guidance_file import encode_guidance
from mpd_studio.core.ids import PathId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.core.timeline import gaps_of
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.media.probe import probe
from mpd_studio.workflow.bridge_fill import choose_formats, fill_job, hand_in_take
from mpd_studio.workflow.bridge_job import as_problem, open_job
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.inbetween import run
from tests.workflow.moving_pictures import SIZE, clip, pictures_of, still, texture


def send(folder: Path, frames: dict[str, Any], **changes: Any) -> Path:
    """A job for a gap of three frames, as an editor sends it."""
    job = jobs.NewJob(str(folder / "jöbs"), new_job_id())
    request = {
        "schema": "mpd.bridge.request",
        "version": "1.0",
        "job_id": job.job_id,
        "created": "2026-11-21T00:00:00Z",
        "host": {"app": "blender", "timeline": "Scene é/1"},
        "rate": {"num": 24000, "den": 1001},
        "timeline": {"start_frame": 86400, "width": SIZE.width, "height": SIZE.height},
        "gap": {"track": 2, "first": 86448, "count": 3, "before": {"frame": 86447}, "after": {"frame": 86451}},
        "frames": {"mode": "source", **frames},
        **changes,
    }
    for side in ("before", "after"):
        if request["frames"]["mode"] == "as_seen":
            name = Path(request["frames"][side]["path"]).name
            still(Path(job.frames, name), 0 if side == "before" else 6)
    return Path(job.send(request))


@pytest.fixture
def job(tmp_path: Path) -> Path:
    movie = clip(tmp_path / "a b.mkv")
    return send(tmp_path, {"before": {"path": str(movie), "index": 3}, "after": {"path": str(movie), "index": 8}})


def taken(job: Path) -> ClaimedJob:
    found = take_on(job, ClaimWatch())
    assert found is not None
    return found


def told(job: Path) -> str:
    with pytest.raises(BridgeError) as caught:
        jobs.read_result(str(job))
    return caught.value.code


def crossfade(id: str) -> Engine:
    del id
    return CrossfadeEngine()


class Watched(CrossfadeEngine):
    """Does something when the first frame has been made."""

    def __init__(self, happening: Any) -> None:
        super().__init__()
        self._happening = happening

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        for number, picture in enumerate(super().generate(request, pictures, reporter)):
            yield picture
            if number == 0:
                self._happening()
            reporter.raise_if_cancelled()


def test_a_job_is_a_timeline_with_its_gap_at_the_editors_frames(job: Path) -> None:
    opened = open_job(job)
    (gap,) = gaps_of(opened.timeline)
    assert opened.timeline.start + gap.start == 86448
    assert (gap.gap.id, gap.gap.length, opened.timeline.rate) == (opened.gap_id, 3, Fraction(24000, 1001))
    assert gap.first is not None
    assert gap.last is not None
    assert (gap.first.index, gap.last.index) == (3, 8)
    assert opened.timeline.tracks[0].name == "V2"
    assert opened.name == "Scene_é_1_86448"


def test_fill_hands_in_frames_that_the_editor_can_read(job: Path) -> None:
    made = fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    result = jobs.read_result(str(job))
    assert (result.count, result.revision, made.frames.count) == (3, 1, 3)
    assert [Path(file).name for file in result.files] == [f"Scene_é_1_86448_{n:06d}.png" for n in (1, 2, 3)]
    document = result.document
    assert document["picture"] == {
        "width": SIZE.width,
        "height": SIZE.height,
        "bit_depth": 8,
        "is_float": False,
        "alpha": "none",
    }
    assert document["rate"] == {"num": 24000, "den": 1001, "drop": False, "nominal": 24}
    assert document["made_by"]["engine"] == "flow"
    written = pictures_of(Path(result.folder), result.pattern)
    quarter = (texture(3 * 1.5).astype(float) * 3 + texture(8 * 1.5)) / 4
    assert np.abs(written[0].astype(float) - quarter).mean() < 2.0
    assert newest_claim(job).is_over
    assert jobs.read_status(str(job))["state"] == "done"
    assert waiting_jobs(job.parent) == ()


def test_a_movie_and_deep_frames_where_they_are_wished_for(tmp_path: Path) -> None:
    ends = [still(tmp_path / f"{name}.png", shift, dtype=np.uint16) for name, shift in (("a", 0.0), ("b", 6.0))]
    frames = {side: {"path": str(path), "index": 0} for side, path in zip(("before", "after"), ends, strict=True)}
    want = {"media": ["png", "prores422hq"], "name": "my gap", "handles": [2, 2]}
    job = send(tmp_path, frames, want=want)
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    result = jobs.read_result(str(job))
    assert Path(result.files[0]).name == "my_gap_000001.png"
    movie = probe(result.movie)
    assert (movie.frame_count, movie.rate, movie.start_tc) == (3, Fraction(24000, 1001), "01:00:02:00")
    assert result.document["movie"]["format"] == "prores422hq"
    assert result.document["picture"]["bit_depth"] == 16
    assert any("png16 instead of png" in warning for warning in result.document["warnings"])
    assert "the footage has none for them" in result.document["warnings"][-1]  # of pictures
    assert result.document["handles"] == [0, 0]


def test_a_movie_has_the_handles_that_were_wished_for_and_the_frames_have_none(tmp_path: Path) -> None:
    path = str(clip(tmp_path / "a.mkv"))
    frames = {"before": {"path": path, "index": 3}, "after": {"path": path, "index": 8}}
    job = send(tmp_path, frames, want={"media": ["prores422hq"], "handles": [2, 100]})
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    result = jobs.read_result(str(job))
    tail = probe(path).frame_count - 8
    assert result.document["handles"] == [2, tail]
    assert len(result.files) == 3
    movie = probe(result.movie)
    assert (movie.frame_count, movie.start_tc) == (2 + 3 + tail, "01:00:01:22")
    assert result.document["movie"]["start_tc"] == "01:00:01:22"
    assert f"the footage has 2 and {tail} frames for them" in result.document["warnings"][-1]


def test_handles_without_a_movie_are_told(tmp_path: Path) -> None:
    path = str(clip(tmp_path / "a.mkv"))
    frames = {"before": {"path": path, "index": 3}, "after": {"path": path, "index": 8}}
    job = send(tmp_path, frames, want={"handles": [2, 2]})
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    document = jobs.read_result(str(job)).document
    assert document["handles"] == [0, 0]
    assert "only a movie can have them" in document["warnings"][-1]


def test_a_gap_at_the_very_beginning_has_handles_before_midnight(tmp_path: Path) -> None:
    path = str(clip(tmp_path / "a.mkv"))
    frames = {"before": {"path": path, "index": 3}, "after": {"path": path, "index": 8}}
    gap = {"track": 1, "first": 1, "count": 3, "before": {"frame": 0}, "after": {"frame": 4}}
    timeline = {"start_frame": 0, "width": SIZE.width, "height": SIZE.height}
    want = {"media": ["prores422hq"], "handles": [3, 0]}
    job = send(tmp_path, frames, gap=gap, timeline=timeline, want=want)
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    result = jobs.read_result(str(job))
    assert result.document["movie"]["start_tc"] == probe(result.movie).start_tc == "23:59:59:22"


def test_pictures_that_the_editor_rendered(tmp_path: Path) -> None:
    ends = {"before": {"path": "frames/A.png", "index": 0}, "after": {"path": "frames/B.png", "index": 0}}
    job = send(tmp_path, {"mode": "as_seen", **ends})
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    assert jobs.read_result(str(job)).count == 3
    assert sorted(os.listdir(job / "frames")) == ["A.png", "B.png"]


def test_a_numbered_picture_is_itself_and_not_its_sequence(tmp_path: Path) -> None:
    for number in range(1, 9):
        still(tmp_path / f"s_{number:04d}.png", number)
    frames = {
        "before": {"path": str(tmp_path / "s_0003.png"), "index": 0},
        "after": {"path": str(tmp_path / "s_0007.png"), "index": 0},
    }
    opened = open_job(send(tmp_path, frames))
    (gap,) = gaps_of(opened.timeline)
    assert gap.first is not None
    assert gap.first.media.path.name == "s_0003.png"
    assert gap.first.media.frame_count == 1


def test_what_is_drawn_in_a_file_leads_the_frames(job: Path, tmp_path: Path) -> None:
    path = MotionPath(PathId("p"), (PathPoint(0.0, Point(20, 20)), PathPoint(1.0, Point(40, 30))))
    place = tmp_path / "guidance.json"
    place.write_text(json.dumps(encode_guidance(Guidance((path,)), SIZE)))
    made = fill_job(taken(job), SilentReporter(), guidance=place)
    assert [one.id for one in made.request.guidance.paths] == ["p"]
    place.write_text("{")
    with pytest.raises(BridgeProblem):
        fill_job(taken(job), SilentReporter(), guidance=place)
    assert jobs.read_result(str(job)).revision == 1


def test_a_second_revision_leaves_the_first(job: Path) -> None:
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    first = Path(jobs.read_result(str(job)).files[0]).read_bytes()
    fill_job(taken(job), SilentReporter(), seed=1, open_engine=crossfade)
    result = jobs.read_result(str(job))
    assert result.revision == 2
    assert result.document["made_by"]["seed"] == 1
    assert (job / "media" / "r001" / Path(result.files[0]).name).read_bytes() == first


def test_a_take_made_before_is_handed_in(job: Path, tmp_path: Path) -> None:

    opened = open_job(job)
    request = replace(
        build_request(opened.timeline, opened.gap_id, "crossfade", EngineSettings(), 7), engine_id="crossfade"
    )
    take = run(request, tmp_path / "take", SilentReporter()).result
    hand_in_take(taken(job), take, SilentReporter())
    result = jobs.read_result(str(job))
    ours, theirs = pictures_of(tmp_path / "take"), pictures_of(Path(result.folder), result.pattern)
    assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
    assert result.document["made_by"]["seed"] == 7
    other = replace(take, frames=replace(take.frames, count=2))
    with pytest.raises(BridgeProblem) as caught:
        hand_in_take(taken(job), other, SilentReporter())
    assert caught.value.code is ErrorCode.GAP_CHANGED


def test_the_editor_calls_off_while_it_runs(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpd_studio.workflow.bridge_fill._STATUS_EVERY_S", 0.0)
    engine = Watched(lambda: jobs.cancel(str(job)))
    with pytest.raises(BridgeProblem) as caught:
        fill_job(taken(job), SilentReporter(), open_engine=lambda id: engine)
    assert caught.value.code is ErrorCode.CANCELLED
    assert told(job) == "CANCELLED"
    assert jobs.read_status(str(job))["state"] == "cancelled"
    assert os.listdir(job / "media") == []
    assert newest_claim(job).is_over


def test_the_user_here_stops_and_the_job_waits_for_another(job: Path) -> None:
    class Stopped(SilentReporter):
        def report(self, progress: Progress) -> None:
            if progress.done:
                raise Cancelled

    with pytest.raises(Cancelled):
        fill_job(taken(job), Stopped(), open_engine=crossfade)
    assert waiting_jobs(job.parent) == (job,)
    assert jobs.read_status(str(job))["state"] == "waiting"
    fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    assert jobs.read_result(str(job)).count == 3


def test_a_job_taken_over_meanwhile_is_not_handed_in_twice(job: Path) -> None:
    claimed = taken(job)

    def rob() -> None:
        (job / "claim.2.json").write_text("{}")

    engine = Watched(rob)
    with pytest.raises(BridgeProblem) as caught:
        fill_job(claimed, SilentReporter(), open_engine=lambda id: engine)
    assert caught.value.code is ErrorCode.CLAIMED_ELSEWHERE
    assert not (job / "result.json").exists()
    assert os.listdir(job / "media") == []


def test_a_lost_claim_stops_the_work_at_its_next_beat(job: Path) -> None:
    claimed = taken(job)
    (job / "claim.2.json").write_text("{}")
    with Heartbeat(claimed.claim, every_s=0.001) as heartbeat:
        deadline = time.monotonic() + 10
        while heartbeat.problem is None and time.monotonic() < deadline:
            pass
    assert heartbeat.problem is not None
    assert heartbeat.problem.code is ErrorCode.CLAIMED_ELSEWHERE


def test_what_breaks_is_told_by_its_name(tmp_path: Path) -> None:
    good, other = still(tmp_path / "a.png"), still(tmp_path / "wide.png", size=replace(SIZE, width=200))
    movie = clip(tmp_path / "m.mkv", 6)
    (tmp_path / "torn.mov").write_bytes(b"no movie")
    for path, index, code in (
        (tmp_path / "gone.mov", 0, "MEDIA_MISSING"),
        (tmp_path / "torn.mov", 0, "UNSUPPORTED_CLIP"),
        (movie, 6, "UNSUPPORTED_CLIP"),
        (other, 0, "SIZE_MISMATCH"),
    ):
        ends = {"before": {"path": str(good), "index": 0}, "after": {"path": str(path), "index": index}}
        job = send(tmp_path, ends)
        with pytest.raises(BridgeProblem):
            fill_job(taken(job), SilentReporter(), open_engine=crossfade)
        assert told(job) == code
        assert jobs.read_status(str(job))["state"] == "failed"


def test_codes_of_errors() -> None:
    full = OutputError("x")
    full.__cause__ = OSError(28, "full")
    for error, code in (
        (full, ErrorCode.DISK_FULL),
        (OutputError("x"), ErrorCode.NOT_WRITABLE),
        (MediaError("x"), ErrorCode.UNSUPPORTED_CLIP),
        (EngineFailed("x"), ErrorCode.ENGINE_FAILED),
        (EnvironmentProblem("x"), ErrorCode.ENGINE_FAILED),
    ):
        assert as_problem(error).code is code


def test_an_engine_that_breaks_is_told(job: Path) -> None:
    def broken(id: str) -> Engine:
        raise EngineFailed("It broke.")

    with pytest.raises(BridgeProblem, match="It broke"):
        fill_job(taken(job), SilentReporter(), open_engine=broken)
    assert told(job) == "ENGINE_FAILED"


def test_a_job_of_a_later_version_is_left_to_a_later_studio(job: Path) -> None:
    document = json.loads((job / "request.json").read_text())
    (job / "request.json").write_text(json.dumps({**document, "version": "2.0"}))
    with pytest.raises(BridgeProblem) as caught:
        take_on(job, ClaimWatch())
    assert caught.value.code is ErrorCode.PROTOCOL_VERSION
    assert os.listdir(job) == ["request.json"]


def test_a_broken_request_is_answered(job: Path) -> None:
    (job / "request.json").write_text('{"schema": "mpd.bri')
    with pytest.raises(BridgeProblem):
        fill_job(taken(job), SilentReporter(), open_engine=crossfade)
    assert told(job) == "BAD_MESSAGE"


def test_formats_follow_the_wish_where_nothing_is_lost(tmp_path: Path) -> None:
    eight = probe(still(tmp_path / "a.png"))
    alpha = probe(still(tmp_path / "b.png", channels=4))
    real = replace(eight, is_float=True)
    png16, exr, movie = WantedMedia.PNG16, WantedMedia.EXR16F, WantedMedia.PRORES_422_HQ
    assert choose_formats((), eight).exporter_id == "png"
    assert choose_formats((png16, movie), eight) == replace(
        choose_formats((png16, movie), eight), exporter_id="png16", movie_id="prores422hq", notes=()
    )
    assert choose_formats((exr,), eight).exporter_id == "png"
    assert choose_formats((movie,), alpha).movie_id == "prores4444"
    for wanted, media in (((exr,), eight), ((movie,), alpha), ((png16, movie), real)):
        assert choose_formats(wanted, media).notes
    assert choose_formats((png16, movie), real).exporter_id == "exr"
    assert choose_formats((png16, movie), real).movie_id is None
