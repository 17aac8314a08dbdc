"""Every exporter: what was given comes back, with tags and timecode in the file; what does not fit is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from barcode_clips import number_in, picture_by_opencv, picture_of
from exported_pictures import (
    BT601,
    BT709,
    BT2020,
    COUNT,
    IDS,
    MOVIES,
    NTSC,
    NUMBERS,
    SIZE,
    job_in,
    matrix_of,
    pattern_of,
    pictures,
)

from mpd_studio.core.errors import OutputError, UnsupportedRequest
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.media_ref import ColorTags, FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.media.exporters import exporter_infos, open_exporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader


@pytest.mark.parametrize("exporter_id", IDS)
def test_what_is_written_is_read_again(exporter_id: str, tmp_path: Path) -> None:
    exporter = open_exporter(exporter_id)
    given = pictures(exporter_id)
    written = exporter.write(iter(given), job_in(tmp_path / "new" / "folder"), SilentReporter())
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(written)
    names = [f"shot_{n:06d}{exporter.info.suffix}" for n in range(1, COUNT + 1)]
    assert [path.name for path in written] == ([f"shot{exporter.info.suffix}"] if exporter.info.is_movie else names)
    media = probe(pattern_of(written), NTSC)
    assert (media.frame_count, media.rate, media.size) == (COUNT, NTSC, given[0].size)
    with FrameReader() as reader:
        for index, picture in enumerate(given):
            pixels = reader.read(FrameRef(media, index)).pixels
            if exporter.info.lossless:
                assert pixels.dtype == picture.pixels.dtype
                assert np.array_equal(pixels, picture.pixels)
            else:
                assert number_in(pixels) == index


@pytest.mark.parametrize("exporter_id", [info.id for info in exporter_infos() if info.alpha])
def test_alpha_stays_straight(exporter_id: str, tmp_path: Path) -> None:
    given = pictures(exporter_id, alpha=True)
    media = probe(pattern_of(open_exporter(exporter_id).write(given, job_in(tmp_path), SilentReporter())), NTSC)
    assert media.alpha
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 2)).pixels
    if exporter_id == "prores4444":
        assert np.abs(pixels[:, :, 3].astype(int) - given[2].pixels[:, :, 3]).max() <= 64  # 10 bits, lossless alpha
        assert number_in(pixels) == 2
    else:
        assert np.array_equal(pixels, given[2].pixels)


@pytest.mark.parametrize("color", [BT601, BT709, BT2020], ids=lambda color: color.matrix)
@pytest.mark.parametrize("exporter_id", MOVIES)
def test_movies_say_how_they_were_converted(exporter_id: str, color: ColorTags, tmp_path: Path) -> None:
    import av

    (path,) = open_exporter(exporter_id).write(pictures(exporter_id, color=color), job_in(tmp_path), SilentReporter())
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        frame = next(container.decode(video=0))
        rate = container.streams.video[0].average_rate
    assert rate == NTSC
    assert int(context.color_primaries) == NUMBERS[color.primaries]
    assert int(context.color_trc) == NUMBERS[color.transfer]
    is_rgb = exporter_id == "ffv1"
    assert int(frame.colorspace) == (0 if is_rgb else NUMBERS[matrix_of(exporter_id, color)])
    assert int(frame.color_range) == (2 if is_rgb else 1)


@pytest.mark.parametrize("color", [BT601, BT709, BT2020], ids=lambda color: color.matrix)
@pytest.mark.parametrize("exporter_id", [id for id in MOVIES if id != "ffv1"])
def test_saturated_patches_have_the_right_code_values(exporter_id: str, color: ColorTags, tmp_path: Path) -> None:
    import av

    weights = {"smpte170m": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593)}
    kr, kb = weights[matrix_of(exporter_id, color)]
    for rgb in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1)):
        flat = np.empty((128, 256, 3), np.uint8)
        flat[:] = np.array(rgb) * 255
        job = WriteJob(tmp_path, "patch", NTSC, overwrite=True)
        (path,) = open_exporter(exporter_id).write([Picture(flat, color)], job, SilentReporter())
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
        bits = frame.format.components[0].bits
        luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
        unit = 2 ** (bits - 8)
        expected = (
            (219 * luma + 16) * unit,
            (224 * (rgb[2] - luma) / (2 - 2 * kb) + 128) * unit,
            (224 * (rgb[0] - luma) / (2 - 2 * kr) + 128) * unit,
        )
        one_code = 2 ** (bits - open_exporter(exporter_id).info.bit_depth)  # ProRes 4444 is decoded to 12 bits
        for plane, value in zip(frame.planes, expected, strict=True):
            rows = np.frombuffer(bytes(plane), np.uint8 if bits == 8 else np.uint16).reshape(plane.height, -1)
            assert np.abs(rows[:, : plane.width] - value).max() <= 1.001 * one_code
        media = probe(path)
        with FrameReader() as reader:
            pixels = reader.read(FrameRef(media, 0)).pixels.astype(float) / (255 if bits == 8 else 65535)
        assert np.abs(pixels - np.array(rgb)).max() * (2 ** open_exporter(exporter_id).info.bit_depth - 1) <= 2


def test_full_range_sources_become_full_range_h264(tmp_path: Path) -> None:
    full = ColorTags("bt709", "bt709", "bt709", "full")
    (path,) = open_exporter("h264").write(pictures("h264", color=full), job_in(tmp_path), SilentReporter())
    media = probe(path)
    assert media.color == full
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 4)).pixels
    assert number_in(pixels) == 4
    assert np.abs(pixels[10:70, 5:30].astype(int) - picture_of(4, *SIZE)[10:70, 5:30]).max() <= 4


@pytest.mark.parametrize(("rate", "label"), [(NTSC, "01:02:03:04"), (Fraction(30000, 1001), "00:59:58;28")])
@pytest.mark.parametrize("exporter_id", MOVIES)
def test_movies_carry_the_start_timecode(exporter_id: str, rate: Fraction, label: str, tmp_path: Path) -> None:
    import av

    job = WriteJob(tmp_path, "shot", rate, start_tc=label)
    (path,) = open_exporter(exporter_id).write(pictures(exporter_id)[:2], job, SilentReporter())
    with av.open(str(path)) as container:
        metadata = [stream.metadata for stream in container.streams] + [container.metadata]
    assert label in [value for each in metadata for key, value in each.items() if key.lower() == "timecode"]


def test_timecode_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    for label, words in (
        ("01:00:00;00", "is drop-frame"),
        ("01:00:00:25", "only 25 frames"),
        ("noon", "not a timecode"),
    ):
        with pytest.raises(OutputError, match=words):
            open_exporter("h264").write(
                pictures("h264"), WriteJob(tmp_path, "shot", Fraction(25), start_tc=label), SilentReporter()
            )
    assert list(tmp_path.iterdir()) == []


def test_fast_rates_have_labels_with_three_digits(tmp_path: Path) -> None:
    job = WriteJob(tmp_path, "shot", Fraction(120), start_tc="01:00:00:07")
    (path,) = open_exporter("prores422hq").write(pictures("prores422hq")[:2], job, SilentReporter())
    assert probe(path).start_tc == "01:00:00:007"


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25, 2), Fraction(47, 3), Fraction(1), Fraction(240)])
@pytest.mark.parametrize("exporter_id", ["prores422hq", "ffv1", "h264"])
@pytest.mark.parametrize("count", [1, 2, COUNT])
def test_unusual_rates_are_exact_too(exporter_id: str, rate: Fraction, count: int, tmp_path: Path) -> None:
    job = WriteJob(tmp_path, "shot", rate)
    (path,) = open_exporter(exporter_id).write(pictures(exporter_id)[:count], job, SilentReporter())
    media = probe(path)
    assert (media.rate, media.frame_count, media.is_vfr) == (rate, count, False)


def test_png_carries_primaries_and_transfer(tmp_path: Path) -> None:
    for color, chunk in (
        (BT2020, b"cICP\x09\x10\x00\x01"),
        (ColorTags("bt709", "iec61966-2-1", "rgb", "full"), b"sRGB"),
    ):
        job = WriteJob(tmp_path, "shot", NTSC, overwrite=True)
        written = open_exporter("png").write(pictures("png", color=color), job, SilentReporter())
        assert chunk in written[0].read_bytes()
        found = probe(written[0])
        assert (found.color.primaries, found.color.transfer, found.assumed) == (color.primaries, color.transfer, ())


def test_exr_is_half_with_chromaticities_and_other_readers_agree(tmp_path: Path) -> None:
    import OpenEXR

    wide = ColorTags("bt2020", "linear", "rgb", "full")
    given = pictures("exr", alpha=True, color=wide)
    written = open_exporter("exr").write(given, job_in(tmp_path), SilentReporter())
    with OpenEXR.File(str(written[3])) as file:
        pixels = file.channels()["RGBA"].pixels
        assert np.allclose(file.header()["chromaticities"], (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290))
    assert pixels.dtype == np.float16
    assert np.array_equal(pixels, given[3].pixels)
    assert probe(written[3]).color == wide


def test_exr_keeps_values_that_are_no_numbers(tmp_path: Path) -> None:
    pixels = np.full((16, 16, 3), 60000, np.float32)
    pixels[0, 0], pixels[1, 1], pixels[2, 2] = np.nan, np.inf, -1e30
    (path,) = open_exporter("exr").write([Picture(pixels.copy())], job_in(tmp_path), SilentReporter())
    with FrameReader() as reader:
        back = reader.read(FrameRef(probe(path), 0)).pixels
    assert back.dtype == np.float32
    assert np.array_equal(back, pixels, equal_nan=True)


@pytest.mark.parametrize("exporter_id", ["png", "png16", "tiff16"])
def test_another_reader_finds_the_same_pixels(exporter_id: str, tmp_path: Path) -> None:
    given = pictures(exporter_id, alpha=True, size=(161, 97))
    written = open_exporter(exporter_id).write(given, job_in(tmp_path), SilentReporter())
    for path, picture in zip(written, given, strict=True):
        assert np.array_equal(picture_by_opencv(path), picture.pixels)


def test_eight_bits_are_widened_without_loss(tmp_path: Path) -> None:
    for exporter_id in ("png16", "tiff16"):
        given = Picture(picture_of(5), BT709)
        (path,) = open_exporter(exporter_id).write([given], job_in(tmp_path), SilentReporter())
        assert np.array_equal(picture_by_opencv(path), picture_of(5).astype(np.uint16) * 257)


def test_nothing_is_narrowed_silently(tmp_path: Path) -> None:
    deep = Picture(np.zeros((160, 320, 3), np.uint16), BT709, 10)
    floating = Picture(np.zeros((160, 320, 3), np.float16))
    clear = Picture(np.zeros((160, 320, 4), np.uint8), BT709)
    for exporter_id, picture, words in (
        ("png", deep, r"cut these 10-bit pictures to 8 bits. Choose .*png16.*tiff16"),
        ("png16", floating, r"Choose EXR \(exr\)"),
        ("prores4444", floating, r"Choose EXR \(exr\)"),
        ("exr", deep, r"holds linear light.*Choose .*png16"),
        ("prores422hq", clear, r"cannot hold transparency. Choose .*prores4444"),
        ("h264", clear, r"cannot hold transparency"),
    ):
        with pytest.raises(UnsupportedRequest, match=words):
            open_exporter(exporter_id).write([picture], job_in(tmp_path), SilentReporter())
    assert list(tmp_path.iterdir()) == []


def test_opaque_alpha_may_be_left_out(tmp_path: Path) -> None:
    opaque = np.dstack([picture_of(3, *SIZE), np.full(SIZE[::-1], 255, np.uint8)])
    (path,) = open_exporter("h264").write([Picture(opaque, BT709)], job_in(tmp_path), SilentReporter())
    with FrameReader() as reader:
        assert number_in(reader.read(FrameRef(probe(path), 0)).pixels) == 3


@pytest.mark.parametrize(
    ("exporter_id", "size", "words"),
    [
        ("h264", (161, 96), r"even width and height; these pictures are 161 × 96\. Choose ProRes 4444"),
        ("h264", (160, 97), r"even width and height"),
        ("prores422hq", (321, 160), r"even width; .*Choose ProRes 4444 .*FFV1"),
        ("dnxhr_hqx", (321, 160), r"even width"),
        ("dnxhr_hqx", (160, 96), r"at least 256 × 120"),
    ],
)
def test_sizes_a_format_cannot_hold_are_refused(
    exporter_id: str, size: tuple[int, int], words: str, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=words):
        open_exporter(exporter_id).write(pictures(exporter_id, size=size), job_in(tmp_path), SilentReporter())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exporter_id", ["prores4444", "ffv1", "png16", "exr"])
def test_odd_sizes_where_they_fit(exporter_id: str, tmp_path: Path) -> None:
    given = pictures(exporter_id, size=(161, 97))
    media = probe(pattern_of(open_exporter(exporter_id).write(given, job_in(tmp_path), SilentReporter())), NTSC)
    assert media.size == given[0].size


def test_pictures_must_be_alike(tmp_path: Path) -> None:
    given = [Picture(picture_of(0), BT709), Picture(picture_of(1, 80, 48), BT709)]
    with pytest.raises(OutputError, match="Picture 2 is 80 × 48"):
        open_exporter("png").write(given, job_in(tmp_path), SilentReporter())
    assert list(tmp_path.iterdir()) == []
