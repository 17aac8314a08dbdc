"""Bounded in bytes, newest first, safe from several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from barcode_clips import number_in

from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.media.frame_cache import FrameCache
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader

KIB = 1024


def _picture(kib: int, value: int = 0) -> Picture:
    return Picture(np.full((kib, KIB // 4, 4), value, np.uint8))


def test_it_never_holds_more_than_it_may() -> None:
    cache = FrameCache(10 * KIB)
    for key in range(20):
        cache.put(key, _picture(3))
        assert cache.used_bytes <= 10 * KIB
    assert cache.used_bytes == 9 * KIB
    assert [key for key in range(20) if cache.get(key)] == [17, 18, 19]


def test_what_was_used_last_stays() -> None:
    cache = FrameCache(3 * KIB)
    for key in "abc":
        cache.put(key, _picture(1))
    assert cache.get("a") is not None
    cache.put("d", _picture(1))
    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]


def test_putting_again_replaces_and_counts_once() -> None:
    cache = FrameCache(4 * KIB)
    cache.put("a", _picture(3))
    newer = _picture(2, value=9)
    cache.put("a", newer)
    assert cache.get("a") is newer
    assert cache.used_bytes == 2 * KIB


def test_a_picture_larger_than_the_cache_is_not_kept() -> None:
    cache = FrameCache(2 * KIB)
    cache.put("small", _picture(1))
    cache.put("large", _picture(3))
    assert cache.get("large") is None
    assert cache.get("small") is not None


def test_confidence_counts_too() -> None:
    cache = FrameCache(100 * KIB)
    pixels = np.zeros((16, 16, 3), np.uint8)
    cache.put("a", Picture(pixels, confidence=np.zeros((16, 16), np.float32)))
    assert cache.used_bytes == 16 * 16 * (3 + 4)


def test_clearing_gives_everything_back() -> None:
    cache = FrameCache(4 * KIB)
    cache.put("a", _picture(3))
    cache.clear()
    assert cache.used_bytes == 0
    assert cache.get("a") is None


def test_a_negative_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        FrameCache(-1)


def test_readers_in_several_threads_share_one_cache(clip: Callable[[str], Path]) -> None:
    media = probe(clip("h264 closed mp4"))
    cache = FrameCache(12 * media.size.width * media.size.height * 3)
    wrong: list[tuple[int, int]] = []

    def work(step: int) -> None:
        with FrameReader(cache) as reader:
            for turn in range(60):
                index = turn * step % media.frame_count
                number = number_in(reader.read(FrameRef(media, index)).pixels)
                if number != index:
                    wrong.append((index, number))

    threads = [threading.Thread(target=work, args=(step,)) for step in (1, 5, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert 0 < cache.used_bytes <= cache.capacity_bytes


def test_a_cached_frame_is_not_decoded_again(clip: Callable[[str], Path]) -> None:
    media = probe(clip("h264 closed mp4"))
    cache = FrameCache(64 * 1024 * 1024)
    with FrameReader(cache) as reader:
        once = reader.read(FrameRef(media, 5))
        assert reader.read(FrameRef(media, 5)) is once
