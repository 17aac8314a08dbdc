"""Matrix and range: closed-form values for the right and for the wrong matrix, at every depth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpd_studio.core.errors import MediaError
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, FrameRef
from mpd_studio.media.chroma import downsampled, upsampled
from mpd_studio.media.color import FoundTags, code_points, fill_tags, movie_tags
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.media.yuv import narrowed, rgb_from_yuv, widened, yuv_from_rgb

# Kr and Kb as the standards print them (BT.601-7, BT.709-6, BT.2020-2).
WEIGHTS = {"smpte170m": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593)}
CODES = {"smpte170m": 6, "bt709": 1, "bt2020nc": 9}
SATURATED = [(r, g, b) for r in (0.0, 0.75, 1.0) for g in (0.0, 0.75, 1.0) for b in (0.0, 0.75, 1.0)]
FULL = [all(value in (0.0, 1.0) for value in rgb) for rgb in SATURATED]
PATCH = 16


def coded(rgb: tuple[float, float, float], matrix: str, range_: str, bits: int) -> tuple[float, float, float]:
    """Y', Cb, Cr code values, not rounded, straight from the definitions."""
    kr, kb = WEIGHTS[matrix]
    luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
    cb, cr = (rgb[2] - luma) / (2 - 2 * kb), (rgb[0] - luma) / (2 - 2 * kr)
    if range_ == "full":
        top = 2**bits - 1
        return top * luma, top * cb + 2 ** (bits - 1), top * cr + 2 ** (bits - 1)
    unit = 2 ** (bits - 8)
    return (219 * luma + 16) * unit, (224 * cb + 128) * unit, (224 * cr + 128) * unit


def decoded(planes: tuple[np.ndarray, ...], matrix: str, range_: str, bits: int) -> np.ndarray:
    """(patches, 3) R'G'B' in 0..1 of code values, straight from the definitions."""
    kr, kb = WEIGHTS[matrix]
    luma, cb, cr = (plane[0, ::PATCH].astype(np.float64) for plane in planes)
    if range_ == "full":
        top, half = 2**bits - 1, 2 ** (bits - 1)
        luma, cb, cr = luma / top, (cb - half) / top, (cr - half) / top
    else:
        unit = 2 ** (bits - 8)
        luma, cb, cr = (luma / unit - 16) / 219, (cb / unit - 128) / 224, (cr / unit - 128) / 224
    red, blue = luma + (2 - 2 * kr) * cr, luma + (2 - 2 * kb) * cb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    return np.clip(np.stack([red, green, blue], axis=1), 0, 1)


def code_planes(matrix: str, range_: str, bits: int) -> tuple[np.ndarray, ...]:
    """Three planes with a row of flat patches of the saturated colours."""
    values = np.array([coded(rgb, matrix, range_, bits) for rgb in SATURATED])
    values = np.rint(np.clip(values, 0, 2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    return tuple(np.tile(np.repeat(values[:, i], PATCH), (PATCH, 1)) for i in range(3))


def patch_picture(dtype: type) -> np.ndarray:
    top = np.iinfo(dtype).max
    row = np.repeat(np.rint(np.array(SATURATED) * top).astype(dtype), PATCH, axis=0)
    return np.tile(row, (PATCH, 1, 1))


def patches(pixels: np.ndarray) -> np.ndarray:
    """(patches, channels): the middle of every patch, in 0..1."""
    middle = pixels[PATCH // 2, PATCH // 2 :: PATCH, :3].astype(np.float64)
    return middle / np.iinfo(pixels.dtype).max


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("range_", ["limited", "full"])
@pytest.mark.parametrize("matrix", WEIGHTS)
def test_saturated_patches_come_back_within_one_code_value(matrix: str, range_: str, bits: int, tmp_path: Path) -> None:
    import av

    path = tmp_path / "patches.mkv"
    planes = code_planes(matrix, range_, bits)
    layout = "yuv444p" if bits == 8 else f"yuv444p{bits}le"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = planes[0].shape[1], planes[0].shape[0], layout
        stream.codec_context.colorspace = CODES[matrix]
        stream.codec_context.color_range = 2 if range_ == "full" else 1
        frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], layout)
        frame.colorspace, frame.color_range = CODES[matrix], 2 if range_ == "full" else 1
        for target, plane in zip(frame.planes, planes, strict=True):
            target_rows = np.frombuffer(memoryview(target), plane.dtype).reshape(target.height, -1)  # type: ignore[arg-type]  # stubs
            target_rows[:, : plane.shape[1]] = plane
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    media = probe(path)
    assert (media.color.matrix, media.color.range, media.bit_depth) == (matrix, range_, bits)
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 0)).pixels
    # Nothing is lost beyond the rounding of the codes themselves …
    assert np.abs(patches(pixels) - decoded(planes, matrix, range_, bits)).max() * (2**bits - 1) <= 0.51
    # … so full colours come back within one code value of the file's depth.
    found = pixels if bits in (8, 16) else narrowed(pixels, bits)
    wanted = np.rint(np.array(SATURATED) * (2**bits - 1))
    errors = np.abs(found[PATCH // 2, PATCH // 2 :: PATCH, :3] - wanted)
    assert errors[FULL].max() <= 1
    assert errors.max() <= 2


@pytest.mark.parametrize("read_as", WEIGHTS)
@pytest.mark.parametrize("coded_as", WEIGHTS)
def test_the_wrong_matrix_gives_its_own_closed_form(coded_as: str, read_as: str) -> None:
    planes = code_planes(coded_as, "limited", 16)
    found = patches(np.dstack(rgb_from_yuv(planes, 16, ColorTags(matrix=read_as, range="limited"))))
    expected = decoded(planes, read_as, "limited", 16)
    assert np.abs(found - expected).max() * 65535 <= 1.0001
    error = np.abs(found - np.array(SATURATED)).max() * 255
    assert error < 0.1 if coded_as == read_as else error > 10


def test_pure_red_has_the_code_values_of_the_standards() -> None:
    red = np.zeros((4, 4, 3), np.uint8)
    red[:, :, 0] = 255
    for matrix, expected in {"bt709": (63, 102, 240), "smpte170m": (81, 90, 240), "bt2020nc": (74, 97, 240)}.items():
        planes = yuv_from_rgb(red, 8, ColorTags(matrix=matrix, range="limited"), (1, 1))
        assert tuple(int(plane[0, 0]) for plane in planes) == expected


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("range_", ["limited", "full"])
@pytest.mark.parametrize("subsampling", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("matrix", WEIGHTS)
def test_coding_and_decoding_agree_with_the_definition(
    matrix: str, subsampling: tuple[int, int], range_: str, bits: int
) -> None:
    tags = ColorTags(matrix=matrix, range=range_)
    picture = patch_picture(np.uint8 if bits == 8 else np.uint16)
    planes = yuv_from_rgb(picture, bits, tags, subsampling)
    expected = np.array([coded(tuple(rgb), matrix, range_, bits) for rgb in patches(picture)])
    for plane, wanted, across in zip(planes, expected.T, (1, subsampling[0], subsampling[0]), strict=True):
        middle = plane[plane.shape[0] // 2, PATCH // across // 2 :: PATCH // across]
        assert np.abs(middle - np.clip(wanted, 0, 2**bits - 1)).max() <= 0.51
    back = patches(np.dstack(rgb_from_yuv(planes, bits, tags)))
    assert np.abs(back - patches(picture)).max() * (2**bits - 1) < 2


def test_chroma_of_video_lies_on_even_columns_and_between_rows() -> None:
    ramp = np.arange(8, dtype=np.float32)[None, :].repeat(6, axis=0)
    across = upsampled(ramp, 16, 6, "left")
    assert np.allclose(across[0], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7])
    centred = upsampled(ramp, 16, 6, "center")
    assert np.allclose(centred[0, :5], [0, 0.25, 0.75, 1.25, 1.75])
    down = upsampled(np.arange(4, dtype=np.float32)[:, None].repeat(3, axis=1), 3, 8, "left")
    assert np.allclose(down[:, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    quarter = upsampled(ramp[:, :2], 8, 6, "left")
    assert np.allclose(quarter[0], [0, 0.25, 0.5, 0.75, 1, 1, 1, 1])


@pytest.mark.parametrize(("width", "height"), [(16, 8), (17, 9)])
def test_a_linear_ramp_survives_going_down_and_up(width: int, height: int) -> None:
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    plane = across * 3 + down
    small = downsampled(plane, 2, 2)
    assert small.shape == ((height + 1) // 2, (width + 1) // 2)
    back = upsampled(small, width, height, "left")
    assert np.abs(back - plane)[2:-3, 2:-3].max() < 1e-4


@pytest.mark.parametrize("bits", [9, 10, 12, 14, 16])
def test_widening_is_undone_exactly(bits: int) -> None:
    codes = np.arange(2**bits, dtype=np.uint32).astype(np.uint16)
    wide = widened(codes, bits)
    assert (int(wide[0]), int(wide[-1])) == (0, 65535)
    assert np.array_equal(narrowed(wide, bits), codes)


def test_defaults_are_the_stated_ones() -> None:
    def fill(height: int, **kind: bool) -> ColorTags:
        kinds = {"is_rgb": False, "is_still": False, "is_float": False} | kind
        return fill_tags(FoundTags(), Size(height * 2, height), **kinds)[0]

    assert fill(576) == ColorTags("smpte170m", "smpte170m", "smpte170m", "limited")
    assert fill(720) == ColorTags("bt709", "bt709", "bt709", "limited")
    assert fill(720, is_still=True, is_rgb=True) == ColorTags("bt709", "iec61966-2-1", "rgb", "full")
    assert fill(720, is_still=True, is_rgb=True, is_float=True) == ColorTags("bt709", "linear", "rgb", "full")
    assert fill(576, is_still=True) == ColorTags("bt709", "iec61966-2-1", "smpte170m", "full")


@pytest.mark.parametrize(("matrix", "primaries"), [(5, "bt709"), (6, "bt709"), (1, "bt709"), (9, "bt2020")])
def test_stills_are_of_the_primaries_of_srgb_whatever_their_matrix(matrix: int, primaries: str) -> None:
    tags, assumed = fill_tags(
        FoundTags(matrix=matrix, range=2), Size(64, 48), is_rgb=False, is_still=True, is_float=False
    )
    assert (tags.primaries, tags.transfer) == (primaries, "iec61966-2-1")
    assert assumed == ("primaries", "transfer")


def test_a_matrix_that_cannot_be_converted_is_refused() -> None:
    with pytest.raises(MediaError, match=r"coded as BT\.2020 constant luminance"):
        fill_tags(FoundTags(matrix=10), Size(64, 64), is_rgb=False, is_still=False, is_float=False)


def test_names_and_numbers_agree() -> None:
    assert code_points(ColorTags("bt2020", "smpte2084", "bt2020nc", "full")) == FoundTags(9, 16, 9, 2)
    assert code_points(ColorTags("nobody", "knows", "these", "names")) == FoundTags(2, 2, 2, 0)


def test_pictures_from_rgb_get_the_matrix_of_their_size_and_primaries() -> None:
    srgb = ColorTags("bt709", "iec61966-2-1", "rgb", "full")
    assert movie_tags(srgb, Size(1280, 720), full_range=False).matrix == "bt709"
    assert movie_tags(srgb, Size(640, 480), full_range=False).matrix == "smpte170m"
    wide = ColorTags("bt2020", "smpte2084", "rgb", "full")
    assert movie_tags(wide, Size(1280, 720), full_range=False) == ColorTags(
        "bt2020", "smpte2084", "bt2020nc", "limited"
    )
