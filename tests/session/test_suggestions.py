"""Suggested paths: found in the draft lane, accepted or rejected one by one, each acceptance one step of undo."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import MotionPath
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, find_gap
from mpd_studio.media.probe import probe
from mpd_studio.session.message import Message
from mpd_studio.session.session import Session

GAP = GapId("gap-a")
SIZE = Size(320, 180)
STARTS, WAYS = ((60, 60), (220, 110)), ((40, 16), (-36, -20))


def noise(height: int, width: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    rough = random.uniform(20, 235, (height // 5 + 2, width // 5 + 2, 3)).astype(np.float32)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


def frame(last: bool, things: int) -> np.ndarray:
    picture = noise(SIZE.height, SIZE.width, 1)
    for seed, ((x, y), (dx, dy)) in enumerate(zip(STARTS[:things], WAYS, strict=False)):
        cover = np.zeros(picture.shape[:2], np.uint8)
        middle = (x + dx, y + dy) if last else (x, y)
        cv2.circle(cover, middle, 24, 255, -1)
        skin = np.zeros_like(picture)
        skin[middle[1] - 24 : middle[1] + 25, middle[0] - 24 : middle[0] + 25] = noise(49, 49, 10 + seed)
        picture[cover > 0] = skin[cover > 0]
    return picture


def build(session: Session, folder: Path, things: int) -> None:
    media = []
    for name, is_last in (("first.png", False), ("last.png", True)):
        assert cv2.imwrite(str(folder / name), frame(is_last, things))
        media.append(probe(folder / name))
    items = (
        Clip(ClipId("a"), media[0], FrameRange(0, 2)),
        Gap(GAP, 3),
        Clip(ClipId("b"), media[1], FrameRange(0, 2)),
    )
    timeline = Timeline(rate=Fraction(24), canvas=SIZE, tracks=(Track("V1", items),), media=tuple(media))
    session.preferences.set(drafts_enabled=False)
    assert session.document.apply("Build", lambda _: timeline)


@pytest.fixture
def suggested(qtbot: QtBot, session: Session, tmp_path: Path) -> Session:
    build(session, tmp_path, 2)
    session.suggestions.ask(GAP)
    assert session.suggestions.is_searching
    qtbot.waitUntil(lambda: not session.suggestions.is_searching, timeout=20_000)
    return session


def drawn(session: Session) -> tuple[MotionPath, ...]:
    placed = find_gap(session.document.timeline, GAP)
    assert placed is not None
    return placed.gap.guidance.paths


def test_a_path_is_suggested_for_each_thing(suggested: Session) -> None:
    paths = suggested.suggestions.paths(GAP)
    assert len(paths) == 2
    assert drawn(suggested) == ()
    assert not suggested.suggestions.paths(GapId("another"))
    for (x, y), (dx, dy) in zip(STARTS, WAYS, strict=True):
        (near,) = (path for path in paths if path.start.distance_to(Point(x, y)) < 12)
        assert (near.end - near.start).distance_to(Point(dx, dy)) < 1.5


def test_each_is_accepted_or_rejected_by_itself(suggested: Session) -> None:
    one, other = suggested.suggestions.paths(GAP)
    assert suggested.suggestions.accept(one.id)
    assert drawn(suggested) == (one,)
    assert suggested.suggestions.paths(GAP) == (other,)
    suggested.suggestions.reject(other.id)
    assert suggested.suggestions.paths(GAP) == ()
    assert drawn(suggested) == (one,)
    suggested.document.undo()
    assert drawn(suggested) == ()


def test_all_at_once_are_one_step_of_undo(suggested: Session) -> None:
    paths = suggested.suggestions.paths(GAP)
    assert suggested.suggestions.accept_all()
    assert drawn(suggested) == paths
    assert not suggested.suggestions.accept_all()
    suggested.document.undo()
    assert drawn(suggested) == ()


def test_what_is_drawn_is_not_suggested_again(qtbot: QtBot, suggested: Session) -> None:
    one, _ = suggested.suggestions.paths(GAP)
    suggested.suggestions.accept(one.id)
    suggested.suggestions.ask(GAP)
    qtbot.waitUntil(lambda: not suggested.suggestions.is_searching, timeout=20_000)
    (again,) = suggested.suggestions.paths(GAP)
    assert again.start.distance_to(one.start) > 50


def test_a_longer_gap_keeps_them_and_another_project_does_not(suggested: Session) -> None:
    paths = suggested.suggestions.paths(GAP)
    suggested.document.apply("Longer", lambda timeline: set_gap_length(timeline, GAP, 5))
    assert suggested.suggestions.paths(GAP) == paths
    suggested.document.new()
    assert suggested.suggestions.paths(GAP) == ()


def test_nothing_found_is_said(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    build(session, tmp_path, 0)
    said: list[Message] = []
    session.message.connect(said.append)
    session.suggestions.ask(GAP)
    qtbot.waitUntil(lambda: not session.suggestions.is_searching, timeout=20_000)
    assert session.suggestions.paths(GAP) == ()
    assert any("No thing was found" in message.text for message in said)
