from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_driver import Driver, write_clip

from mpd_studio.app import build_window
from mpd_studio.core.paths import program_paths
from mpd_studio.session.session import Session
from mpd_studio.ui.theme import apply_theme

# Said by the offscreen platform whenever a window has a smallest size; no screen, no harm.
_OFFSCREEN_CHATTER = (
    "This plugin does not support propagateSizeHints",
    "This plugin does not support raise",
    "This plugin does not support grabbing the keyboard",
)

# The style sheet that each theme has come to.
_sheets: dict[str, str] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(*_OFFSCREEN_CHATTER, extend=True))


@pytest.fixture(scope="session")
def two_clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return write_clip(folder / "shot_a.mp4", 60), write_clip(folder / "shot_b.mp4", 90)


@pytest.fixture
def new_window(qtbot: QtBot, home: Path) -> Iterator[Callable[[], Driver]]:
    """Opens windows, each with a session of its own, on the same folders: as one start after the other."""
    made: list[Driver] = []

    def make() -> Driver:
        session = Session(program_paths())
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        _dress(app, session.preferences.settings.theme)
        driver = Driver(build_window(session), qtbot)
        made.append(driver)
        driver.window.show()
        qtbot.waitExposed(driver.window)
        driver.window.activateWindow()
        driver.window.setFocus(Qt.FocusReason.OtherFocusReason)
        driver.wait(driver.window.isActiveWindow)
        return driver

    yield make
    stopped = []
    for driver in made:
        driver.window.close()
        stopped.append(driver.session.close())
        driver.window.deleteLater()
    # Now, and not in the middle of the next test.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert all(stopped)


def _dress(app: QApplication, theme: str) -> None:
    """As the program does at its start; where the last window was dressed alike, it would take 0.3 s for nothing."""
    if (app.property("dressed for tests"), app.styleSheet()) != (theme, _sheets.get(theme)):
        app.setStyle("Fusion")
        apply_theme(app, theme)
        app.setProperty("dressed for tests", theme)
        _sheets[theme] = app.styleSheet()


@pytest.fixture
def desk(new_window: Callable[[], Driver]) -> Driver:
    """An empty window without drafts, so that only what a test does happens."""
    driver = new_window()
    driver.session.preferences.set(drafts_enabled=False)
    return driver


@pytest.fixture
def gap_desk(desk: Driver, two_clips: tuple[Path, Path]) -> Driver:
    """Two clips of 12 frames with a gap of 5 between them."""
    desk.drop_on_timeline([two_clips[0]], 0)
    desk.wait(lambda: desk.kinds == [("clip", 12)])
    desk.drop_on_timeline([two_clips[1]], 17)
    desk.wait(lambda: desk.kinds == [("clip", 12), ("gap", 5), ("clip", 12)])
    desk.wait(lambda: desk.session.jobs.current is None)
    return desk
