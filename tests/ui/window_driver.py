"""Drives the real window as a hand would: keys, mouse, drops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mpd_studio.core.timeline import Clip, Gap, Timeline, gaps_of
from mpd_studio.session.session import Session
from mpd_studio.ui.main_window import MainWindow

RATE = Fraction(24)
FRAMES = 12


def write_clip(path: Path, shade: int) -> Path:
    """12 frames of 96 × 64 in which a square moves to the right."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", RATE)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for index in range(FRAMES):
            pixels = np.full((64, 96, 3), shade, np.uint8)
            pixels[20:44, 10 + 2 * index : 34 + 2 * index] = (220, 60, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    return path


class Driver:
    """The window with its session, and the gestures of the tests."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot

    @property
    def session(self) -> Session:
        return self.window.session

    @property
    def timeline(self) -> Timeline:
        return self.session.document.timeline

    @property
    def items(self) -> list[Clip | Gap]:
        return [item for item in self.timeline.tracks[0].items if isinstance(item, Clip | Gap)]

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """("clip" or "gap", length) of the first track."""
        return [(type(item).__name__.lower(), item.length) for item in self.items]

    @property
    def gap(self) -> Gap:
        """The only gap."""
        (placed,) = gaps_of(self.timeline)
        return placed.gap

    def wait(self, what: Callable[[], bool], seconds: float = 20) -> None:
        self.qtbot.waitUntil(what, timeout=int(seconds * 1000))

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press a key where the focus is, when the window has caught up with what came before."""
        QApplication.processEvents()
        combined = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            combined |= modifier
        QTest.keyClick(self.window.focusWidget() or self.window, key, combined)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.window.focusWidget(), text)

    def spot(self, frame: float, track: int = 0) -> QPoint:
        """Where a frame of a track lies in the timeline's viewport, in the middle of the track's height."""
        view = self.window.timeline
        return QPoint(round(view.scale.x(frame)), view.rows.top(track) + view.rows.track // 2)

    def click(self, frame: float, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        viewport = self.window.timeline.viewport()
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, modifier, self.spot(frame))

    def drag(self, start: QPoint, stop: QPoint, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press, move in steps, release: on the timeline."""
        viewport = self.window.timeline.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, modifier, start)
        for step in range(1, 6):
            QTest.mouseMove(viewport, start + (stop - start) * (step / 5))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, modifier, stop)

    def drop(self, files: Sequence[Path], target: QWidget, point: QPoint) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        self.drop_mime(mime, target, point)

    def drop_mime(self, mime: QMimeData, target: QWidget, point: QPoint) -> None:
        action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for event in (
            QDragEnterEvent(point, action, mime, button, none),
            QDragMoveEvent(point, action, mime, button, none),
            QDropEvent(QPointF(point), action, mime, button, none),
        ):
            QApplication.sendEvent(target, event)

    def drop_on_timeline(self, files: Sequence[Path], frame: float) -> None:
        self.drop(files, self.window.timeline.viewport(), self.spot(frame))

    def tip(self, action_id: str) -> str:
        self.window.table.refresh()
        return self.window.table.action(action_id).toolTip()

    def generate(self) -> None:
        """G, and wait for the take."""
        count = len(self.gap.takes)
        self.key(Qt.Key.Key_G)
        self.wait(lambda: len(self.gap.takes) == count + 1)
