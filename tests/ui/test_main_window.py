"""The window as a whole: it fits, remembers, follows the theme, and says what is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from window_driver import Driver

from mpd_studio.core.timeline import Timeline
from mpd_studio.ui.tokens import LIGHT

_CONTROLS = (QAbstractButton, QLineEdit)


def _visible(desk: Driver) -> list[QWidget]:
    return [widget for widget in desk.window.findChildren(QWidget) if widget.isVisible()]


def _place(desk: Driver, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(desk.window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(1100, 700), (1440, 900)])
def test_nothing_overlaps_or_leaves_the_window(gap_desk: Driver, size: tuple[int, int]) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.window.resize(*size)
    gap_desk.qtbot.wait(100)
    window = gap_desk.window
    assert (window.width(), window.height()) == size
    shown = [dock for dock in window.docks.values() if not dock.isHidden()]
    parts = [window.centre, *shown, window.status, window.menuBar()]
    places = [_place(gap_desk, part) for part in parts]
    inside = QRect(0, 0, *size)
    for index, place in enumerate(places):
        assert inside.contains(place), parts[index].objectName()
        for other in places[index + 1 :]:
            assert not place.intersects(other)
    canvas = _place(gap_desk, window.centre.canvas)
    assert canvas.width() * canvas.height() > 0.2 * size[0] * size[1]


@pytest.mark.parametrize("size", [(1100, 700), (1440, 900)])
def test_no_control_is_squeezed(gap_desk: Driver, size: tuple[int, int]) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.window.resize(*size)
    gap_desk.qtbot.wait(100)
    for widget in _visible(gap_desk):
        if isinstance(widget, _CONTROLS):
            hint = widget.minimumSizeHint()
            assert widget.height() >= min(hint.height(), 18), widget.accessibleName()
            assert widget.width() >= min(hint.width(), 18), widget.accessibleName()
    inspector = gap_desk.window.inspector
    gap_desk.wait(lambda: bool(inspector.sheet.states))  # it comes when the hand rests

    def cut_off() -> list[str]:
        labels = [label for label in inspector.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
        return [label.text() for label in labels if label.height() < label.heightForWidth(label.width()) - 1]

    gap_desk.wait(lambda: not cut_off())


def test_every_control_that_takes_the_focus_has_a_name(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.qtbot.wait(50)
    unnamed = [
        widget
        for widget in _visible(gap_desk)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
        and not isinstance(widget.parentWidget(), type(widget))
        and not widget.objectName().startswith("qt_")
    ]
    assert [type(widget).__name__ for widget in unnamed] == []


def test_tab_reaches_every_panel(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.qtbot.wait(50)
    window = gap_desk.window
    reached: set[str] = set()
    panels: dict[str, QWidget] = {
        "left": window.left_pages,
        "takes": window.takes,
        "timeline": window.timeline,
        "canvas": window.centre.canvas,
        "inspector": window.inspector,
        "transport": window.centre.transport,
    }
    for _ in range(120):
        focus = window.focusWidget() or window
        reached |= {name for name, panel in panels.items() if panel is focus or panel.isAncestorOf(focus)}
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert reached == set(panels)


def test_the_layout_is_remembered(new_window: Callable[[], Driver]) -> None:
    first = new_window()
    first.window.resize(1234, 801)
    first.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert first.window.docks["inspector"].isHidden()
    first.window.left_pages.tabs.setCurrentIndex(1)
    first.window.close()
    second = new_window()
    assert second.window.docks["inspector"].isHidden()
    assert not second.window.docks["timeline"].isHidden()
    assert second.window.left_pages.tabs.currentIndex() == 1


@pytest.mark.logs("layout of the window could not be kept")
def test_the_window_closes_where_its_layout_cannot_be_kept(desk: Driver) -> None:
    folder = desk.session.paths.window.parent
    desk.wait(desk.session.paths.settings.is_file)  # written last, by another thread
    shutil.rmtree(folder)
    folder.write_text("a file where the folder should be")
    assert desk.window.close()
    assert folder.read_text() == "a file where the folder should be"


def test_full_screen_shows_only_the_canvas_and_comes_back(desk: Driver) -> None:
    shown = {name: not dock.isHidden() for name, dock in desk.window.docks.items()}
    assert [name for name, is_shown in shown.items() if not is_shown] == ["lab"]
    desk.key(Qt.Key.Key_F11)
    assert desk.window.isFullScreen()
    assert all(dock.isHidden() for dock in desk.window.docks.values())
    desk.key(Qt.Key.Key_Escape)
    assert not desk.window.isFullScreen()
    assert {name: not dock.isHidden() for name, dock in desk.window.docks.items()} == shown


def test_the_light_theme_comes_at_once_and_stays(new_window: Callable[[], Driver]) -> None:
    first = new_window()
    first.window.table.action("window.light").trigger()
    assert first.window.palette().window().color().name() == LIGHT.window
    first.window.close()
    assert first.session.close()
    second = new_window()
    assert second.window.palette().window().color().name() == LIGHT.window
    second.window.table.action("window.dark").trigger()


def test_the_title_says_what_is_open_and_whether_it_changed(gap_desk: Driver, tmp_path: Path) -> None:
    window, document = gap_desk.window, gap_desk.session.document
    assert window.isWindowModified()
    path = tmp_path / "reel.mpdproj"
    with gap_desk.qtbot.waitSignal(document.saved):
        document.save_as(path)
    assert window.windowTitle().startswith("reel[*]")
    assert not window.isWindowModified()
    assert window.status.saved_text.startswith("saved ")
    assert [action.text() for action in window.recent_menu.actions()] == ["reel.mpdproj"]


def test_a_recent_project_opens_from_the_menu(gap_desk: Driver, tmp_path: Path) -> None:
    document = gap_desk.session.document
    with gap_desk.qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "reel.mpdproj")
    kinds = gap_desk.kinds
    document.new()
    assert gap_desk.kinds == []
    with gap_desk.qtbot.waitSignal(document.opened):
        gap_desk.window.recent_menu.actions()[0].trigger()
    assert gap_desk.kinds == kinds


def test_the_second_window_on_a_project_says_that_it_is_read_only(
    gap_desk: Driver, new_window: Callable[[], Driver], tmp_path: Path
) -> None:
    path = tmp_path / "reel.mpdproj"
    with gap_desk.qtbot.waitSignal(gap_desk.session.document.saved):
        gap_desk.session.document.save_as(path)
    second = new_window()
    second.drop([path], second.window, QPoint(200, 200))
    second.wait(lambda: second.session.document.is_read_only)
    assert "(read-only)" in second.window.windowTitle()
    message = second.window.centre.messages.message
    assert message is not None
    assert "read-only" in message.text
    assert second.window.status.saved_text == "read-only"


def test_the_empty_desk_teaches(desk: Driver) -> None:
    texts = " ".join(label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())
    assert "Drop two clips here. The space between them becomes a gap." in texts
    assert "Nothing selected" in texts
    assert "Drop two clips" in desk.window.status.text


def test_a_long_name_does_not_widen_the_window(gap_desk: Driver) -> None:
    before = {name: dock.width() for name, dock in gap_desk.window.docks.items()}

    def renamed(timeline: Timeline) -> Timeline:
        media = timeline.media[0]
        long = replace(media, path=media.path.with_name("a_very_long_name_" * 12 + ".mov"))
        return replace(timeline, media=(long, *timeline.media[1:]))

    gap_desk.session.document.apply("Rename", renamed)
    gap_desk.qtbot.wait(50)
    assert {name: dock.width() for name, dock in gap_desk.window.docks.items()} == before


def test_a_refused_edit_is_said_in_the_bar(gap_desk: Driver) -> None:
    media = gap_desk.window.media
    media.list.setCurrentRow(0)
    gap_desk.session.selection.select_gap(gap_desk.gap.id)
    gap_desk.session.document.apply("Remove", lambda timeline: _refuse())
    message = gap_desk.window.centre.messages.message
    assert message is not None
    assert message.text == "This cannot be."
    bar = _place(gap_desk, gap_desk.window.centre.messages)
    assert _place(gap_desk, gap_desk.window.centre.canvas).contains(bar)


def _refuse() -> Timeline:
    raise ValueError("This cannot be.")


def test_the_grey_surround_goes_on_and_off(desk: Driver) -> None:
    keys = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    desk.key(Qt.Key.Key_G, *keys)
    assert desk.window.is_grey_surround()
    desk.wait(desk.window.table.action("view.grey").isChecked)
    desk.key(Qt.Key.Key_G, *keys)
    assert not desk.window.is_grey_surround()


def test_the_canvas_is_the_largest_thing_with_a_gap_selected(gap_desk: Driver) -> None:
    window = gap_desk.window
    window.resize(1440, 900)
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.wait(lambda: window.takes.isVisible() and window.height() == 900)
    low = window.docks["timeline"]
    assert low.height() < 0.25 * window.height()
    canvas = window.centre.canvas
    assert canvas.width() * canvas.height() > 0.4 * window.width() * window.height()


def test_a_second_track_gets_its_room(gap_desk: Driver) -> None:
    view = gap_desk.window.timeline
    before = view.height()
    gap_desk.window.table.action("edit.add_track").trigger()
    gap_desk.wait(lambda: view.height() > before)
    assert view.verticalScrollBar().maximum() == 0
