"""What every engine promises (core/engine.py), held against every engine that is built in."""

from __future__ import annotations

import dataclasses
import gc
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from moving_scenes import Ball, fill, request_for, texture

from mpd_studio.core.engine import BoundaryPictures, Engine, EngineInfo
from mpd_studio.core.errors import Cancelled, UnsupportedRequest
from mpd_studio.core.geometry import Point
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.engines.registry import BUILT_IN, engine_infos, open_engine

# Engines that need no weights. They promise more: a confidence for each pixel, and equal ends as they are.
LIGHT = ("flow", "crossfade")


class Equipped:
    """An engine whose requests all get the same options; else it is the engine."""

    def __init__(self, engine: Engine, **options: str | float) -> None:
        self._engine, self._options = engine, tuple(sorted(options.items()))

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def load(self, reporter: Reporter) -> None:
        self._engine.load(reporter)

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        settings = dataclasses.replace(request.settings, options=self._options)
        return self._engine.generate(dataclasses.replace(request, settings=settings), pictures, reporter)

    def unload(self) -> None:
        self._engine.unload()


@pytest.fixture(scope="module", params=[engine_id for engine_id, _ in BUILT_IN])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every built-in engine; one that needs weights gets tiny random ones."""
    engine = open_engine(request.param)
    if request.param == "svd":
        folder: Path = request.getfixturevalue("tiny_svd")
        engine = Equipped(engine, weights=str(folder), sampler="vibid", steps=2, size="32x32")
    if request.param == "motion_i2v":
        folder = request.getfixturevalue("tiny_motion_i2v")
        engine = Equipped(engine, weights=str(folder), steps=2, size="64x64", guidance=1.0, memory="full")
    engine.load(SilentReporter())
    return engine


@pytest.fixture(params=LIGHT)
def light_engine(request: pytest.FixtureRequest) -> Engine:
    engine = open_engine(request.param)
    engine.load(SilentReporter())
    return engine


def pair(width: int = 64, height: int = 48) -> tuple[np.ndarray, np.ndarray]:
    background = texture(height, width, 1)
    ball = Ball(radius=max(3, height // 6))
    return (
        ball.over(background, Point(width * 0.3, height * 0.5)),
        ball.over(background, Point(width * 0.6, height * 0.5)),
    )


def as_dtype(pixels: np.ndarray, dtype: type, channels: int) -> np.ndarray:
    extra = [pixels[..., :1] for _ in range(channels - 3)]
    wide = np.concatenate([pixels, *extra], axis=2).astype(np.float32) / 255
    return (
        (wide * 65535).astype(dtype)
        if dtype is np.uint16
        else ((wide * 255).astype(dtype) if dtype is np.uint8 else (wide * 4).astype(dtype))
    )


@pytest.mark.parametrize("new_frames", [1, 2, 7])
def test_exactly_the_new_frames_are_made(engine: Engine, new_frames: int):
    assert len(fill(engine, *pair(), new_frames)) == new_frames


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("channels", [3, 4, 6])
def test_shape_and_depth_stay(engine: Engine, dtype: type, channels: int):
    first, last = (as_dtype(pixels, dtype, channels) for pixels in pair())
    for picture in fill(engine, first, last, 2):
        assert picture.pixels.shape == first.shape
        assert picture.pixels.dtype == dtype


@pytest.mark.parametrize("size", [(16, 16), (17, 23), (101, 53), (320, 16), (16, 200), (12000, 16)])
def test_odd_and_small_sizes_work(engine: Engine, size: tuple[int, int]):
    first, last = pair(*size)
    pictures = fill(engine, first, last, 3)
    assert [picture.pixels.shape for picture in pictures] == [first.shape] * 3


def test_confidence_lies_between_0_and_1_at_every_pixel(light_engine: Engine):
    for picture in fill(light_engine, *pair(), 3):
        assert picture.confidence is not None
        assert picture.confidence.shape == picture.pixels.shape[:2]
        assert picture.confidence.dtype == np.float32
        assert 0 <= picture.confidence.min() <= picture.confidence.max() <= 1


def test_same_request_gives_the_same_bytes(engine: Engine):
    one, other = (fill(engine, *pair(), 3, seed=7) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert a.pixels.tobytes() == b.pixels.tobytes()
        assert (a.confidence is None) == (b.confidence is None)
        if a.confidence is not None and b.confidence is not None:
            assert a.confidence.tobytes() == b.confidence.tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_equal_ends_give_the_same_picture_exactly(light_engine: Engine, dtype: type):
    first = as_dtype(pair()[0], dtype, 4)
    for picture in fill(light_engine, first, first, 3):
        np.testing.assert_array_equal(picture.pixels, first)


def test_boundary_frames_are_not_touched(engine: Engine):
    first, last = (Picture(pixels.copy()) for pixels in pair())
    before = first.pixels.tobytes(), last.pixels.tobytes()
    list(engine.generate(request_for(first.pixels, 2), BoundaryPictures(first, last), SilentReporter()))
    assert (first.pixels.tobytes(), last.pixels.tobytes()) == before


def test_different_ends_are_refused_before_the_first_picture(engine: Engine):
    first, last = pair()
    pictures = BoundaryPictures(Picture(first), Picture(last[:, :-2].copy()))
    with pytest.raises(UnsupportedRequest, match=r"64 × 48.*62 × 48"):
        engine.generate(request_for(first, 2), pictures, SilentReporter())


def test_flow_refuses_what_has_no_room_for_motion():
    line = texture(1, 64, 1)
    with pytest.raises(UnsupportedRequest, match="64 × 1 is too small"):
        fill(open_engine("flow"), line, line, 2)


class CancelAt(Reporter):
    """Cancels at the n-th call of either method; counts the calls."""

    def __init__(self, call: int) -> None:
        self.calls = 0
        self._call = call

    def report(self, progress: Progress) -> None:
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        self.calls += 1
        if self.calls == self._call:
            raise Cancelled


def test_cancel_is_heard_at_every_stage(light_engine: Engine):
    counting = CancelAt(0)
    fill(light_engine, *pair(), 3, reporter=counting)
    assert counting.calls >= 3
    for call in range(1, counting.calls + 1):
        with pytest.raises(Cancelled):
            fill(light_engine, *pair(), 3, reporter=CancelAt(call))


class Stopwatch(Reporter):
    """The longest time between two calls."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last = time.process_time()

    def report(self, progress: Progress) -> None:
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        now = time.process_time()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now


def test_reporter_is_called_often_enough_to_cancel_within_half_a_second(engine: Engine):
    first, last = pair(1280, 720)
    watch = Stopwatch()
    fill(engine, first, last, 2, reporter=watch)
    assert watch.longest_s < 0.5


def test_generator_closed_early_holds_nothing(engine: Engine):
    first, last = (Picture(pixels) for pixels in pair())
    frames = engine.generate(request_for(first.pixels, 5), BoundaryPictures(first, last), SilentReporter())
    made = weakref.ref(next(frames).pixels)
    frames.close()  # type: ignore[attr-defined] - engines yield, so what they give is a generator
    del frames
    engine.unload()
    gc.collect()
    assert made() is None


def test_every_listed_engine_tells_who_it_is():
    for info in engine_infos():
        assert info.title
        assert info.summary
        assert info.licence
