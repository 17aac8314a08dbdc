"""A take whose frames have vanished is marked in the strip of takes, which says what happened and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from window_driver import Driver

from mpd_studio.ui.canvas.shown_frame import ShownKind
from mpd_studio.ui.images import array_of
from mpd_studio.ui.panels.take_card import TakeCard
from mpd_studio.ui.theme import tokens_of
from tests.ui.test_trust_looks import close_to


@pytest.fixture
def take_desk(gap_desk: Driver) -> Driver:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.generate()
    gap_desk.generate()
    return gap_desk


def folder_of(desk: Driver, index: int) -> Path:
    return Path(desk.gap.takes[index].result.frames.folder)


def red_pixels(card: TakeCard) -> int:
    """Right of the picture, whose clips have red of their own."""
    words = array_of(card.grab().toImage())[:, card.picture_px[0] + 8 :]
    return int(close_to(words, tokens_of(card).no).sum())


def test_a_take_whose_folder_has_vanished_is_marked_until_it_is_back(take_desk: Driver, tmp_path: Path) -> None:
    strip, folder = take_desk.window.takes, folder_of(take_desk, 0)
    assert not any(card.is_lost for card in strip.cards)
    assert red_pixels(strip.cards[0]) == 0
    folder.rename(tmp_path / "tidied up")
    take_desk.session.take_files.look_again()
    take_desk.wait(lambda: [card.is_lost for card in strip.cards] == [True, False])
    assert f"Its folder is no longer there: {folder}." in strip.cards[0].toolTip()
    assert "generate again" in strip.cards[0].toolTip()
    assert strip.cards[0].accessibleName() == "Take 1, not shown, frames are missing"
    assert red_pixels(strip.cards[0]) > 8
    (tmp_path / "tidied up").rename(folder)
    take_desk.session.take_files.look_again()
    take_desk.wait(lambda: not any(card.is_lost for card in strip.cards))
    assert "no longer" not in strip.cards[0].toolTip()


def test_the_canvas_and_the_strip_tell_it_together(take_desk: Driver) -> None:
    canvas, strip = take_desk.window.centre.canvas, take_desk.window.takes
    shutil.rmtree(folder_of(take_desk, 1))
    take_desk.session.selection.set_playhead(14)  # a frame that has not been shown yet
    assert canvas.shown.kind is ShownKind.TAKE
    take_desk.wait(lambda: [card.is_lost for card in strip.cards] == [False, True])
