"""How soon a dragged path shows on the canvas; by hand: python tests/bench/drag_preview.py [--seconds S].

The real window shows the middle frame of the demo's gap, a path with a point in the middle follows the ball, and the
mouse drags that point, or the far anchor, 60 times a second. For each picture that comes: how long ago the mouse was
moved to the drawing that it shows, counted until the canvas has painted it. Goal: 100 ms. Then the hand rests: how long
until the whole draft is there.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "packaging")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import demo_scene  # noqa: E402
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QMouseEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from mpd_studio import app  # noqa: E402
from mpd_studio.core.gap_edits import set_guidance  # noqa: E402
from mpd_studio.core.geometry import Point  # noqa: E402
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint  # noqa: E402
from mpd_studio.core.ids import GapId, PathId  # noqa: E402
from mpd_studio.core.inbetween import InbetweenRequest  # noqa: E402
from mpd_studio.core.paths import program_paths  # noqa: E402
from mpd_studio.core.progress import Reporter  # noqa: E402
from mpd_studio.core.timeline import PlacedGap, gaps_of  # noqa: E402
from mpd_studio.session.draft_work import Glance  # noqa: E402
from mpd_studio.session.selection import Tool  # noqa: E402
from mpd_studio.session.session import Session  # noqa: E402
from mpd_studio.ui.canvas.view import CanvasView  # noqa: E402
from mpd_studio.ui.theme import apply_theme  # noqa: E402

_STEP_MS = 16


def spin(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def spin_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        spin(5)


class Watch(QObject):
    """Notes when each drawing was made, and when the canvas has painted a picture of it."""

    def __init__(self, session: Session, canvas: CanvasView, gap_id: GapId) -> None:
        super().__init__(canvas)
        self._session, self._canvas, self._gap_id = session, canvas, gap_id
        self._made_s: dict[Guidance, float] = {}
        self._shown: Guidance | None = None
        self._to_paint: Guidance | None = None
        self.moved_s = 0.0  # when the mouse last moved, before anything was done about it
        self.ages_ms: list[float] = []
        session.document.changed.connect(self._edited)
        session.drafts.changed.connect(self._drafted)
        canvas.viewport().installEventFilter(self)

    def _edited(self) -> None:
        self._made_s[guidance_of(self._session)] = self.moved_s

    def _drafted(self) -> None:
        drawn = self._session.drafts.drawn(self._gap_id)
        if drawn is not None and drawn != self._shown:
            self._shown = self._to_paint = drawn

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._to_paint in self._made_s:
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        if self._to_paint is not None:
            self.ages_ms.append((time.perf_counter() - self._made_s[self._to_paint]) * 1000)
            self._to_paint = None


def guidance_of(session: Session) -> Guidance:
    return gaps_of(session.document.timeline)[0].gap.guidance


def drag(canvas: CanvasView, watch: Watch, start: Point, seconds: float) -> None:
    """Press on a canvas point and lead the mouse round it."""

    def send(kind: QEvent.Type, at: Point, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        viewport: QWidget = canvas.viewport()
        place = QPointF(canvas.mapFromScene(QPointF(at.x, at.y)))
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(viewport, QMouseEvent(kind, place, viewport.mapToGlobal(place), button, held, none))

    left, no_button = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    send(QEvent.Type.MouseButtonPress, start, left, left)
    at = start
    for step in range(round(seconds * 1000 / _STEP_MS)):
        at = start + Point(60 * math.sin(step / 25), 40 * math.sin(step / 40))
        watch.moved_s = time.perf_counter()
        send(QEvent.Type.MouseMove, at, no_button, left)
        spin(_STEP_MS)
    send(QEvent.Type.MouseButtonRelease, at, left, no_button)


def path_on_the_ball(placed: PlacedGap) -> MotionPath:
    """From where the ball is on the frame before the gap to where it is on the frame behind it."""
    first, count = placed.start - 1, placed.gap.length + 1
    times = (0.0, 0.5, 1.0)
    spots = (Point(*demo_scene.ball_position(first + time * count)) for time in times)
    points = tuple(PathPoint(time, spot) for time, spot in zip(times, spots, strict=True))
    return MotionPath(PathId("bench"), points, radius=round(1.15 * demo_scene.ball_place(first).radius))


def timed_glances(session: Session) -> list[float]:
    """Seconds of processor time of each glance from now on: on a busy machine, that is what is ours."""
    look, spent = session.drafts.maker.glance, []

    def timed(request: InbetweenRequest, index: int, reporter: Reporter) -> Glance:
        begun_s = time.thread_time()
        seen = look(request, index, reporter)
        spent.append(time.thread_time() - begun_s)
        return seen

    session.drafts.maker.glance = timed
    return spent


def measure(session: Session, canvas: CanvasView, gap_id: GapId, title: str, start: Point, seconds: float) -> None:
    watch = Watch(session, canvas, gap_id)
    drag(canvas, watch, start, seconds)
    ages = sorted(watch.ages_ms)
    released_s = time.perf_counter()
    spin_until(lambda: (draft := session.drafts.draft(gap_id)) is not None and draft.is_current)
    rest_s = time.perf_counter() - released_s
    if not ages:
        print(f"{title:14} no picture came in {seconds:.0f} s; the draft {rest_s:.1f} s after the release")
        return
    median, most = ages[len(ages) // 2], ages[int(len(ages) * 0.95)]
    print(
        f"{title:14} {len(ages) / seconds:4.1f} pictures a second, painted {median:4.0f} ms after the mouse (median), "
        f"{most:4.0f} ms (95 %); the draft {rest_s:.1f} s after the release"
    )
    watch.deleteLater()


def main() -> int:
    parser = argparse.ArgumentParser(description="How soon a dragged path shows on the canvas of the real window.")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each drag lasts")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as home:
        os.environ["MPD_STUDIO_HOME"] = home
        made = app.build_application()
        session = Session(program_paths())
        apply_theme(made, "dark")
        window = app.build_window(session)
        window.resize(1440, 900)
        window.show()
        app.open_demo(session)
        spin_until(lambda: session.document.timeline.length > 0)
        placed = gaps_of(session.document.timeline)[0]
        gap_id, size = placed.gap.id, session.document.timeline.canvas
        session.selection.select_gap(gap_id)
        session.selection.set_playhead(placed.start + placed.gap.length // 2)
        spin_until(lambda: session.drafts.draft(gap_id) is not None)
        path = path_on_the_ball(placed)
        session.document.apply("Draw", lambda timeline: set_guidance(timeline, gap_id, Guidance((path,))))
        session.selection.select_path(path.id)
        session.selection.set_tool(Tool.SELECT)
        spin_until(lambda: (draft := session.drafts.draft(gap_id)) is not None and draft.is_current)
        canvas = window.centre.canvas
        print(f"canvas of the project {size}, gap of {placed.gap.length} frames, load {os.getloadavg()[0]:.1f} before")
        spent = timed_glances(session)
        for title, index in (("middle point", 1), ("far anchor", 2)):
            at = guidance_of(session).paths[0].points[index].position
            spent.clear()
            measure(session, canvas, gap_id, title, at, seconds)
            print(f"{'':14} processor time of a picture in its lane: {1000 * sorted(spent)[len(spent) // 2]:.0f} ms")
        window.close()
        return 0 if session.close() else 1


if __name__ == "__main__":
    sys.exit(main())
