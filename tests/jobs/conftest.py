"""A lane and what it said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lane_log import LaneLog
from pytestqt.qtbot import QtBot

from mpd_studio.jobs.worker import Worker


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    lane = Worker("lane")
    yield lane
    assert lane.close()


@pytest.fixture
def log(worker: Worker) -> LaneLog:
    return LaneLog(worker)
