"""One engine is kept, after good runs only; every other ending gives its memory back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moving_pictures import CrookedEngine, Recorder, pictures_of, request_for, still

from mpd_studio.core.engine import BoundaryPictures, Engine
from mpd_studio.core.errors import Cancelled, EngineFailed, OutputError, UnsupportedRequest
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter, SilentReporter
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.inbetween import run


class WatchedEngine(CrossfadeEngine):
    def __init__(self) -> None:
        super().__init__()
        self.unloads = 0

    def unload(self) -> None:
        self.unloads += 1
        super().unload()


@pytest.fixture
def opened() -> list[WatchedEngine]:
    """The engines that the holder opened."""
    return []


@pytest.fixture
def holder(opened: list[WatchedEngine]) -> EngineHolder:
    def open_watched(engine_id: str) -> Engine:
        if engine_id == "nonesuch":
            raise UnsupportedRequest("There is no engine 'nonesuch'.")
        opened.append(WatchedEngine())
        return opened[-1]

    return EngineHolder(open_watched)


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)


def test_a_good_run_keeps_its_engine_for_the_next(
    tmp_path: Path, ends: tuple[Path, Path], holder: EngineHolder, opened: list[WatchedEngine]
) -> None:
    for name in ("one", "two"):
        run(request_for(*ends), tmp_path / name, SilentReporter(), engines=holder)
    assert [engine.unloads for engine in opened] == [0]
    assert holder.engine_id == "crossfade"
    for one, two in zip(pictures_of(tmp_path / "one"), pictures_of(tmp_path / "two"), strict=True):
        assert one.tobytes() == two.tobytes()


def test_without_a_holder_the_engine_goes_after_its_run(
    tmp_path: Path, ends: tuple[Path, Path], opened: list[WatchedEngine]
) -> None:
    engine = WatchedEngine()
    run(request_for(*ends), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert engine.unloads == 1


def test_another_engine_is_opened_after_the_old_one_is_gone(holder: EngineHolder, opened: list[WatchedEngine]) -> None:
    with holder.lent("one", keep=True):
        pass
    with holder.lent("two", keep=True):
        assert [engine.unloads for engine in opened] == [1, 0]
    assert holder.engine_id == "two"


def test_an_engine_that_is_not_there_leaves_nothing_held(holder: EngineHolder, opened: list[WatchedEngine]) -> None:
    with holder.lent("one", keep=True):
        pass
    with pytest.raises(UnsupportedRequest), holder.lent("nonesuch", keep=True):
        pass
    assert (opened[0].unloads, holder.engine_id) == (1, None)


@pytest.mark.parametrize("ending", [EngineFailed("planted"), Cancelled(), RuntimeError("planted"), KeyboardInterrupt()])
def test_any_other_ending_unloads(holder: EngineHolder, opened: list[WatchedEngine], ending: BaseException) -> None:
    with holder.lent("one", keep=True):
        pass
    with pytest.raises(type(ending)), holder.lent("one", keep=True):
        raise ending
    assert len(opened) == 1
    assert (opened[0].unloads, holder.engine_id) == (1, None)


@pytest.mark.parametrize("stage", ["New frames", "Writing"])
def test_a_cancelled_run_unloads(
    tmp_path: Path, ends: tuple[Path, Path], holder: EngineHolder, opened: list[WatchedEngine], stage: str
) -> None:
    with pytest.raises(Cancelled):
        run(request_for(*ends), tmp_path / "out", Recorder(cancel_at=stage), engines=holder)
    assert (opened[0].unloads, holder.engine_id) == (1, None)


def test_releasing_twice_unloads_once(holder: EngineHolder, opened: list[WatchedEngine]) -> None:
    with holder.lent("one", keep=True):
        pass
    holder.release()
    holder.release()
    assert opened[0].unloads == 1


class SteppingEngine(CrossfadeEngine):
    """Tells, before each picture, what the run has written so far."""

    def __init__(self, look: Callable[[], int]) -> None:
        super().__init__()
        self.seen: list[int] = []
        self.is_closed = False
        self._look = look

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        try:
            for picture in super().generate(request, pictures, reporter):
                self.seen.append(self._look())
                yield picture
        finally:
            self.is_closed = True


def written_in(folder: Path) -> Callable[[], int]:
    return lambda: len([path for path in folder.rglob("frame_*.png") if path.stat().st_size])


def test_each_frame_is_on_the_disk_before_the_next_is_asked_for(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    engine = SteppingEngine(written_in(tmp_path))
    run(request_for(*ends, 6), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert engine.seen == [0, 1, 2, 3, 4, 5]


def test_a_writer_that_fails_leaves_no_engine_standing_half_way(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    """What the engine holds between two frames is let go at once, not when the error has been dealt with."""

    def take_the_folder_away() -> int:
        if len(engine.seen) == 2:
            (part,) = tmp_path.glob(".out.part/*.part")
            shutil.rmtree(part)
        return 0

    engine = SteppingEngine(take_the_folder_away)
    with pytest.raises(OutputError) as raised:
        run(request_for(*ends, 6), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert engine.is_closed
    del raised


def test_an_engine_that_keeps_nothing_promises_nothing(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    def fail(row: list[Picture]) -> list[Picture]:
        raise EngineFailed("It broke.")

    with pytest.raises(EngineFailed) as raised:
        run(request_for(*ends), tmp_path / "out", SilentReporter(), open_engine=lambda _: CrookedEngine(fail))
    assert str(raised.value) == "It broke."
