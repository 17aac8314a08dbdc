"""Takes out of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from footage import GAP, Heard
from pytestqt.qtbot import QtBot

from mpd_studio.core.edits import cut_range
from mpd_studio.core.ids import ClipId, GapId, TakeId
from mpd_studio.core.timeline import find_gap
from mpd_studio.jobs.job import JobState
from mpd_studio.media.probe import probe
from mpd_studio.session.exporting import ExportReport
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session


@pytest.fixture
def take_session(qtbot: QtBot, gap_session: Session) -> Session:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    return gap_session


def _take_id(session: Session) -> TakeId:
    placed = find_gap(session.document.timeline, GAP)
    assert placed is not None
    return placed.gap.takes[0].id


def test_a_take_is_written_and_reported(qtbot: QtBot, take_session: Session, tmp_path: Path) -> None:
    with qtbot.waitSignal(take_session.exporter.finished, timeout=10_000) as told:
        job_id = take_session.exporter.export_take(GAP, _take_id(take_session), "png16", tmp_path / "out", "shot")
    assert told.args is not None
    report = told.args[0]
    assert isinstance(report, ExportReport)
    assert report.folder == tmp_path / "out"
    assert [path.name for path in report.files] == [f"shot_{number:06d}.png" for number in (1, 2, 3)]
    assert all(path.is_file() for path in report.files)
    assert probe(report.files[0]).bit_depth == 16
    assert report.verdict in ("PASS", "WARN")
    assert report.lines
    assert job_id is not None
    row = take_session.jobs.row(job_id)
    assert row is not None
    assert (row.title, row.state, row.gap_id) == ("Export Take 1", JobState.DONE, GAP)


def test_a_folder_with_files_is_refused_without_overwrite(
    qtbot: QtBot, take_session: Session, heard: Heard, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "shot_000001.png").write_text("mine")
    take_session.exporter.export_take(GAP, _take_id(take_session), "png", out, "shot")
    qtbot.waitUntil(lambda: bool(heard.texts(MessageKind.ERROR)), timeout=10_000)
    assert (out / "shot_000001.png").read_text() == "mine"
    assert heard.texts(MessageKind.ERROR)[0].startswith("Export Take 1: ")
    with qtbot.waitSignal(take_session.exporter.finished, timeout=10_000):
        take_session.exporter.export_take(GAP, _take_id(take_session), "png", out, "shot", overwrite=True)
    assert (out / "shot_000001.png").read_bytes()[:4] == b"\x89PNG"


def test_a_refused_export_is_tried_again_as_it_was_asked_for(
    qtbot: QtBot, take_session: Session, heard: Heard, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "shot_000001.png").write_text("in the way")
    job_id = take_session.exporter.export_take(GAP, _take_id(take_session), "png", out, "shot")
    assert job_id is not None
    qtbot.waitUntil(lambda: bool(heard.texts(MessageKind.ERROR)), timeout=10_000)
    (out / "shot_000001.png").unlink()
    with qtbot.waitSignal(take_session.exporter.finished, timeout=10_000):
        take_session.jobs.try_again(job_id)
    assert sorted(path.name for path in out.glob("shot_*")) == [f"shot_{number:06d}.png" for number in (1, 2, 3)]
    assert [(row.title, row.state) for row in take_session.jobs.rows[-2:]] == [
        ("Export Take 1", JobState.FAILED),
        ("Export Take 1", JobState.DONE),
    ]


def test_all_gaps_go_into_folders_of_their_own(
    qtbot: QtBot, take_session: Session, heard: Heard, tmp_path: Path
) -> None:
    document = take_session.document
    document.apply("Cut", lambda timeline: cut_range(timeline, 0, 9, 10, GapId("gap-b"), ClipId("clip-c")))
    with qtbot.waitSignal(take_session.exporter.finished, timeout=10_000) as told:
        take_session.exporter.export_all("png", tmp_path / "one")
    assert told.args is not None
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["Untitled_gap01"]
    assert any("gap 2 has no take" in line for line in told.args[0].lines)
    with qtbot.waitSignal(take_session.generator.take_made, timeout=10_000):
        take_session.generator.generate(GapId("gap-b"))
    with qtbot.waitSignal(take_session.exporter.finished, timeout=10_000) as told:
        take_session.exporter.export_all("png", tmp_path / "all")
    assert told.args is not None
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["Untitled_gap01", "Untitled_gap02"]
    assert [path.name for path in told.args[0].files][-1] == "Untitled_gap02_000001.png"
    assert heard.texts(MessageKind.ERROR) == []


def test_nothing_to_export_is_a_message(gap_session: Session, heard: Heard, tmp_path: Path) -> None:
    assert gap_session.exporter.export_all("png", tmp_path) is None
    assert gap_session.exporter.export_take(GAP, TakeId("gone"), "png", tmp_path, "shot") is None
    assert "Generate one first" in heard.texts()[0]
    assert "no longer there" in heard.texts()[1]
    assert gap_session.jobs.rows == ()


def test_exporters_are_listed(session: Session) -> None:
    infos = session.exporter.exporters()
    assert {"png", "png16", "exr", "h264"} <= {info.id for info in infos}
    assert session.exporter.exporters() is infos
