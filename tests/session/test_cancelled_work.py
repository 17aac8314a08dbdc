"""Whoever cancels is told when the next generation of the same goes on from there."""

from __future__ import annotations

import pytest
from footage import GAP, Heard
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.unfinished import KeepsUnfinished
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.jobs.job import JobState
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session
from mpd_studio.workflow.unfinished_work import GOES_ON


@pytest.fixture(params=[True, False], ids=["kept", "nothing kept"])
def is_kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """The cross-fade becomes an engine of the kind that keeps its work, and has kept some or none."""
    for name, value in (
        ("keep_unfinished_in", lambda engine, folder: None),
        ("frames_are_safe", lambda engine: None),
        ("has_unfinished", request.param),
    ):
        monkeypatch.setattr(CrossfadeEngine, name, value, raising=False)
    assert isinstance(CrossfadeEngine(), KeepsUnfinished)
    return request.param


def test_cancelling_says_whether_the_work_is_kept(
    qtbot: QtBot, gap_session: Session, heard: Heard, is_kept: bool
) -> None:
    gap_session.generator.choose_engine("crossfade")
    gap_session.document.apply("Longer", lambda timeline: set_gap_length(timeline, GAP, 400))
    job_id = gap_session.generator.generate(GAP)
    assert job_id is not None

    def stage_and_state() -> tuple[str, JobState | None]:
        row = gap_session.jobs.row(job_id)
        return (row.stage, row.state) if row else ("", None)

    qtbot.waitUntil(lambda: stage_and_state()[0] == "New frames", timeout=10_000)
    gap_session.generator.cancel(job_id)
    qtbot.waitUntil(lambda: stage_and_state()[1] is JobState.CANCELLED)
    # The list of jobs hears it before the generator does: a word that is to come is waited for, one that is not to come
    # gets the time.
    if is_kept:
        qtbot.waitUntil(lambda: heard.texts(MessageKind.INFO) != [])
    else:
        qtbot.wait(100)
    assert heard.texts(MessageKind.INFO) == ([f"Cancelled. {GOES_ON}"] if is_kept else [])
    assert not gap_session.document.takes_folder().exists()
