"""Pictures for the eyes: right, soon, bounded, and stale ones dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np
import pytest
from footage import GAP, Heard, gap_timeline, movie_ref, picture
from pytestqt.qtbot import QtBot

from mpd_studio.core.edits import add_track, place_clip
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_edits import choose_take
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Clip, Timeline, find_gap
from mpd_studio.jobs.job import Job
from mpd_studio.session.array_cache import ArrayCache
from mpd_studio.session.frame_work import DraftFrame
from mpd_studio.session.session import Session


class Hold:
    """Keeps a lane busy until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.opened = threading.Event()

    def work(self, reporter: Reporter) -> None:
        self.begun.set()
        while not self.opened.wait(0.005):
            reporter.raise_if_cancelled()


def _request(qtbot: QtBot, session: Session, source: FrameRef | PurePath, size: Size | None = None) -> np.ndarray:
    with qtbot.waitSignal(session.frames.frame_ready) as told:
        assert session.frames.request(source, size, urgent=True) is None
    assert told.args is not None
    assert told.args[0] == source
    return told.args[1]


def test_a_frame_comes_by_signal_and_then_at_once(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    ref = FrameRef(media, 7)
    pixels = _request(qtbot, session, ref)
    assert np.array_equal(pixels, picture(7))
    assert session.frames.request(ref) is pixels
    assert not pixels.flags.writeable


def test_a_smaller_picture_keeps_its_proportions(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    assert _request(qtbot, session, FrameRef(media, 0), Size(48, 48)).shape == (32, 48, 3)
    assert _request(qtbot, session, FrameRef(media, 0), Size(500, 500)).shape == (64, 96, 3)


def test_thumbnails_come_by_their_own_signal(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    ref, size = FrameRef(media, 2), Size(30, 20)
    with qtbot.waitSignal(session.frames.thumbnail_ready) as told:
        assert session.frames.request_thumbnail(ref, size) is None
    assert told.args is not None
    assert told.args[:2] == [ref, size]
    assert told.args[2].shape == (20, 30, 3)
    assert session.frames.request_thumbnail(ref, size) is told.args[2]


def test_offline_media_fail_with_a_reason_and_thumbnails_quietly(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    ref = FrameRef(movie_ref(tmp_path), 0)
    Path(ref.media.path).unlink()
    with qtbot.waitSignal(session.frames.frame_failed) as told:
        session.frames.request(ref)
    assert told.args is not None
    assert told.args[0] == ref
    assert "does not exist" in told.args[1]
    assert session.frames.request_thumbnail(ref, Size(20, 20)) is None
    lane = session._lanes.thumbnails
    qtbot.waitUntil(lambda: lane.is_idle)
    qtbot.waitUntil(lambda: session.frames.request_thumbnail(ref, Size(20, 20)) is None and lane.is_idle)


def test_stale_urgent_requests_are_dropped(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    ready: list[int] = []
    session.frames.frame_ready.connect(lambda source, pixels: ready.append(source.index))
    hold = Hold()
    session._lanes.frames.submit(Job("hold", "", hold.work))
    for index in range(12):
        session.frames.request(FrameRef(media, index), urgent=True)
    hold.opened.set()
    qtbot.waitUntil(lambda: bool(ready))
    qtbot.waitUntil(lambda: session._lanes.frames.is_idle)
    assert ready == [11]


def test_urgent_goes_before_what_is_only_wanted(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    ready: list[int] = []
    session.frames.frame_ready.connect(lambda source, pixels: ready.append(source.index))
    hold = Hold()
    session._lanes.frames.submit(Job("hold", "", hold.work))
    for index in (0, 1, 2):
        session.frames.request(FrameRef(media, index))
    session.frames.request(FrameRef(media, 9), urgent=True)
    session.frames.request(FrameRef(media, 2), urgent=True)  # was waiting already
    hold.opened.set()
    qtbot.waitUntil(lambda: len(ready) == 3)
    assert ready == [2, 0, 1]


def test_a_dropped_request_can_be_made_again(qtbot: QtBot, session: Session, media: MediaRef) -> None:
    hold = Hold()
    session._lanes.frames.submit(Job("hold", "", hold.work))
    session.frames.request(FrameRef(media, 3), urgent=True)
    session.frames.request(FrameRef(media, 4), urgent=True)
    hold.opened.set()
    with qtbot.waitSignal(session.frames.frame_ready):
        pass
    assert np.array_equal(_request(qtbot, session, FrameRef(media, 3)), picture(3))


def test_at_most_48_requests_wait(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    media = movie_ref(tmp_path, count=60)
    ready: list[int] = []
    session.frames.frame_ready.connect(lambda source, pixels: ready.append(source.index))
    hold = Hold()
    session._lanes.frames.submit(Job("hold", "", hold.work))
    for index in range(60):
        session.frames.request(FrameRef(media, index))
    hold.opened.set()
    qtbot.waitUntil(lambda: len(ready) == 48)
    qtbot.waitUntil(lambda: session._lanes.frames.is_idle)
    assert ready == list(range(12, 60))


def test_asking_never_blocks(session: Session, media: MediaRef) -> None:
    hold = Hold()
    session._lanes.frames.submit(Job("hold", "", hold.work))
    slowest_s = 0.0
    for index in range(200):
        began_s = time.perf_counter()
        session.frames.request(FrameRef(media, index % 12), Size(90, 60), urgent=True)
        slowest_s = max(slowest_s, time.perf_counter() - began_s)
    hold.opened.set()
    # Typically 0.05 ms; the limit is what a slot may take, and leaves room for a busy machine.
    assert slowest_s < 0.1


def test_memory_stays_bounded(
    qtbot: QtBot, new_session: Callable[[], Session], tmp_path: Path, paths: ProgramPaths
) -> None:
    paths.config.mkdir(parents=True)
    paths.settings.write_text('{"cache_mib": 64}')
    session = new_session()
    media = movie_ref(tmp_path, count=14, size=Size(1280, 720))  # 2.8 MB a frame
    for index in range(14):
        _request(qtbot, session, FrameRef(media, index))
    assert 20 * 1024 * 1024 < session.frames.cached_bytes <= 32 * 1024 * 1024
    assert session.frames.request(FrameRef(media, 13)) is not None


def test_array_cache_forgets_the_oldest() -> None:
    cache = ArrayCache(300)
    arrays = {key: np.zeros(100, np.uint8) for key in "abcd"}
    for key in "abc":
        cache.put(key, arrays[key])
    assert cache.get("a") is arrays["a"]
    cache.put("d", arrays["d"])
    assert (cache.get("b"), cache.used_bytes) == (None, 300)
    cache.put("big", np.zeros(301, np.uint8))
    assert cache.get("big") is None
    cache.put("a", np.zeros(50, np.uint8))
    assert cache.used_bytes == 250


def test_timeline_shows_clips_takes_and_nothing_beyond(qtbot: QtBot, gap_session: Session, media: MediaRef) -> None:
    frames = gap_session.frames
    assert frames.source_at(3) == FrameRef(media, 3)
    assert frames.source_at(7) == FrameRef(media, 7)
    assert frames.source_at(4) is None
    assert frames.source_at(12) is None
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    placed = find_gap(gap_session.document.timeline, GAP)
    assert placed is not None
    take = placed.gap.takes[0]
    for offset in range(3):
        assert frames.source_at(4 + offset) == take.result.frames.path(offset)
    gap_session.document.apply("Unchoose", lambda timeline: choose_take(timeline, GAP, None))
    assert frames.source_at(4) is None


def test_frames_of_a_take_are_read_from_its_files(qtbot: QtBot, gap_session: Session) -> None:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    sources = [gap_session.frames.source_at(frame) for frame in (4, 5, 6)]
    shown = []
    for source in sources:
        assert isinstance(source, PurePath)
        shown.append(_request(qtbot, gap_session, source))
    assert all(pixels.shape == (64, 96, 3) for pixels in shown)
    assert not np.array_equal(shown[0], shown[2])


def test_the_upper_track_lies_on_top_and_its_gaps_let_through(gap_session: Session, media: MediaRef) -> None:
    clip = Clip(ClipId("clip-top"), media, FrameRange(10, 2))

    def edit(timeline: Timeline) -> Timeline:
        return place_clip(add_track(timeline, "V2"), 1, 4, clip, (GapId("gap-x"), GapId("gap-y")))

    gap_session.document.apply("Top", edit)
    assert gap_session.frames.source_at(0) == FrameRef(media, 0)
    assert gap_session.frames.source_at(4) == FrameRef(media, 10)
    assert gap_session.frames.source_at(6) is None


def test_draft_is_shown_from_memory(qtbot: QtBot, gap_session: Session) -> None:
    with qtbot.waitSignal(gap_session.drafts.changed, timeout=10_000):
        gap_session.selection.select_gap(GAP)
    source = gap_session.frames.source_at(5)
    assert source == DraftFrame(GAP, 1)
    assert source is not None
    pixels = gap_session.frames.request(source)
    draft = gap_session.drafts.draft(GAP)
    assert draft is not None
    assert pixels is draft.frames[1]
    small = gap_session.frames.request_thumbnail(source, Size(48, 48))
    assert small is not None
    assert small.shape == (32, 48, 3)
    assert gap_session.frames.request(DraftFrame(GAP, 99)) is None


def test_relinked_media_are_tried_again(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path, media: MediaRef
) -> None:
    lost = movie_ref(tmp_path / "lost")
    session.document.apply("Build", lambda timeline: gap_timeline(lost))
    moved = Path(lost.path).rename(tmp_path / "moved.mkv")
    ref, size = FrameRef(lost, 0), Size(20, 20)
    session.frames.request_thumbnail(ref, size)
    qtbot.waitUntil(lambda: session._lanes.thumbnails.is_idle)
    with qtbot.waitSignal(session.document.changed):
        session.importer.relink(lost, moved)
    found = session.frames.source_at(0)
    assert isinstance(found, FrameRef)
    assert found == FrameRef(replace(lost, path=moved), 0)
    with qtbot.waitSignal(session.frames.thumbnail_ready):
        session.frames.request_thumbnail(found, size)
    assert heard.messages == []


@pytest.mark.parametrize("name", ["single.png", "shot_000007.png"])
def test_a_file_without_neighbours_is_read_alone(qtbot: QtBot, session: Session, tmp_path: Path, name: str) -> None:
    import cv2

    assert cv2.imwrite(str(tmp_path / name), picture(5)[:, :, ::-1])
    assert np.array_equal(_request(qtbot, session, tmp_path / name), picture(5))
