"""Jobs of editors in the app: they arrive, are filled and handed in; nothing of the user's is lost by them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from footage import GAP, Heard, gap_timeline
from job_folder import jobs
from pytestqt.qtbot import QtBot
from sent_jobs import send

from mpd_studio.bridge.claim import newest_claim
from mpd_studio.core.edits import add_track
from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.timeline import find_gap, gaps_of
from mpd_studio.session.bridge_work import job_of
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session

WAIT_MS = 15_000


def arrive(qtbot: QtBot, session: Session) -> GapId:
    """The gap of the job that opens by itself."""
    with qtbot.waitSignal(session.bridge.opened, timeout=WAIT_MS) as opened:
        session.bridge.start()
    assert opened.args
    return opened.args[0]


def status_of(job: Path) -> str:
    return str(jobs.read_status(str(job)).get("state", ""))


@pytest.fixture
def job(paths: ProgramPaths, media: MediaRef) -> Path:
    return send(paths, media)


def test_a_job_opens_by_itself_with_its_gap_selected(qtbot: QtBot, session: Session, job: Path, heard: Heard) -> None:
    gap_id = arrive(qtbot, session)
    timeline = session.document.timeline
    (gap,) = gaps_of(timeline)
    assert (gap.gap.id, gap.gap.length, timeline.start + gap.start) == (gap_id, 3, 49)
    assert session.selection.gap_id == gap_id
    assert session.selection.playhead == gap.start
    assert job_of(gap_id) == job.name
    assert status_of(job) == "waiting"
    assert any("Blender asks for 3 frames" in text for text in heard.texts())
    assert (session.paths.data / "bridge" / "bridge.json").is_file()


def test_a_take_goes_back_by_itself_and_each_further_one_too(
    qtbot: QtBot, session: Session, job: Path, heard: Heard
) -> None:
    gap_id = arrive(qtbot, session)
    session.generator.choose_engine("crossfade")
    for revision in (1, 2):
        with qtbot.waitSignal(session.bridge.handed_in, timeout=WAIT_MS):
            assert session.generator.generate(gap_id) is not None
        result = jobs.read_result(str(job))
        assert (result.revision, result.count) == (revision, 3)
        assert status_of(job) == "done"
    assert newest_claim(job).is_over
    jobs.write_receipt(str(job), 2, {"item_uid": "x", "track": 1, "start": 49, "count": 3, "media_path": ""})
    qtbot.waitUntil(lambda: "Blender has placed the frames." in heard.texts(), timeout=WAIT_MS)


def test_an_open_project_with_unsaved_edits_is_not_replaced(
    qtbot: QtBot, gap_session: Session, job: Path, heard: Heard
) -> None:
    before = gap_session.document.timeline
    with qtbot.waitSignal(gap_session.bridge.changed, timeout=WAIT_MS):
        gap_session.bridge.start()
    (waiting,) = gap_session.bridge.waiting
    assert waiting.title == "Blender · cut.blend · Scene: 3 frames from 49"
    assert gap_session.document.timeline is before
    assert any("A gap has come from Blender." in text for text in heard.texts())
    assert not newest_claim(job).number
    with qtbot.waitSignal(gap_session.bridge.opened, timeout=WAIT_MS):
        gap_session.bridge.open(waiting.id)
    assert find_gap(gap_session.document.timeline, GAP) is None
    qtbot.waitUntil(lambda: len(gap_session.document.recoverable()) == 1, timeout=WAIT_MS)
    (left,) = gap_session.document.recoverable()
    with qtbot.waitSignal(gap_session.document.changed, timeout=WAIT_MS):
        gap_session.document.open(left)
    assert find_gap(gap_session.document.timeline, GAP) is not None


def test_a_job_does_not_replace_what_was_begun_while_it_was_read(
    qtbot: QtBot, session: Session, job: Path, heard: Heard
) -> None:
    with qtbot.waitSignal(session.bridge.changed, timeout=WAIT_MS):
        session.bridge.start()  # and the job begins to open by itself
    session.document.apply("Add track", lambda timeline: add_track(timeline, "V9"))
    mine = session.document.timeline
    qtbot.waitUntil(lambda: any("A gap has come from Blender." in text for text in heard.texts()), timeout=WAIT_MS)
    assert session.document.timeline is mine
    qtbot.waitUntil(lambda: newest_claim(job).is_over, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: [row.id for row in session.bridge.waiting] == [job.name], timeout=WAIT_MS)
    with qtbot.waitSignal(session.bridge.opened, timeout=WAIT_MS):
        session.bridge.open(job.name)


def test_a_project_that_is_left_gives_its_job_back(qtbot: QtBot, session: Session, job: Path) -> None:
    arrive(qtbot, session)
    session.document.new()
    qtbot.waitUntil(lambda: newest_claim(job).is_over, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: [row.id for row in session.bridge.waiting] == [job.name], timeout=WAIT_MS)
    assert status_of(job) == "waiting"


def test_closing_the_program_gives_its_job_back(qtbot: QtBot, session: Session, job: Path) -> None:
    arrive(qtbot, session)
    assert not newest_claim(job).is_over
    assert session.close()
    assert newest_claim(job).is_over


def test_a_saved_project_remembers_its_job(
    qtbot: QtBot, session: Session, job: Path, tmp_path: Path, media: MediaRef
) -> None:
    gap_id = arrive(qtbot, session)
    with qtbot.waitSignal(session.document.saved, timeout=WAIT_MS):
        session.document.save_as(tmp_path / "from blender.mpdproj")
    assert session.document.apply("Track", lambda timeline: add_track(timeline, "V9"))
    session.document.new()
    with qtbot.waitSignal(session.document.opened, timeout=WAIT_MS):
        session.document.open(tmp_path / "from blender.mpdproj")
    session.generator.choose_engine("crossfade")
    with qtbot.waitSignal(session.bridge.handed_in, timeout=WAIT_MS):
        assert session.generator.generate(gap_id) is not None
    assert jobs.read_result(str(job)).count == 3


def test_the_editor_calls_off(qtbot: QtBot, session: Session, job: Path, heard: Heard) -> None:
    arrive(qtbot, session)
    jobs.cancel(str(job))
    qtbot.waitUntil(lambda: status_of(job) == "cancelled", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: any("called off" in text for text in heard.texts()), timeout=WAIT_MS)
    assert newest_claim(job).is_over
    assert session.document.timeline.length > 0


def test_a_job_that_was_removed_is_told_and_the_others_go_on(
    qtbot: QtBot,
    session: Session,
    job: Path,
    paths: ProgramPaths,
    media: MediaRef,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mpd_studio.session.bridge_work.BEAT_S", 0.0)
    arrive(qtbot, session)
    gone = job.rename(job.parent.parent / "gone")  # at once: the program writes into it meanwhile
    shutil.rmtree(gone, ignore_errors=True)
    qtbot.waitUntil(lambda: any("no longer ours" in text for text in heard.texts()), timeout=WAIT_MS)
    other = send(paths, media)
    qtbot.waitUntil(lambda: [row.id for row in session.bridge.waiting] == [other.name], timeout=WAIT_MS)


def test_of_two_programs_one_opens_the_job(
    qtbot: QtBot, session: Session, neighbour: Session, job: Path, paths: ProgramPaths
) -> None:
    arrive(qtbot, session)
    neighbour.paths.data.mkdir(parents=True, exist_ok=True)
    (neighbour.paths.data / "bridge").symlink_to(paths.data / "bridge")
    with qtbot.waitSignal(neighbour.message, timeout=WAIT_MS) as refused:
        neighbour.bridge.open(job.name)
    assert refused.args
    assert "Another studio works on this gap" in refused.args[0].text
    assert neighbour.document.timeline.length == 0


def test_a_gap_whose_length_was_changed_is_not_handed_in(
    qtbot: QtBot, session: Session, job: Path, heard: Heard
) -> None:
    gap_id = arrive(qtbot, session)
    session.generator.choose_engine("crossfade")
    assert session.document.apply("Length", lambda timeline: set_gap_length(timeline, gap_id, 4))
    assert session.generator.generate(gap_id) is not None
    qtbot.waitUntil(
        lambda: any("waits for 3 frames" in text for text in heard.texts(MessageKind.ERROR)), timeout=WAIT_MS
    )
    assert not (job / "result.json").exists()
    session.document.undo()  # the take
    session.document.undo()  # the length
    with qtbot.waitSignal(session.bridge.handed_in, timeout=WAIT_MS):
        assert session.generator.generate(gap_id) is not None
    assert jobs.read_result(str(job)).count == 3


def test_a_take_that_could_not_be_handed_in_is_tried_again_from_the_list_of_jobs(
    qtbot: QtBot, session: Session, job: Path, heard: Heard
) -> None:
    gap_id = arrive(qtbot, session)
    session.generator.choose_engine("crossfade")
    with qtbot.waitSignal(session.bridge.handed_in, timeout=WAIT_MS):
        assert session.generator.generate(gap_id) is not None
    (take,) = gaps_of(session.document.timeline)[0].gap.takes
    folder = Path(take.result.frames.folder)
    folder.rename(folder.with_name("hidden"))
    session.bridge.hand_in(gap_id, take.id)
    qtbot.waitUntil(lambda: bool(heard.texts(MessageKind.ERROR)), timeout=WAIT_MS)
    row = session.jobs.rows[-1]
    assert (row.title, row.can_try_again) == ("Hand in Take 1", True)
    folder.with_name("hidden").rename(folder)
    with qtbot.waitSignal(session.bridge.handed_in, timeout=WAIT_MS):
        session.jobs.try_again(row.id)
    assert jobs.read_result(str(job)).revision == 2


def test_what_cannot_be_opened_is_said_here_and_there(
    qtbot: QtBot, session: Session, paths: ProgramPaths, media: MediaRef, heard: Heard
) -> None:
    gone = {"path": "/gone.mov", "index": 0}
    job = send(paths, media, frames={"mode": "source", "before": gone, "after": gone})
    session.bridge.start()
    qtbot.waitUntil(lambda: bool(heard.texts(MessageKind.ERROR)), timeout=WAIT_MS)
    assert "gone.mov is not there" in heard.texts(MessageKind.ERROR)[0]
    assert jobs.read_status(str(job))["error"]["code"] == "MEDIA_MISSING"
    assert session.document.timeline.length == 0


def test_a_job_for_a_later_version_is_named_once_and_left_alone(
    qtbot: QtBot, session: Session, job: Path, heard: Heard
) -> None:
    request = json.loads((job / "request.json").read_text())
    (job / "request.json").write_text(json.dumps({**request, "version": "2.0"}))
    session.bridge.start()
    qtbot.waitUntil(lambda: bool(session.bridge.waiting), timeout=WAIT_MS)
    assert "speaks version 2.0" in session.bridge.waiting[0].problem
    assert len(heard.texts(MessageKind.WARNING)) == 1
    assert [path.name for path in job.iterdir()] == ["request.json"]


def test_takes_of_other_gaps_stay_here(qtbot: QtBot, gap_session: Session, media: MediaRef) -> None:
    gap_session.bridge.start()
    gap_session.generator.choose_engine("crossfade")
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=WAIT_MS):
        gap_session.generator.generate(GAP)
    assert not [row for row in gap_session.jobs.rows if row.title.startswith("Hand in")]
    assert gap_timeline(media)
