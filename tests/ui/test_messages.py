"""The message bar blocks nothing, loses nothing, and can be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from window_driver import Driver

from mpd_studio.session.message import error, info, warning
from mpd_studio.ui.messages import MessageBar
from mpd_studio.ui.theme import apply_theme
from mpd_studio.ui.tokens import DARK, LIGHT


def test_an_error_stays_until_it_is_dismissed_and_the_next_one_follows(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(error("One broke.", "Because of this."))
    bar.show_message(info("Two is done."))
    assert bar.message == error("One broke.", "Because of this.")
    bar.dismiss()
    assert bar.message == info("Two is done.")
    bar.dismiss()
    assert bar.message is None
    assert bar.isHidden()


def test_an_info_makes_way_for_an_error(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(info("Done."))
    bar.show_message(warning("Look."))
    assert bar.message == warning("Look.")


def test_the_same_message_is_not_said_twice(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    for _ in range(3):
        bar.show_message(warning("No room."))
    bar.dismiss()
    assert bar.message is None


def test_details_fold_out_and_are_copied(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(error("It broke.", "line 1\nline 2"))
    bar.show()
    assert not bar.details.isVisible()
    QTest.mouseClick(bar.more, Qt.MouseButton.LeftButton)
    assert bar.details.isVisible()
    bar.copy()
    assert QGuiApplication.clipboard().text() == "It broke.\n\nline 1\nline 2"


def test_the_newest_error_is_seen_first_and_the_older_comes_back(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(warning("Old."))
    bar.show_message(info("Meanwhile."))
    bar.show_message(error("New."))
    assert bar.message == error("New.")
    assert bar.waiting.text() == "2 more"
    bar.dismiss()
    assert bar.message == warning("Old.")
    assert bar.waiting.text() == "1 more"
    bar.dismiss()
    assert bar.message == info("Meanwhile.")
    assert bar.waiting.isHidden()


def test_a_message_that_stands_takes_on_the_new_theme(qtbot: QtBot, qapp: QApplication) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    try:
        apply_theme(qapp, "dark")
        bar.show_message(warning("Look."))
        assert DARK.raised in bar.styleSheet()
        apply_theme(qapp, "light")
        qtbot.waitUntil(lambda: LIGHT.raised in bar.styleSheet())
        assert DARK.raised not in bar.styleSheet()
    finally:
        apply_theme(qapp, "dark")


def test_long_names_are_broken_into_lines_and_copied_whole(gap_desk: Driver) -> None:
    bar = gap_desk.window.centre.messages
    name = "a_very_long_name_of_a_shot_" * 8 + ".mov"
    text = f"{name} runs at 30, the timeline at 24 frames a second. /{'x' * 90} is missing."
    gap_desk.window.resize(1100, 700)
    gap_desk.window.show_message(warning(text))
    QApplication.processEvents()
    (shown,) = [one for one in bar.findChildren(QLabel) if "runs at" in one.text()]
    assert shown.width() >= shown.minimumSizeHint().width()
    assert shown.height() >= shown.heightForWidth(shown.width()) > 4 * shown.fontMetrics().lineSpacing()
    bar.copy()
    assert QGuiApplication.clipboard().text() == text
