"""The engine stays for the next generation, and goes when it is not wanted any more: always in its own lane."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from footage import GAP
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import EngineFailed
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.jobs.job import JobState
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.kept_engine import KeptEngine
from mpd_studio.session.session import Session


class Watch:
    """Counts the cross-fades that are opened, and knows in which thread they were unloaded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = 0
        self.unloaded_in: list[int] = []
        begin, unload = CrossfadeEngine.__init__, CrossfadeEngine.unload

        def counted(engine: CrossfadeEngine) -> None:
            self.opened += 1
            begin(engine)

        def watched(engine: CrossfadeEngine) -> None:
            self.unloaded_in.append(threading.get_ident())
            unload(engine)

        monkeypatch.setattr(CrossfadeEngine, "__init__", counted)
        monkeypatch.setattr(CrossfadeEngine, "unload", watched)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.fixture
def crossfading(gap_session: Session) -> Session:
    gap_session.generator.choose_engine("crossfade")
    return gap_session


def generate(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.generator.take_made, timeout=10_000):
        assert session.generator.generate(GAP) is not None


def test_it_is_opened_once_for_many_generations(qtbot: QtBot, crossfading: Session, watch: Watch) -> None:
    for _ in range(3):
        generate(qtbot, crossfading)
    assert (watch.opened, watch.unloaded_in) == (1, [])


def test_it_goes_in_its_lane_when_another_engine_is_chosen(qtbot: QtBot, crossfading: Session, watch: Watch) -> None:
    generate(qtbot, crossfading)
    plan = crossfading.generator.plan
    crossfading.generator.set_plan(replace(plan, seed=5))
    crossfading.generator.choose_engine("flow")
    qtbot.waitUntil(lambda: len(watch.unloaded_in) == 1)
    assert watch.unloaded_in[0] != threading.get_ident()


def test_it_goes_when_it_is_not_to_be_kept(qtbot: QtBot, crossfading: Session, watch: Watch) -> None:
    generate(qtbot, crossfading)
    crossfading.preferences.set(keep_engine_loaded=False)
    qtbot.waitUntil(lambda: len(watch.unloaded_in) == 1)
    generate(qtbot, crossfading)
    assert (watch.opened, len(watch.unloaded_in)) == (2, 2)


def test_it_goes_when_the_session_closes(qtbot: QtBot, crossfading: Session, watch: Watch) -> None:
    generate(qtbot, crossfading)
    assert crossfading.close()
    assert len(watch.unloaded_in) == 1


def test_it_goes_with_a_failure(
    qtbot: QtBot, crossfading: Session, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise EngineFailed("planted")

    monkeypatch.setattr(CrossfadeEngine, "generate", fail)
    job_id = crossfading.generator.generate(GAP)
    assert job_id is not None

    def state() -> JobState | None:
        row = crossfading.jobs.row(job_id)
        return row.state if row else None

    qtbot.waitUntil(lambda: state() is JobState.FAILED)
    assert len(watch.unloaded_in) == 1


@pytest.fixture
def lane(qtbot: QtBot) -> Worker:
    return Worker("gpu")


def test_it_goes_after_a_while_without_a_generation(qtbot: QtBot, session: Session, lane: Worker, watch: Watch) -> None:
    kept = KeptEngine(session.preferences, lane, idle_ms=1)
    holder = kept.for_run("crossfade")
    assert holder is not None
    with holder.lent("crossfade", keep=True):
        assert watch.opened == 1
    kept.run_ended()
    qtbot.waitUntil(lambda: len(watch.unloaded_in) == 1)
    assert holder.engine_id is None
    assert lane.close()


def test_nothing_is_asked_of_the_lane_before_there_was_a_run(session: Session, lane: Worker) -> None:
    kept = KeptEngine(session.preferences, lane, idle_ms=1)
    kept.is_wanted("flow")
    kept.run_ended()
    kept.let_go()
    assert not lane.isRunning()
    assert lane.is_idle
    kept.close()
