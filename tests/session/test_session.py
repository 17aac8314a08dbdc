"""The session as a whole: it starts light and ends in order."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from footage import GAP
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.project_file import read_project
from mpd_studio.jobs.job import JobState
from mpd_studio.session.new_id import new_id
from mpd_studio.session.session import Session


def test_an_idle_session_has_no_threads(session: Session) -> None:
    lanes = session._lanes
    workers = (lanes.gpu, lanes.draft, lanes.io, lanes.frames, lanes.thumbnails, lanes.save, lanes.journal)
    assert not any(worker.isRunning() for worker in workers)


def test_closing_cancels_what_runs_and_keeps_the_edits(qtbot: QtBot, gap_session: Session, paths: ProgramPaths) -> None:
    gap_session.document.apply("Longer", lambda timeline: set_gap_length(timeline, GAP, 400))
    job_id = gap_session.generator.generate(GAP)
    assert job_id is not None
    qtbot.waitUntil(lambda: gap_session.jobs.rows[0].state is JobState.RUNNING)
    began_s = time.monotonic()
    assert gap_session.close()
    assert time.monotonic() - began_s < 10
    qtbot.waitUntil(lambda: gap_session.jobs.rows[0].state is JobState.CANCELLED)
    assert not list(paths.recovery.rglob("take-*"))
    (journal,) = paths.recovery.rglob("*.autosave")
    assert journal.stat().st_size > 0


def test_saves_that_wait_are_done_before_the_end(session: Session, tmp_path: Path) -> None:
    session.document.apply("Rename", lambda timeline: replace(timeline, name="A"))
    session.document.save_as(tmp_path / "film.mpdproj")
    assert session.close()
    assert read_project(tmp_path / "film.mpdproj").timeline.name == "A"
    assert not list(tmp_path.glob("*.lock"))


def test_closing_twice_is_closing_once(session: Session) -> None:
    assert session.close()
    assert session.close()


def test_work_after_closing_ends_as_cancelled(gap_session: Session) -> None:
    assert gap_session.close()
    job_id = gap_session.generator.generate(GAP)
    assert job_id is not None
    row = gap_session.jobs.row(job_id)
    assert row is not None
    assert row.state is JobState.CANCELLED


def test_building_a_session_loads_nothing_heavy(repository: Path) -> None:
    code = (
        "import sys; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]);"
        "from mpd_studio.core.paths import program_paths; from mpd_studio.session.session import Session;"
        "session = Session(program_paths()); session.generator.engines(); session.close();"
        "print([name for name in ('av', 'cv2', 'torch', 'OpenEXR', 'PySide6.QtWidgets') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_ids_are_never_given_twice() -> None:
    made = {new_id("path") for _ in range(1000)}
    assert len(made) == 1000
    assert all(name.startswith("path-") and len(name) == 13 for name in made)
