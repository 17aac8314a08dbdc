"""Frame index to pixels: the same as decoding from the start, for every kind of clip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from barcode_clips import COUNT, number_in, planes_hash, scattered, sequential_hashes

from mpd_studio.core.media_ref import FrameRef
from mpd_studio.media.movie_decoder import MovieDecoder
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader

KINDS = (
    "h264 closed mp4", "h264 open mp4", "h264 open mkv", "hevc open mp4", "vfr mp4", "vfr mkv", "29.97 mov", "vp9 webm",
    "av1 mp4", "gif", "prores mov", "h264 ts", "mpeg2 ts", "mpeg2 open ts", "ffv1 mkv", "mjpeg avi", "mpeg4 B avi",
    "mpeg2 ps", "interlaced h264 ts", "intra refresh ts", "hevc open ts", "raw h264", "late start mp4",
    "edit list mp4", "long edit list mp4", "edit list prores mov",
)  # fmt: skip


HIDDEN = {"edit list mp4": 7, "long edit list mp4": 30, "edit list prores mov": 7}


@pytest.mark.parametrize("kind", KINDS)
def test_random_access_gives_the_pixels_of_sequential_decoding(kind: str, clip: Callable[[str], Path]) -> None:
    path = clip(kind)
    truth = sequential_hashes(path)
    decoder = MovieDecoder(path, recent_bytes=0)
    try:
        assert decoder.frame_count == len(truth)
        wrong = [index for index in scattered(len(truth)) if planes_hash(decoder.frame(index)) != truth[index]]
    finally:
        decoder.close()
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_carries_its_own_number(kind: str, clip: Callable[[str], Path]) -> None:
    media = probe(clip(kind))
    hidden = COUNT - media.frame_count
    assert hidden == HIDDEN.get(kind, 0)
    with FrameReader() as reader:
        numbers = {
            index: number_in(reader.read(FrameRef(media, index)).pixels) for index in scattered(media.frame_count)
        }
    assert numbers == {index: index + hidden for index in range(media.frame_count)}


@pytest.mark.parametrize("kind", KINDS)
def test_reading_forward_never_seeks(kind: str, clip: Callable[[str], Path]) -> None:
    decoder = MovieDecoder(clip(kind), recent_bytes=0)
    try:
        for index in range(decoder.frame_count):
            decoder.frame(index)
        assert decoder.seeks == 0
    finally:
        decoder.close()


def test_stepping_back_within_the_last_frames_decodes_nothing_again(clip: Callable[[str], Path]) -> None:
    decoder = MovieDecoder(clip("h264 closed mp4"))
    try:
        forward = [planes_hash(decoder.frame(index)) for index in range(20)]
        back = [planes_hash(decoder.frame(index)) for index in reversed(range(20))]
        assert decoder.seeks == 0
        assert back == forward[::-1]
    finally:
        decoder.close()


def test_pictures_are_read_only(clip: Callable[[str], Path]) -> None:
    media = probe(clip("h264 closed mp4"))
    with FrameReader() as reader:
        pixels = reader.read(FrameRef(media, 0)).pixels
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0, 0] = 1


def test_a_ten_bit_clip_is_read_in_sixteen_bits(clip: Callable[[str], Path]) -> None:
    media = probe(clip("prores mov"))
    with FrameReader() as reader:
        picture = reader.read(FrameRef(media, 3))
    assert media.bit_depth == picture.bit_depth == 10
    assert picture.pixels.dtype == np.uint16
    assert int(picture.pixels.max()) > 60000
