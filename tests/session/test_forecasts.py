"""What an engine foresees comes to the sheet before the run, without the window waiting for it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from footage import GAP, moved_path
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import set_gap_length, set_guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.session import forecasts as forecasts_module
from mpd_studio.session.forecasts import Forecasts
from mpd_studio.session.session import Session
from mpd_studio.workflow.build_request import build_request


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[InbetweenRequest]:
    """Every request whose engine was really asked."""
    requests: list[InbetweenRequest] = []
    whole = forecasts_module.forecast

    def counted(request: InbetweenRequest):
        requests.append(request)
        return whole(request)

    monkeypatch.setattr(forecasts_module, "forecast", counted)
    return requests


@pytest.fixture
def svd_session(gap_session: Session) -> Session:
    gap_session.generator.choose_engine("svd")
    return gap_session


def request_of(session: Session) -> InbetweenRequest:
    return build_request(session.document.timeline, GAP, "svd", EngineSettings(), 0)


def test_the_sheet_comes_at_once_and_the_forecast_after_it(qtbot: QtBot, svd_session: Session) -> None:
    generator = svd_session.generator
    began_s = time.perf_counter()
    with qtbot.waitSignal(generator.forecasts.arrived, timeout=10_000):
        first = generator.sheet(GAP)
        elapsed_s = time.perf_counter() - began_s
    assert not [line for line in first.lines if line.id.startswith("engine-")]
    assert "3 new frames out of one clip of" in first.as_text()
    told = {line.id: line for line in generator.sheet(GAP).lines if line.id.startswith("engine-")}
    assert told["engine-work"].text.startswith("65 calls of the model")
    assert "weights get svd-xt" in told["engine-weights"].detail
    assert elapsed_s < 0.5  # what is slow runs aside; the sheet itself takes milliseconds


def test_an_engine_that_foresees_nothing_is_not_asked(
    qtbot: QtBot, gap_session: Session, asked: list[InbetweenRequest]
) -> None:
    sheet = gap_session.generator.sheet(GAP)
    assert not [line for line in sheet.lines if line.id.startswith("engine-")]
    assert asked == []
    assert gap_session.generator.forecasts.figures(replace(request_of(gap_session), engine_id="flow")) == ()


def test_a_forecast_is_asked_for_once_until_it_is_old(
    qtbot: QtBot, svd_session: Session, asked: list[InbetweenRequest]
) -> None:
    clock = Clock()
    forecasts = Forecasts(svd_session._lanes, clock=clock)
    request = request_of(svd_session)
    with qtbot.waitSignal(forecasts.arrived, timeout=10_000):
        assert forecasts.figures(request) == ()
        assert forecasts.figures(request) == ()
    told = forecasts.figures(replace(request, guidance=replace(request.guidance), seed=5))
    assert told
    assert len(asked) == 1
    clock.now_s += 21
    assert forecasts.figures(request) == told  # what is old is shown until the new is there
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=10_000)
    forecasts.forget()  # also while an answer is on its way, which is then old
    qtbot.waitUntil(lambda: bool(forecasts.figures(request)) and len(asked) == 3, timeout=10_000)


def test_the_sheet_does_not_hold_the_window_up(qtbot: QtBot, svd_session: Session) -> None:
    generator = svd_session.generator
    with qtbot.waitSignal(generator.forecasts.arrived, timeout=10_000):
        generator.sheet(GAP)
    request = request_of(svd_session)
    times_s = []
    for _ in range(20):
        began_s = time.perf_counter()
        generator.forecasts.figures(request)
        times_s.append(time.perf_counter() - began_s)
    assert min(times_s) < 0.002  # of a frame's 16 ms; the quickest of many, for other programs run beside


def test_drawing_and_length_are_told_anew(qtbot: QtBot, svd_session: Session, asked: list[InbetweenRequest]) -> None:
    generator = svd_session.generator
    with qtbot.waitSignal(generator.forecasts.arrived, timeout=10_000):
        generator.sheet(GAP)
    svd_session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, moved_path()))
    with qtbot.waitSignal(generator.forecasts.arrived, timeout=10_000):
        generator.sheet(GAP)
    assert [bool(request.guidance.paths) for request in asked] == [False, True]
    svd_session.document.apply("Trim", lambda timeline: set_gap_length(timeline, GAP, 30))
    with qtbot.waitSignal(generator.forecasts.arrived, timeout=10_000):
        generator.sheet(GAP)
    assert "3 clips of" in generator.sheet(GAP).as_text()
