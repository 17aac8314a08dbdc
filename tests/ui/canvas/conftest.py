from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from easel import Easel, two_stills
from pytestqt.qtbot import QtBot

from mpd_studio.core.paths import program_paths
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.view import CanvasView


@pytest.fixture
def empty_easel(qtbot: QtBot, home: Path) -> Iterator[Easel]:
    """A canvas on a session without media; drafts are off, so that only what a test does happens."""
    session = Session(program_paths())
    session.preferences.set(drafts_enabled=False)
    view = CanvasView(session)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    qtbot.waitExposed(view)
    yield Easel(session, view, qtbot)
    view.close()
    assert session.close()


@pytest.fixture
def easel(empty_easel: Easel, tmp_path: Path, qtbot: QtBot) -> Easel:
    """The same with two stills and a gap between them, the first still on the canvas."""
    timeline = two_stills(tmp_path)
    session = empty_easel.session
    assert session.document.apply("Build", lambda _: timeline)
    qtbot.waitUntil(lambda: not empty_easel.view.pictures.picture.pixmap.isNull())
    return empty_easel
