"""Makes the pictures of the window for README and docs: python packaging/make_screenshots.py [--into FOLDER].

Starts the real window on the demo, under Xvfb where it is installed and offscreen otherwise, and drives it through
one gap: empty, open, path and region drawn, generating, take playing, export done. Pictures go to docs/images/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[1]
_IMAGES = _REPOSITORY / "docs" / "images"
_SIZE = (1440, 900)
_PATIENCE_S = 120
_MOST_BYTES = 390_000


class Photographer:
    """The window, and the camera. Import only where a display is known to be there."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtTest import QTest

        from mpd_studio import app
        from mpd_studio.core.paths import program_paths
        from mpd_studio.session.session import Session
        from mpd_studio.ui.theme import apply_theme

        self._folder = folder
        self._app = app.build_application()
        self.session = Session(program_paths())
        apply_theme(self._app, "dark")
        self.window = app.build_window(self.session)
        self.window.resize(*_SIZE)
        self.window.show()
        self.window.activateWindow()
        self.keyboard = QTest

    def wait(self, milliseconds: int) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(_PATIENCE_S * 20):
            if is_so():
                return
            self.wait(50)
        raise SystemExit("The window did not get there in time; see the log in MPD_STUDIO_HOME.")

    def shoot(self, name: str) -> None:
        self.wait(400)
        path = self._folder / f"{name}.png"
        self.window.grab().save(str(path))
        print(f"{path}  {path.stat().st_size // 1024} kB")

    def shrink(self, name: str, smaller: str) -> None:
        """The picture for README: as large as it may be in the repository."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QImage

        picture = QImage(str(self._folder / f"{name}.png"))
        path = self._folder / f"{smaller}.png"
        for width in range(1200, 600, -40):
            picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation).save(str(path))
            if path.stat().st_size < _MOST_BYTES:
                break
        print(f"{path}  {path.stat().st_size // 1024} kB")

    def close(self) -> bool:
        self.window.close()
        return self.session.close()


def take_pictures(folder: Path) -> None:
    """The whole sequence, in order."""
    from mpd_studio import app
    from mpd_studio.core.timeline import gaps_of

    folder.mkdir(parents=True, exist_ok=True)
    camera = Photographer(folder)
    session = camera.session
    camera.shoot("1_empty")
    app.open_demo(session)
    camera.wait_until(lambda: session.document.timeline.length > 0)
    camera.wait(1500)
    camera.shoot("2_project_open")
    session.selection.next_gap()
    gap_id = gaps_of(session.document.timeline)[0].gap.id
    camera.wait_until(lambda: session.drafts.draft(gap_id) is not None)
    draw_guidance(camera)
    camera.wait_until(lambda: (draft := session.drafts.draft(gap_id)) is not None and draft.is_current)
    camera.shoot("3_path_and_region")
    camera.shrink("3_path_and_region", "window")
    session.document.undo()  # the demo's camera moves, so nothing of the wall may hold still
    session.generator.generate(gap_id)
    camera.wait_until(lambda: (row := session.jobs.current) is not None and row.stage != "" and row.done > 3)
    camera.shoot("4_generating")
    camera.wait_until(lambda: session.jobs.current is None)
    session.selection.select_path(None)  # its ghosts would lie over the take
    session.selection.set_playhead(gaps_of(session.document.timeline)[0].start + 7)
    camera.wait(1000)
    camera.shoot("5_take_playing")
    export(camera, gap_id)
    camera.shoot("6_export_done")
    if not camera.close():
        raise SystemExit("The window did not close in order.")


def draw_guidance(camera: Photographer) -> None:
    """The demo's path along the ball is selected; a region on the wall is drawn, as the tool does it."""
    from mpd_studio.core.gap_edits import add_region
    from mpd_studio.core.geometry import Point
    from mpd_studio.core.guidance import MotionRegion, RegionMode
    from mpd_studio.core.ids import RegionId
    from mpd_studio.core.timeline import gaps_of
    from mpd_studio.session.selection import Shown, Tool

    session = camera.session
    gap = gaps_of(session.document.timeline)[0].gap
    gap_id = gap.id
    wall = (Point(120, 70), Point(420, 60), Point(430, 300), Point(130, 310))
    region = MotionRegion(RegionId("wall"), mode=RegionMode.STILL, outline=wall)
    session.document.apply("Add region", lambda timeline: add_region(timeline, gap_id, region))
    session.selection.set_tool(Tool.SELECT)
    session.selection.set_shown(Shown.FIRST)
    session.selection.select_path(gap.guidance.paths[0].id)


def export(camera: Photographer, gap_id: object) -> None:
    from mpd_studio.core.timeline import gaps_of

    session = camera.session
    placed = next(p for p in gaps_of(session.document.timeline) if p.gap.id == gap_id)
    assert placed.gap.chosen is not None
    done: list[object] = []
    session.exporter.finished.connect(done.append)
    folder = Path(os.environ["MPD_STUDIO_HOME"]) / "export"
    session.exporter.export_take(placed.gap.id, placed.gap.chosen, "png", folder, "demo_gap01")
    camera.wait_until(lambda: bool(done))


def run_under_xvfb(arguments: list[str]) -> int:
    """This script again, with a display of its own, which ends with it."""
    read, write = os.pipe()
    screen = ["-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), *screen], pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        environ = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        return subprocess.run([sys.executable, __file__, *arguments], env=environ, check=False).returncode
    finally:
        server.terminate()
        server.wait(10)


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the pictures of the window for README and docs.")
    parser.add_argument("--into", type=Path, default=_IMAGES, help="folder of the pictures (docs/images)")
    chosen = parser.parse_args()
    if not os.environ.get("DISPLAY") and not os.environ.get("QT_QPA_PLATFORM") and shutil.which("Xvfb"):
        return run_under_xvfb(sys.argv[1:])
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(_REPOSITORY))
    with tempfile.TemporaryDirectory() as home:
        os.environ["MPD_STUDIO_HOME"] = home
        take_pictures(chosen.into.absolute())
    return 0


if __name__ == "__main__":
    sys.exit(main())
