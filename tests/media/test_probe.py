"""What media are: counts, rates, sizes, timecode, tags, and clear refusals."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from barcode_clips import COUNT, HEIGHT, WIDTH, make_clip, number_in, picture_by_opencv, picture_of, write_picture

from mpd_studio.core.errors import MediaError
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, FrameRef, MediaKind
from mpd_studio.media.color import assumption_note
from mpd_studio.media.probe import find_sequence, probe
from mpd_studio.media.reader import FrameReader

NTSC_24, NTSC_30, NTSC_60 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
@pytest.mark.parametrize("rate", [NTSC_24, Fraction(24), Fraction(25), NTSC_30, NTSC_60])
def test_rates_are_exact_in_every_container(suffix: str, rate: Fraction, tmp_path: Path) -> None:
    media = probe(make_clip(tmp_path / f"clip{suffix}", rate=rate, count=30, options={"preset": "ultrafast"}))
    assert (media.rate, media.is_vfr, media.frame_count) == (rate, False, 30)


def test_variable_rates_are_told(clip: Callable[[str], Path]) -> None:
    for kind in ("vfr mp4", "vfr mkv"):
        media = probe(clip(kind))
        assert media.is_vfr
        assert media.frame_count == COUNT


def test_a_late_start_and_an_edit_list_do_not_change_the_rate(clip: Callable[[str], Path]) -> None:
    assert probe(clip("late start mp4")).rate == 25
    edited = probe(clip("edit list mp4"))
    assert (edited.rate, edited.frame_count, edited.is_vfr) == (25, COUNT - 7, False)


@pytest.mark.parametrize(
    ("rate", "label"), [(NTSC_24, "01:00:00:00"), (NTSC_30, "00:59:58;02"), (Fraction(25), "10:11:12:13")]
)
@pytest.mark.parametrize("suffix", [".mov", ".mp4", ".mkv"])
def test_start_timecode_is_read(rate: Fraction, label: str, suffix: str, tmp_path: Path) -> None:
    assert probe(make_clip(tmp_path / f"tc{suffix}", rate=rate, count=3, timecode=label)).start_tc == label


def test_without_timecode_there_is_none(clip: Callable[[str], Path]) -> None:
    assert probe(clip("h264 closed mp4")).start_tc is None


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_clips_are_read_upright(rotation: int, tmp_path: Path) -> None:
    media = probe(make_clip(tmp_path / "turned.mp4", count=3, rotation=rotation))
    assert media.rotation == rotation
    assert media.size == (Size(WIDTH, HEIGHT) if rotation == 180 else Size(HEIGHT, WIDTH))
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 2)).pixels
    assert number_in(np.rot90(pixels, k=-rotation // 90)) == 2
    flat = probe(make_clip(tmp_path / "flat.mp4", count=3))
    with FrameReader() as reader:
        expected = np.rot90(reader.read(FrameRef(flat, 2)).pixels, k=rotation // 90)
    assert np.array_equal(pixels, expected)


def test_pixel_aspect_turns_with_the_picture(tmp_path: Path) -> None:
    aspect = Fraction(16, 11)
    assert probe(make_clip(tmp_path / "wide.mp4", count=2, aspect=aspect)).pixel_aspect == aspect
    turned = probe(make_clip(tmp_path / "tall.mp4", count=2, aspect=aspect, rotation=90))
    assert turned.pixel_aspect == 1 / aspect


@pytest.mark.parametrize(
    ("codec", "name", "pixel_format", "depth", "alpha"),
    [
        ("prores_ks", "a.mov", "yuv422p10le", 10, False),
        ("prores_ks", "b.mov", "yuva444p10le", 12, True),  # FFmpeg decodes ProRes 4444 to 12 bits
        ("ffv1", "c.mkv", "gbrp16le", 16, False),
        ("ffv1", "d.mkv", "yuva420p", 8, True),
        ("ffv1", "e.mkv", "gray", 8, False),
        ("libx264", "f.mp4", "yuv444p10le", 10, False),
        ("qtrle", "g.mov", "argb", 8, True),
    ],
)
def test_depth_and_alpha(codec: str, name: str, pixel_format: str, depth: int, alpha: bool, tmp_path: Path) -> None:
    media = probe(make_clip(tmp_path / name, codec, pixel_format=pixel_format, count=3))
    assert (media.bit_depth, media.alpha) == (depth, alpha)
    with FrameReader() as reader:
        picture = reader.read(FrameRef(media, 1))
    assert picture.has_alpha is alpha
    assert picture.pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    if alpha:
        assert (picture.pixels[:, :, 3] == np.iinfo(picture.pixels.dtype).max).all()
    assert number_in(picture.pixels) == 1


def test_odd_sizes_keep_their_last_row_and_column(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "odd.mkv", "ffv1", size=(161, 97), count=3)
    media = probe(path)
    assert media.size == Size(161, 97)
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 2)).pixels
    assert pixels.shape == (97, 161, 3)
    assert abs(int(pixels[-1, -1, 1]) - int(pixels[-2, -2, 1])) < 40


def test_stated_tags_are_kept_and_missing_ones_are_assumed_aloud(tmp_path: Path) -> None:
    def tag(stream) -> None:
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 16, 9, 1

    stated = probe(make_clip(tmp_path / "hdr.mp4", "libx264", pixel_format="yuv420p10le", count=2, prepare=tag))
    assert stated.color == ColorTags("bt2020", "smpte2084", "bt2020nc", "limited")
    assert stated.assumed == ()
    assert assumption_note(stated) is None
    small = probe(make_clip(tmp_path / "sd.mp4", count=2))
    assert small.color == ColorTags("smpte170m", "smpte170m", "smpte170m", "limited")
    large = probe(make_clip(tmp_path / "hd.mp4", count=2, size=(1280, 720), options={"preset": "ultrafast"}))
    assert large.color == ColorTags("bt709", "bt709", "bt709", "limited")
    assert set(large.assumed) == {"matrix", "range", "primaries", "transfer"}
    note = assumption_note(large)
    assert note is not None
    assert "hd.mp4 does not say" in note
    assert "matrix bt709" in note


def test_a_still_is_one_frame_of_srgb(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    write_picture(path, picture_of(9))
    media = probe(path)
    assert (media.kind, media.frame_count, media.rate, media.size) == (MediaKind.STILL, 1, 24, Size(WIDTH, HEIGHT))
    assert media.color == ColorTags("bt709", "iec61966-2-1", "rgb", "full")
    assert probe(path, NTSC_24).rate == NTSC_24
    with FrameReader() as reader:
        assert np.array_equal(reader.read(FrameRef(media, 0)).pixels, picture_of(9))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".bmp", ".jpg"])
def test_stills_come_back_as_written(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"still{suffix}"
    written = picture_of(77)
    write_picture(path, written)
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(probe(path), 0)).pixels
    if suffix == ".jpg":
        assert number_in(pixels) == 77
        assert np.abs(pixels.astype(int) - picture_by_opencv(path)).max() <= 4  # two decoders, one picture
    else:
        assert np.array_equal(pixels, written)


def test_untagged_photographs_are_srgb(tmp_path: Path) -> None:
    path = tmp_path / "photograph.jpg"
    write_picture(path, picture_of(5))
    media = probe(path)
    assert media.color == ColorTags("bt709", "iec61966-2-1", "bt470bg", "full")
    assert media.assumed == ("primaries", "transfer")


def test_palette_grey_and_transparent_pngs(tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    write_picture(grey, picture_of(3)[:, :, 0])
    clear = tmp_path / "clear.png"
    four = np.dstack([picture_of(3), picture_of(4)[:, :, 0]])
    write_picture(clear, four)
    with FrameReader() as reader:
        shown = reader.read(FrameRef(probe(grey), 0)).pixels
        media = probe(clear)
        pixels = reader.read(FrameRef(media, 0)).pixels
    assert np.array_equal(shown, np.repeat(picture_of(3)[:, :, :1], 3, axis=2))
    assert media.alpha
    assert np.array_equal(pixels, four)


def _numbered(folder: Path, numbers: list[int], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    for number in numbers:
        write_picture(folder / f"a_{number:06d}.png", picture_of(number % 256, *size))
    return folder / "a_%06d.png"


def test_a_sequence_is_read_by_number(tmp_path: Path) -> None:
    media = probe(_numbered(tmp_path, list(range(101, 113))), NTSC_30)
    assert (media.kind, media.frame_count, media.first_number, media.rate) == (MediaKind.SEQUENCE, 12, 101, NTSC_30)
    with FrameReader() as reader:
        assert [number_in(reader.read(FrameRef(media, i)).pixels) for i in (0, 11, 5)] == [101, 112, 106]


def test_holes_in_a_sequence_are_named(tmp_path: Path) -> None:
    pattern = _numbered(tmp_path, [1, 2, 4, 5, 9])
    with pytest.raises(MediaError, match="from 1 to 9, but 4 of its pictures are missing: 3, 6–8"):
        probe(pattern)


def test_a_pattern_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"No file in .* is named like b_%04d\.png"):
        probe(tmp_path / "b_%04d.png")


def test_a_picture_of_another_size_inside_a_sequence_is_refused(tmp_path: Path) -> None:
    pattern = _numbered(tmp_path, [1, 2])
    _numbered(tmp_path, [3], size=(80, 48))
    media = probe(pattern)
    with (
        FrameReader() as reader,
        pytest.raises(MediaError, match=r"Frame 2 of .* is 80 × 48 pixels, the first one is 160"),
    ):
        reader.read(FrameRef(media, 2))


def test_a_numbered_still_knows_its_sequence(tmp_path: Path) -> None:
    pattern = _numbered(tmp_path, [1, 2, 7])
    assert find_sequence(tmp_path / "a_000002.png") == pattern
    assert find_sequence(tmp_path / "a_000007.png") is None
    assert find_sequence(tmp_path / "alone.png") is None
    for number in (9, 10):
        write_picture(tmp_path / f"shot{number}.png", picture_of(number))
    found = find_sequence(tmp_path / "shot9.png")
    assert found is not None
    assert found == tmp_path / "shot%d.png"
    assert probe(found).frame_count == 2


@pytest.mark.parametrize("kind", ["h264 closed mp4", "h264 open mkv", "vp9 webm", "prores mov", "mjpeg avi"])
@pytest.mark.parametrize("part", [0.9, 0.5, 0.1])
def test_truncated_movies_are_refused(kind: str, part: float, clip: Callable[[str], Path], tmp_path: Path) -> None:
    whole = clip(kind)
    torn = tmp_path / whole.name
    torn.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * part)])
    with pytest.raises(MediaError, match=r"truncated|corrupt|breaks off"):
        probe(torn)


def test_a_movie_torn_behind_its_header_is_refused(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "fast.mp4", container_options={"movflags": "faststart"})
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.95)])
    with pytest.raises(MediaError, match="truncated: only"):
        probe(torn)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp", ".bmp"])
def test_truncated_stills_are_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"still{suffix}"
    write_picture(path, picture_of(1))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.7)])
    with pytest.raises(MediaError, match=r"truncated|damaged"):
        probe(path)


def test_what_is_no_media_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "text.mov").write_text("not a movie, " * 100)
    (tmp_path / "folder.mov").mkdir()
    (tmp_path / "notes.txt").write_text("FFmpeg draws text as pictures\n" * 50)
    clip = make_clip(tmp_path / "shot.ts", "libx264", count=3)
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{clip}\n#EXT-X-ENDLIST\n")
    for name, reason in {
        "gone.mov": "does not exist",
        "empty.mp4": r"is empty \(0 bytes\)",
        "text.png": "not a picture that can be read",
        "text.mov": "not a movie or picture",
        "folder.mov": "is a folder",
        "notes.txt": "is text, not a movie",
        "list.m3u8": "is a list of other files",
    }.items():
        with pytest.raises(MediaError, match=reason):
            probe(tmp_path / name)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match=r"sound\.wav has no pictures\. It holds only audio"):
        probe(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_files_that_may_not_be_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    write_picture(path, picture_of(1))
    path.chmod(0)
    with pytest.raises(MediaError, match="may not be read"):
        probe(path)


def test_absurd_sizes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.png"
    write_picture(path, np.zeros((2, 32770, 3), np.uint8))
    with pytest.raises(MediaError, match=r"32770 × 2; at most 32768 a side"):
        probe(path)


def test_a_file_that_changed_after_probing_is_refused(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", count=10)
    media = probe(path)
    with FrameReader() as reader:
        assert number_in(reader.read(FrameRef(media, 4)).pixels) == 4
        make_clip(path, count=7, rate=Fraction(30))
        with pytest.raises(MediaError, match="has changed since it was opened"):
            reader.read(FrameRef(media, 4))
        path.unlink()
        with pytest.raises(MediaError, match="does not exist"):
            reader.read(FrameRef(media, 4))


def test_moved_media_keep_their_fingerprint(clip: Callable[[str], Path], tmp_path: Path) -> None:
    source = clip("h264 closed mp4")
    moved = tmp_path / "moved.mp4"
    moved.write_bytes(source.read_bytes())
    assert probe(moved).fingerprint == probe(source).fingerprint
    assert probe(clip("h264 open mp4")).fingerprint != probe(source).fingerprint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(MediaError, match="device or a pipe"):
        probe(tmp_path / "pipe.png")
