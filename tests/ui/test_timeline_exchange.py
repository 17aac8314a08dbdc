"""The whole way in the window: an editor's timeline is dropped, its gap filled, and the timeline exported again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from window_driver import RATE, Driver

from mpd_studio import interchange
from mpd_studio.core.geometry import Size
from mpd_studio.interchange.listing import ListedClip, ListedGap, ListedTrack, Listing
from mpd_studio.media.probe import probe
from mpd_studio.ui.dialogs.export_timeline import ExportTimelineDialog
from mpd_studio.workflow.timeline_clips import source_of

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def cut(tmp_path: Path, two_clips: tuple[Path, Path]) -> Path:
    first, last = (source_of(probe(path)) for path in two_clips)
    items = (ListedClip("a", first, 0, 12), ListedGap(3), ListedClip("b", last, 0, 8))
    path = tmp_path / "edit.xml"
    interchange.write(Listing("My edit", RATE, False, 86400, Size(96, 64), (ListedTrack("V1", items),)), path)
    return path


def test_a_dropped_timeline_is_filled_and_exported(desk: Driver, cut: Path) -> None:
    desk.drop([cut], desk.window, QPoint(20, 20))
    desk.wait(lambda: desk.kinds == [("clip", 12), ("gap", 3), ("clip", 8)])
    assert desk.window.windowTitle().startswith("My edit")
    desk.key(Qt.Key.Key_N)
    desk.generate()
    desk.key(Qt.Key.Key_E, CONTROL, ALT)
    (dialog,) = desk.window.findChildren(ExportTimelineDialog)
    assert dialog.format.currentData() == ".xml"
    assert dialog.folder.text() == str(cut.parent)
    assert dialog.name.text() == "My edit_filled"
    dialog.handles.setValue(2)
    with desk.qtbot.waitSignal(desk.session.timelines.exported, timeout=20_000):
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    track = interchange.read(cut.parent / "My edit_filled.xml").listing.tracks[0]
    assert [type(item) for item in track.items] == [ListedClip] * 3
    message = desk.window.centre.messages.message
    assert message is not None
    assert "Exported My edit_filled.xml with 1 movie." in message.text


def test_a_folder_for_resolve_tells_its_steps_and_is_written(desk: Driver, cut: Path) -> None:
    desk.drop([cut], desk.window, QPoint(20, 20))
    desk.wait(lambda: desk.kinds == [("clip", 12), ("gap", 3), ("clip", 8)])
    desk.key(Qt.Key.Key_N)
    desk.generate()
    desk.key(Qt.Key.Key_E, CONTROL, ALT)
    (dialog,) = desk.window.findChildren(ExportTimelineDialog)
    assert not dialog.steps.isVisible()
    dialog.format.setCurrentIndex(dialog.format.findText("Folder for DaVinci Resolve, by hand"))
    assert dialog.steps.isVisible()
    assert "choose My edit_filled.xml" in dialog.steps.text()
    with desk.qtbot.waitSignal(desk.session.timelines.exported, timeout=20_000):
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    folder = cut.parent / "My edit_filled"
    assert {"My edit_filled.xml", "My edit_filled.edl", "Read me.txt"} <= {path.name for path in folder.iterdir()}


def test_the_file_dialog_offers_timelines(desk: Driver) -> None:
    desk.key(Qt.Key.Key_O, CONTROL)
    (dialog,) = desk.window.findChildren(QFileDialog)
    assert all(pattern in dialog.nameFilters()[0] for pattern in ("*.mpdproj", "*.otio", "*.fcpxml", "*.edl", "*.mlt"))
    dialog.reject()


def test_a_gap_beside_something_foreign_says_why_it_cannot_be_filled(desk: Driver, cut: Path) -> None:
    listing = interchange.read(cut).listing
    items = listing.tracks[0].items
    text = cut.read_text("utf-8").replace("<out>8</out>", "<out>4</out>", 1)
    cut.write_text(text, "utf-8")
    desk.session.importer.open_files([cut])
    desk.wait(lambda: len(desk.timeline.tracks[0].items) == len(items))
    desk.key(Qt.Key.Key_N)
    assert any("shows 4 frames of its media in 8 frames" in problem for problem in desk.window.situation().problems)


def test_export_needs_something_to_export(desk: Driver) -> None:
    assert "The timeline is empty" in desk.tip("file.export_timeline")
