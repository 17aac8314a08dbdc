"""The lab in a session: runs as jobs, results that stay, and one of them as a take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from footage import Heard, gap_timeline
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import BadInput
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Gap, gaps_of
from mpd_studio.session.lab import LabEntry, LabOrder, order_of
from mpd_studio.session.session import Session

BOTH = LabOrder((), ("flow", "crossfade"))


def gap_of(session: Session) -> Gap:
    return next(placed.gap for placed in gaps_of(session.document.timeline))


def run_both(session: Session, qtbot: QtBot) -> tuple[LabEntry, ...]:
    gap_id = gap_of(session).id
    assert session.lab.run(gap_id, BOTH) == 2
    qtbot.waitUntil(lambda: not session.lab.is_running(gap_id), timeout=20_000)
    return session.lab.entries(gap_id)


def results_in(session: Session) -> list[str]:
    """Names of the folders that the lab keeps; a look that meets a folder on its way out sees it still."""
    root = session.paths.lab
    return sorted(path.name for path in root.iterdir()) if root.is_dir() else []


def test_every_run_is_a_job_and_gives_frames_and_figures(gap_session: Session, qtbot: QtBot) -> None:
    flow, fade = run_both(gap_session, qtbot)
    assert [flow.run.name, fade.run.name] == ["flow", "crossfade"]
    for entry in (flow, fade):
        assert entry.made is not None
        assert entry.result is not None
        assert entry.result.frames.count == 3
        assert all(Path(path).is_file() for path in entry.result.frames.paths)
        assert entry.made.row is not None
        assert entry.made.work is not None
    assert [row.state.name for row in gap_session.jobs.rows] == ["DONE", "DONE"]
    assert gap_of(gap_session).takes == ()


def test_one_becomes_the_chosen_take_with_its_whole_history_in_one_step_of_undo(
    gap_session: Session, qtbot: QtBot
) -> None:
    before = gap_session.document.timeline
    _, fade = run_both(gap_session, qtbot)
    gap_session.lab.use(fade.id)
    qtbot.waitUntil(lambda: bool(gap_of(gap_session).takes), timeout=5000)
    (take,) = gap_of(gap_session).takes
    assert gap_of(gap_session).chosen == take.id
    assert take.result.request.engine_id == "crossfade"
    assert take.note == "Lab: crossfade"
    assert Path(take.result.frames.folder).is_relative_to(gap_session.document.takes_folder())
    assert all(Path(path).is_file() for path in take.result.frames.paths)
    assert (Path(take.result.frames.folder) / "sheet.json").is_file()
    gap_session.document.undo()
    assert gap_session.document.timeline == before


def test_the_take_stays_when_the_result_is_removed(gap_session: Session, qtbot: QtBot) -> None:
    _, fade = run_both(gap_session, qtbot)
    gap_session.lab.use(fade.id)
    qtbot.waitUntil(lambda: bool(gap_of(gap_session).takes), timeout=5000)
    gap_session.lab.remove(*(entry.id for entry in gap_session.lab.entries(gap_of(gap_session).id)))
    qtbot.waitUntil(lambda: results_in(gap_session) == [], timeout=5000)
    assert gap_session.lab.entries(gap_of(gap_session).id) == ()
    assert all(Path(path).is_file() for path in gap_of(gap_session).takes[0].result.frames.paths)


def test_results_are_there_again_at_the_next_start(
    new_session: Callable[..., Session], media: MediaRef, qtbot: QtBot
) -> None:
    first = new_session()
    first.document.apply("Build", lambda timeline: gap_timeline(media))
    made = run_both(first, qtbot)
    gap_id = gap_of(first).id
    second = new_session()
    assert second.lab.entries(gap_id) == ()  # the first question sends for them
    qtbot.waitUntil(lambda: len(second.lab.entries(gap_id)) == 2, timeout=5000)
    assert [(entry.id, entry.made) for entry in second.lab.entries(gap_id)] == [
        (entry.id, entry.made) for entry in made
    ]


def test_damaged_and_unfinished_results_are_passed_over(
    new_session: Callable[..., Session], media: MediaRef, qtbot: QtBot
) -> None:
    first = new_session()
    first.document.apply("Build", lambda timeline: gap_timeline(media))
    flow, fade = run_both(first, qtbot)
    gap_id = gap_of(first).id
    (first.paths.lab / flow.id / "figures.json").write_text('{"name": 3}')
    (first.paths.lab / "lab-killed" / "frames").mkdir(parents=True)
    second = new_session()
    second.lab.entries(gap_id)
    qtbot.waitUntil(lambda: bool(second.lab.entries(gap_id)), timeout=5000)
    assert [entry.id for entry in second.lab.entries(gap_id)] == [fade.id]


def test_cancelling_stops_all_runs_and_leaves_nothing_of_them(gap_session: Session, qtbot: QtBot) -> None:
    gap_id = gap_of(gap_session).id
    gap_session.lab.run(gap_id, BOTH)
    gap_session.lab.cancel(gap_id)
    qtbot.waitUntil(lambda: not gap_session.lab.is_running(gap_id), timeout=10_000)
    assert gap_session.lab.entries(gap_id) == ()
    qtbot.waitUntil(lambda: results_in(gap_session) == [], timeout=5000)


def test_a_failing_run_says_why_and_the_other_goes_on(gap_session: Session, media: MediaRef, qtbot: QtBot) -> None:
    """The samplers have no weights here."""
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    gap_id = gap_of(gap_session).id
    gap_session.lab.run(gap_id, LabOrder(("vibid",), ("crossfade",), (1,), steps=2))
    qtbot.waitUntil(lambda: not gap_session.lab.is_running(gap_id), timeout=30_000)
    failed, fade = gap_session.lab.entries(gap_id)
    assert failed.made is not None
    assert "weights" in failed.made.problem
    assert failed.result is None
    assert "no frames" in gap_session.lab.why_not_take(failed)
    assert fade.result is not None
    assert gap_session.lab.why_not_take(fade) == ""
    assert results_in(gap_session) == [fade.id]


def test_a_gap_that_changed_its_length_takes_no_old_result(gap_session: Session, qtbot: QtBot, heard: Heard) -> None:
    flow, _ = run_both(gap_session, qtbot)
    gap_session.document.apply("Build", lambda timeline: gap_timeline(flow.run.request.first.media, 5))
    assert "another length" in gap_session.lab.why_not_take(flow)
    gap_session.lab.use(flow.id)
    assert "another length" in heard.texts()[-1]
    assert gap_of(gap_session).takes == ()


def test_an_order_that_makes_no_sense_is_said_and_starts_nothing(gap_session: Session, heard: Heard) -> None:
    assert gap_session.lab.run(gap_of(gap_session).id, LabOrder()) == 0
    assert gap_session.lab.run(GapId("gap-gone"), BOTH) == 0
    assert len(heard.texts()) == 2
    assert gap_session.jobs.rows == ()


def test_choices_are_the_samplers_and_then_the_other_engines(session: Session) -> None:
    choices = session.lab.choices()
    assert next(choice.id for choice in choices if choice.is_sampler) == "mpd_vibid"
    assert [choice.id for choice in choices if not choice.is_sampler][:2] == ["flow", "crossfade"]


def test_seeds_are_read_with_commas_or_spaces(session: Session) -> None:
    choices = session.lab.choices()
    assert order_of(choices[:1], "1, 2 3", 65, None).seeds == (1, 2, 3)
    with pytest.raises(BadInput, match="no row of seeds"):
        order_of(choices[:1], "one", 65, None)
    assert order_of(choices[-2:], "1", 65, None).calls is None  # a budget is of no use to them
