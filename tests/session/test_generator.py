"""From the click to the take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from footage import GAP, Heard, gap_timeline, make_still, moved_path
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import BadInput
from mpd_studio.core.gap_edits import close_gap, set_boundary, set_gap_length, set_guidance
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import Quality
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.timeline import Gap, Take, find_gap
from mpd_studio.jobs.job import JobState
from mpd_studio.media.probe import probe
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session


def _gap(session: Session, gap_id: GapId = GAP) -> Gap:
    placed = find_gap(session.document.timeline, gap_id)
    assert placed is not None
    return placed.gap


def _generate(qtbot: QtBot, session: Session, gap_id: GapId = GAP) -> Take:
    with qtbot.waitSignal(session.generator.take_made, timeout=10_000):
        assert session.generator.generate(gap_id) is not None
    return _gap(session, gap_id).takes[-1]


def _state(session: Session, job_id: str) -> JobState:
    row = session.jobs.row(job_id)
    assert row is not None
    return row.state


def test_generate_adds_a_chosen_take_with_its_files(qtbot: QtBot, gap_session: Session) -> None:
    take = _generate(qtbot, gap_session)
    assert take.name == "Take 1"
    assert _gap(gap_session).chosen == take.id
    frames = take.result.frames
    assert frames.count == 3
    assert all(Path(path).is_file() for path in frames.paths)
    sheet = json.loads((Path(frames.folder) / "sheet.json").read_text())
    assert sheet["verdict"] == take.result.verdict
    assert Path(frames.folder).parent == gap_session.document.takes_folder()


def test_add_take_is_one_step_of_undo_and_takes_are_counted(qtbot: QtBot, gap_session: Session) -> None:
    _generate(qtbot, gap_session)
    second = _generate(qtbot, gap_session)
    assert second.name == "Take 2"
    assert gap_session.document.undo_label == "Add take"
    gap_session.document.undo()
    assert [take.name for take in _gap(gap_session).takes] == ["Take 1"]
    gap_session.document.redo()
    assert _gap(gap_session).takes[-1] == second


def test_the_job_is_on_the_board_with_gap_and_title(qtbot: QtBot, gap_session: Session) -> None:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        job_id = gap_session.generator.generate(GAP)
        assert job_id is not None
        row = gap_session.jobs.row(job_id)
        assert row is not None
        assert (row.title, row.gap_id) == ("Gap 1: 3 frames", GAP)
    assert _state(gap_session, job_id) is JobState.DONE


def test_gap_deleted_meanwhile_leaves_an_unplaced_take_and_a_message(
    qtbot: QtBot, gap_session: Session, heard: Heard
) -> None:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
        gap_session.document.apply("Close gap", lambda timeline: close_gap(timeline, GAP))
    (unplaced,) = gap_session.document.timeline.unplaced
    assert unplaced.gap_id == GAP
    assert Path(unplaced.take.result.frames.path(0)).is_file()
    assert "unplaced takes" in heard.texts(MessageKind.WARNING)[0]


def test_cancel_while_running_leaves_nothing_behind(qtbot: QtBot, gap_session: Session, paths: ProgramPaths) -> None:
    document = gap_session.document
    document.apply("Longer", lambda timeline: set_gap_length(timeline, GAP, 400))
    job_id = gap_session.generator.generate(GAP)
    assert job_id is not None
    qtbot.waitUntil(lambda: _row_done(gap_session, job_id) > 0, timeout=10_000)
    gap_session.generator.cancel(job_id)
    qtbot.waitUntil(lambda: _state(gap_session, job_id) is JobState.CANCELLED)
    assert _gap(gap_session).takes == ()
    assert not document.takes_folder().exists()
    assert not list(paths.recovery.rglob("*.part"))


def test_cancel_while_queued_never_starts(qtbot: QtBot, gap_session: Session) -> None:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
        second = gap_session.generator.generate(GAP)
        assert second is not None
        gap_session.generator.cancel(second)
        assert _state(gap_session, second) is JobState.CANCELLED
    assert len(_gap(gap_session).takes) == 1


def test_cancel_in_the_moment_of_ending_leaves_nothing_behind(qtbot: QtBot, gap_session: Session) -> None:
    job_id = gap_session.generator.generate(GAP)
    assert job_id is not None
    folder = gap_session.document.takes_folder()
    # The work is done in its lane, but the GUI thread has not heard of it yet: only files are watched here.
    while not list(folder.glob("take-*/sheet.json")):
        assert gap_session.jobs.row(job_id) is not None
    gap_session.generator.cancel(job_id)
    qtbot.waitUntil(lambda: _state(gap_session, job_id).has_ended)
    qtbot.waitUntil(lambda: not folder.exists())
    assert _gap(gap_session).takes == ()


def test_failure_is_a_message_and_can_be_retried(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path, media: MediaRef
) -> None:
    still = probe(make_still(tmp_path / "end.png"))
    session.document.apply("Build", lambda timeline: gap_timeline(media))
    session.document.apply("Pick", lambda timeline: set_boundary(timeline, GAP, Boundary.LAST, FrameRef(still, 0)))
    hidden = tmp_path / "hidden.png"
    (tmp_path / "end.png").rename(hidden)
    job_id = session.generator.generate(GAP)
    assert job_id is not None
    qtbot.waitUntil(lambda: heard.texts(MessageKind.ERROR) != [], timeout=10_000)  # the list of jobs hears it before
    assert "end.png" in heard.texts(MessageKind.ERROR)[0]
    assert _state(session, job_id) is JobState.FAILED
    row = session.jobs.row(job_id)
    assert row is not None
    assert row.failure is not None
    assert not session.document.takes_folder().exists()
    hidden.rename(tmp_path / "end.png")
    with qtbot.waitSignal(session.generator.take_made, timeout=10_000):
        assert session.generator.retry(job_id) is not None
    assert len(_gap(session).takes) == 1


def test_take_of_a_project_that_was_closed_meanwhile_is_kept_and_named(
    qtbot: QtBot, gap_session: Session, heard: Heard
) -> None:
    folder = gap_session.document.takes_folder()
    gap_session.generator.generate(GAP)
    gap_session.document.new()
    qtbot.waitUntil(lambda: bool(heard.messages), timeout=10_000)
    assert str(folder) in heard.texts(MessageKind.WARNING)[0]
    assert list(folder.glob("take-*/frame_000003.png"))
    assert gap_session.document.undo_label is None


def test_problems_say_why_generate_is_disabled(gap_session: Session, media: MediaRef, tmp_path: Path) -> None:
    generator = gap_session.generator
    assert generator.problems(GAP) == ()
    assert "no longer on the timeline" in generator.problems(GapId("gone"))[0]
    generator.set_plan(replace(generator.plan, engine_id="nonesuch"))
    assert "not installed" in generator.problems(GAP)[0]


def test_gap_without_a_last_frame_is_refused_with_a_message(session: Session, heard: Heard, media: MediaRef) -> None:
    def open_ended(timeline):
        built = gap_timeline(media)
        track = built.tracks[0]
        gap = replace(track.items[1], first=FrameRef(media, 0))
        return replace(built, tracks=(replace(track, items=(track.items[0], gap)),))

    session.document.apply("Build", open_ended)
    assert session.generator.generate(GAP) is None
    assert "no frame after this gap" in heard.texts(MessageKind.WARNING)[0]
    with pytest.raises(BadInput):
        session.generator.sheet(GAP)


def test_sheet_before_the_run_promises_the_count(gap_session: Session) -> None:
    sheet = gap_session.generator.sheet(GAP)
    assert "3 new frames at 25" in sheet.title
    assert sheet.verdict == "TODO"
    assert {line.id for line in sheet.lines} >= {"count", "size", "first", "last"}


def test_what_a_killed_generation_left_is_cleared_away(qtbot: QtBot, gap_session: Session) -> None:
    dead = gap_session.document.takes_folder() / ".take-dead.part"
    dead.mkdir(parents=True)
    (dead / "frame_000001.png").write_bytes(b"half a frame")
    take = _generate(qtbot, gap_session)
    assert [folder.name for folder in gap_session.document.takes_folder().iterdir()] == [take.id]


def test_plan_is_remembered(new_session: Callable[[], Session]) -> None:
    first = new_session()
    first.generator.set_plan(replace(first.generator.plan, engine_id="crossfade", quality=Quality.BEST, seed=7))
    assert first.close()
    plan = new_session().generator.plan
    assert (plan.engine_id, plan.quality) == ("crossfade", Quality.BEST)


def test_request_carries_plan_and_guidance(qtbot: QtBot, gap_session: Session) -> None:
    gap_session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, moved_path()))
    generator = gap_session.generator
    generator.set_plan(replace(generator.plan, engine_id="crossfade", seed=11))
    request = _generate(qtbot, gap_session).result.request
    assert (request.engine_id, request.seed, request.guidance) == ("crossfade", 11, moved_path())


def _row_done(session: Session, job_id: str) -> int:
    row = session.jobs.row(job_id)
    return row.done if row is not None and row.stage == "New frames" else 0


def test_options_are_said_to_the_engine_and_kept_with_the_take(qtbot: QtBot, gap_session: Session) -> None:
    """The engine flow has no options, so nothing is said to it, whatever was set."""
    generator = gap_session.generator
    generator.set_option("steps", 3)
    assert generator.plan.options == (("steps", 3),)
    take = _generate(qtbot, gap_session)
    assert take.result.request.settings.options == ()


def test_each_engine_has_its_own_options_also_after_a_restart(new_session: Callable[[], Session]) -> None:
    first = new_session()
    generator = first.generator
    generator.choose_engine("svd")
    generator.set_option("steps", 7)
    generator.set_option("sampler", "vibid")
    generator.choose_engine("flow")
    assert generator.plan.options == ()
    generator.choose_engine("svd")
    assert generator.plan.options == (("sampler", "vibid"), ("steps", 7))
    assert first.close()
    second = new_session().generator
    assert (second.plan.engine_id, second.plan.options) == ("svd", (("sampler", "vibid"), ("steps", 7)))
    second.set_option("steps", None)
    assert second.plan.options == (("sampler", "vibid"),)
    second.reset_options()
    assert second.plan.options == ()


def test_remembered_options_that_are_impossible_now_are_kept_and_not_said(
    new_session: Callable[[], Session], paths: ProgramPaths
) -> None:
    paths.config.mkdir(parents=True)
    options = {"svd": {"steps": 100_000, "sampler": "of the future", "passes": 2, "variant": "paper"}, "far": {"x": 1}}
    paths.settings.write_text(json.dumps({"engine_id": "svd", "engine_options": options}))
    session = new_session()
    generator = session.generator
    assert generator.said == (("passes", 2), ("variant", "paper"))
    generator.set_option("passes", 4)
    assert session.close()
    kept = json.loads(paths.settings.read_text())["engine_options"]
    assert kept == {"far": {"x": 1}, "svd": options["svd"] | {"passes": 4}}


def test_options_without_effect_beside_the_others_are_not_said(session: Session) -> None:
    generator = session.generator
    generator.choose_engine("svd")
    generator.set_option("passes", 2)
    generator.set_option("sampler", "vibid")
    assert generator.said == (("sampler", "vibid"),)
    generator.set_option("sampler", None)
    assert generator.said == (("passes", 2),)


def test_missing_weights_are_a_problem_before_the_run(
    qtbot: QtBot, gap_session: Session, heard: Heard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    generator = gap_session.generator
    generator.choose_engine("svd")
    if generator.engine is not None and generator.engine.problem:
        pytest.skip("the engine's packages are not installed, which is said instead")
    generator.set_option("weights", str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: generator.problems(GAP) != ())
    (problem,) = generator.problems(GAP)
    assert problem == generator.weights_problem()
    assert "neither a folder nor a name of weights" in problem
    generator.set_option("weights", None)
    qtbot.waitUntil(lambda: generator.problems(GAP) == ("There are no weights on this machine yet.",))
    assert generator.generate(GAP) is None
    assert heard.texts(MessageKind.WARNING) == ["There are no weights on this machine yet."]
    generator.choose_engine("flow")
    assert generator.problems(GAP) == ()


def test_retry_uses_the_same_options(qtbot: QtBot, gap_session: Session) -> None:
    generator = gap_session.generator
    generator.set_option("steps", 3)
    with qtbot.waitSignal(generator.take_made, timeout=10_000):
        job_id = generator.generate(GAP)
    assert job_id is not None
    generator.set_option("steps", 9)
    with qtbot.waitSignal(generator.take_made, timeout=10_000):
        assert generator.retry(job_id) is not None
    assert generator.plan.options == (("steps", 3),)
