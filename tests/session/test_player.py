"""Playback keeps time and drops frames."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from mpd_studio.session.player import Player
from mpd_studio.session.session import Session


class Clock:
    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def player(gap_session: Session, clock: Clock) -> Player:
    """12 frames at 25 a second. The ticks come from the tests; the timer's own find the same clock."""
    return Player(gap_session.document, gap_session.selection, gap_session, clock)


def _at(gap_session: Session, player: Player, clock: Clock, seconds: float) -> int:
    clock.now_s = 50.0 + seconds
    player.tick()
    return gap_session.selection.playhead


def test_frames_follow_the_clock_and_late_ticks_skip(gap_session: Session, player: Player, clock: Clock) -> None:
    player.play()
    assert gap_session.selection.playing
    shown = [_at(gap_session, player, clock, seconds) for seconds in (0.0, 0.039, 0.041, 0.2, 0.21, 0.401)]
    assert shown == [0, 0, 1, 5, 5, 10]


def test_it_stops_at_the_last_frame_and_begins_again(gap_session: Session, player: Player, clock: Clock) -> None:
    player.play()
    assert _at(gap_session, player, clock, 9.0) == 11
    assert not player.is_playing
    assert not gap_session.selection.playing
    player.play()
    assert gap_session.selection.playhead == 0
    assert player.is_playing


def test_backwards_stops_at_the_first_frame(gap_session: Session, player: Player, clock: Clock) -> None:
    gap_session.selection.set_playhead(6)
    player.backward()
    assert _at(gap_session, player, clock, 0.081) == 4
    assert _at(gap_session, player, clock, 5.0) == 0
    assert not player.is_playing


def test_repeated_keys_double_the_speed(player: Player) -> None:
    speeds: list[float] = []
    for step in (player.forward, player.forward, player.forward, player.backward, player.backward):
        step()
        speeds.append(player.speed)
    for _ in range(6):
        player.backward()
    assert speeds == [1.0, 2.0, 4.0, -1.0, -2.0]
    assert player.speed == -8.0


def test_moving_the_playhead_while_playing_goes_on_from_there(
    gap_session: Session, player: Player, clock: Clock
) -> None:
    player.play()
    assert _at(gap_session, player, clock, 0.081) == 2
    gap_session.selection.set_playhead(7)
    assert _at(gap_session, player, clock, 0.122) == 8


def test_toggle_and_state(qtbot: QtBot, player: Player) -> None:
    with qtbot.waitSignal(player.state_changed):
        player.toggle()
    assert player.is_playing
    player.toggle()
    assert (player.is_playing, player.speed) == (False, 0.0)


def test_an_empty_timeline_does_not_play(session: Session) -> None:
    session.player.play()
    assert not session.player.is_playing


def test_real_playback_takes_real_time(qtbot: QtBot, gap_session: Session) -> None:
    seen: list[int] = []
    gap_session.selection.playhead_changed.connect(seen.append)
    stopped: list[QObject] = []
    gap_session.player.play(speed=2.0)
    with qtbot.waitSignal(gap_session.player.state_changed, timeout=5000):
        stopped.append(gap_session.player)
    assert seen[-1] == 11
    assert seen == sorted(seen)
