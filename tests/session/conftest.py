"""A whole session on small footage; it is closed at the end and must have stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from footage import Heard, gap_timeline, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import ProgramPaths, program_paths
from mpd_studio.session.session import Session


@pytest.fixture
def paths(home: Path) -> ProgramPaths:
    return program_paths()


@pytest.fixture
def new_session(qtbot: QtBot, paths: ProgramPaths) -> Iterator[Callable[[], Session]]:
    """Makes sessions on the same folders, as one start of the program after the other."""
    made: list[Session] = []

    def make() -> Session:
        made.append(Session(paths))
        return made[-1]

    yield make
    stopped = [session.close() for session in made]
    assert all(stopped)


@pytest.fixture
def session(new_session: Callable[[], Session]) -> Session:
    return new_session()


@pytest.fixture
def heard(session: Session) -> Heard:
    return Heard(session)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> MediaRef:
    """12 frames of 96 × 64."""
    return movie_ref(tmp_path_factory.mktemp("footage"))


@pytest.fixture
def gap_session(session: Session, media: MediaRef) -> Session:
    """A session with a gap of three frames between two clips."""
    assert session.document.apply("Build", lambda timeline: gap_timeline(media))
    return session
