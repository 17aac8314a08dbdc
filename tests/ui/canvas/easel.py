"""A canvas on a real session with two stills and a gap between them, driven by real mouse and key events."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_edits import set_guidance
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, find_gap
from mpd_studio.media.probe import probe
from mpd_studio.session.selection import Shown, Tool
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.view import CanvasView

SIZE = Size(320, 180)
GAP = GapId("gap-a")
CLIP_LENGTH = 4
GAP_LENGTH = 3
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def still(path: Path, color: tuple[int, int, int], size: Size = SIZE) -> Path:
    """A picture of one RGB colour with a white pixel at (10, 20)."""
    import cv2

    pixels = np.full((size.height, size.width, 3), color, np.uint8)
    pixels[20, 10] = 255
    assert cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


def two_stills(folder: Path, second_size: Size = SIZE) -> Timeline:
    first = probe(still(folder / "first.png", (40, 90, 160)))
    last = probe(still(folder / "last.png", (160, 60, 30), second_size))
    items = (
        Clip(ClipId("clip-a"), first, FrameRange(0, CLIP_LENGTH)),
        Gap(GAP, GAP_LENGTH),
        Clip(ClipId("clip-b"), last, FrameRange(0, CLIP_LENGTH)),
    )
    return Timeline(rate=Fraction(24), canvas=SIZE, tracks=(Track("V1", items),), media=(first, last))


class Easel:
    """Places are canvas points; every gesture is made of events on the viewport."""

    def __init__(self, session: Session, view: CanvasView, qtbot: QtBot) -> None:
        self.session = session
        self.view = view
        self.qtbot = qtbot

    @property
    def guidance(self) -> Guidance:
        placed = find_gap(self.session.document.timeline, GAP)
        assert placed is not None
        return placed.gap.guidance

    @property
    def path(self) -> MotionPath:
        (path,) = self.guidance.paths
        return path

    @property
    def region(self) -> MotionRegion:
        (region,) = self.guidance.regions
        return region

    def begin(self, tool: Tool, shown: Shown = Shown.FIRST) -> None:
        """Select the gap, show one of its boundary frames, take a tool."""
        self.session.selection.select_gap(GAP)
        self.session.selection.set_shown(shown)
        self.session.selection.set_tool(tool)

    def draw(self, guidance: Guidance) -> None:
        assert self.session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, guidance))

    def zoom(self, scale: float, around: Point | None = None) -> None:
        """Device pixels per canvas pixel."""
        self.view.zoom_fit()
        self.view.zoom.to_device_scale(scale, self.pixel(around) if around else self.view.viewport().rect().center())
        self.view.zoomed()

    def pixel(self, at: Point) -> QPoint:
        """The pixel of the viewport nearest to a canvas point."""
        place = self.view.viewportTransform().map(QPointF(at.x, at.y))
        return QPoint(round(place.x()), round(place.y()))

    def exact(self, at: Point) -> Point:
        """The canvas point that the mouse really is at when it is sent to `at`: events go to whole pixels."""
        pixel = self.pixel(at)
        return self.view.canvas_point(pixel.x(), pixel.y())

    def press(self, at: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.view.viewport(), LEFT, modifiers, self.pixel(at))

    def move(self, at: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self._send_move(at, LEFT, modifiers)

    def hover(self, at: Point) -> None:
        self._send_move(at, Qt.MouseButton.NoButton, NONE)

    def _send_move(self, at: Point, held: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        """QTest.mouseMove knows neither buttons nor modifiers."""
        place, viewport = QPointF(self.pixel(at)), self.view.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), Qt.MouseButton.NoButton, held, modifiers
        )
        QApplication.sendEvent(viewport, event)

    def release(self, at: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.view.viewport(), LEFT, modifiers, self.pixel(at))

    def drag(self, *places: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press at the first place, go through the others, let go at the last."""
        self.press(places[0], modifiers)
        before = places[0]
        for place in places[1:]:
            self.move(Point((before.x + place.x) / 2, (before.y + place.y) / 2), modifiers)
            self.move(place, modifiers)
            before = place
        self.release(places[-1], modifiers)

    def click(self, at: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.pixel(at))

    def double_click(self, at: Point) -> None:
        self.click(at)
        QTest.mouseDClick(self.view.viewport(), LEFT, NONE, self.pixel(at))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.view, text)

    def undo_steps(self) -> int:
        """How many steps undo can go back. Undoing them to count would drop the selection with the gap."""
        return len(self.session.document._history.past)

    def color_at(self, at: Point) -> tuple[int, int, int]:
        """The RGB that is really on the view at a canvas point."""
        pixel = self.view.viewport().grab().toImage().pixelColor(self.pixel(at))
        return pixel.red(), pixel.green(), pixel.blue()


def straight_path(start: Point, end: Point, *between: tuple[float, Point], radius: float = 30.0) -> MotionPath:
    points = (PathPoint(0, start), *(PathPoint(t, p) for t, p in between), PathPoint(1, end))
    return MotionPath(PathId("path-a"), points, radius=radius)


def is_near(a: Point, b: Point, within: float = 0.5) -> bool:
    return a.distance_to(b) <= within
