"""A whole session on small footage; it is closed at the end and must have stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from footage import Heard, gap_timeline, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import HOME_VARIABLE, ProgramPaths, program_paths
from mpd_studio.session.session import Session

NewSession = Callable[..., Session]


@pytest.fixture
def paths(home: Path) -> ProgramPaths:
    return program_paths()


@pytest.fixture
def new_session(qtbot: QtBot, paths: ProgramPaths) -> Iterator[NewSession]:
    """Makes sessions, on the same folders unless told otherwise: one start of the program after the other."""
    made: list[Session] = []

    def make(folders: ProgramPaths = paths) -> Session:
        made.append(Session(folders))
        return made[-1]

    yield make
    stopped = [session.close() for session in made]
    assert all(stopped)


@pytest.fixture
def session(new_session: NewSession) -> Session:
    return new_session()


@pytest.fixture
def neighbour(new_session: NewSession, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A second session at the same time. It has folders of its own, as two processes would write theirs in turn."""
    return new_session(program_paths({HOME_VARIABLE: str(tmp_path_factory.mktemp("neighbour"))}))


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
