"""Pictures of every kind as 8-bit RGB, and small ones of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from barcode_clips import make_clip, number_in, picture_of

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.media.display import display
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.media.thumbnails import thumbnail

CODED = ColorTags()
LINEAR = ColorTags("bt709", "linear", "rgb", "full")


def _flat(value, dtype, color: ColorTags = CODED) -> Picture:
    return Picture(np.full((16, 16, np.size(value) if np.ndim(value) else 3), value, dtype), color)


def test_eight_bits_are_shown_as_they_are() -> None:
    assert np.array_equal(display(Picture(picture_of(3))), picture_of(3))


def test_sixteen_bits_are_rounded_to_eight() -> None:
    wide = np.arange(65536, dtype=np.uint32).astype(np.uint16).reshape(256, 256)
    shown = display(Picture(np.dstack([wide] * 3)))
    assert shown.dtype == np.uint8
    assert np.array_equal(shown[:, :, 0], np.rint(wide / 257).astype(np.uint8))


def test_linear_floats_get_the_srgb_curve_and_are_clipped() -> None:
    for value, expected in (
        (0.0, 0),
        (0.002, 7),
        (0.18, 118),
        (1.0, 255),
        (7.5, 255),
        (-1.0, 0),
        (np.nan, 0),
        (np.inf, 255),
    ):
        assert (display(_flat(value, np.float32, LINEAR)) == expected).all()
    assert (display(_flat(0.5, np.float16)) == 128).all()


def test_transparency_lies_on_a_checkerboard_or_on_black() -> None:
    clear = _flat((200, 100, 50, 0), np.uint8)
    assert set(np.unique(display(clear))) == {102, 153}
    assert (display(clear, on_checker=False) == 0).all()
    half = _flat((200, 100, 50, 128), np.uint8)
    assert np.abs(display(half, on_checker=False)[0, 0].astype(int) - [100, 50, 25]).max() <= 1
    solid = _flat((51400, 25700, 12850, 65535), np.uint16)
    assert (display(solid) == [200, 100, 50]).all()


def test_thumbnails_fit_and_keep_their_proportions(clip: Callable[[str], Path]) -> None:
    media = probe(clip("prores mov"))
    with FrameReader() as reader:
        small = thumbnail(reader, FrameRef(media, 21), Size(80, 80))
        assert small.shape == (48, 80, 3)
        assert small.dtype == np.uint8
        assert number_in(small) == 21
        assert thumbnail(reader, FrameRef(media, 0), Size(1000, 24)).shape == (24, 40, 3)
        assert thumbnail(reader, FrameRef(media, 0), Size(1000, 1000)).shape == (96, 160, 3)


def test_thumbnails_of_wide_pixels_are_wide(tmp_path: Path) -> None:
    media = probe(make_clip(tmp_path / "wide.mp4", count=2, aspect=Fraction(2)))
    with FrameReader() as reader:
        assert thumbnail(reader, FrameRef(media, 0), Size(80, 80)).shape == (24, 80, 3)
