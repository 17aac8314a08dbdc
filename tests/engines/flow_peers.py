"""What the flow engine is held against: a cross-fade, plain warping along dense inverse search, FFmpeg's filter."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import cv2  # noqa: TID253 - the peers are made of it
import numpy as np


def crossfade(first: np.ndarray, last: np.ndarray, gap: int) -> list[np.ndarray]:
    """The frames between, each a mix of both by time."""
    return [cv2.addWeighted(first, 1 - time, last, time, 0.0) for time in _times(gap)]


def plain_warping(first: np.ndarray, last: np.ndarray, gap: int) -> list[np.ndarray]:
    """Both frames fetched along their own flow scaled by time, mixed by time: no holes, no doubts."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (first, last)]
    nothing = np.zeros((*grey[0].shape, 2), np.float32)
    forward, backward = search.calc(grey[0], grey[1], nothing.copy()), search.calc(grey[1], grey[0], nothing.copy())
    made = []
    for time in _times(gap):
        early, late = _fetched(first, -time * forward), _fetched(last, -(1 - time) * backward)
        made.append(cv2.addWeighted(early, 1 - time, late, time, 0.0))
    return made


def minterpolate(keys: Sequence[np.ndarray], at: int, gap: int) -> list[np.ndarray]:
    """The frames between keys[at] and keys[at + 1] by FFmpeg's motion-compensated filter.

    keys: frames gap + 1 apart; the filter looks at one more on either side, and gets the end ones twice.
    """
    from av import VideoFrame
    from av.filter import Graph

    window = [keys[max(0, min(index, len(keys) - 1))] for index in range(at - 2, at + 5)]
    height, width = window[0].shape[:2]
    graph: Any = Graph()  # its stubs take no name of a format
    source = graph.add_buffer(width=width, height=height, format="yuv420p", time_base=Fraction(1, 24))
    options = f"fps=24*{gap + 1}:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1:scd=none"
    filters = (graph.add("minterpolate", options), graph.add("buffersink"))
    source.link_to(filters[0])
    filters[0].link_to(filters[1])
    graph.configure()
    made = {}
    for index, picture in enumerate([*window, None]):
        if picture is None:
            graph.push(None)
        else:
            colored = VideoFrame.from_ndarray(picture, format="rgb24")
            frame = colored.reformat(format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            graph.push(frame)
        made.update(_pulled(graph, gap))
    start = 2 * (gap + 1)
    return [made[start + offset] for offset in range(1, gap + 1)]


def _pulled(graph: Any, gap: int) -> dict[int, np.ndarray]:
    """The frames that the graph has ready, by their number at the new rate."""
    from av.error import BlockingIOError, EOFError

    ready = {}
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError):
            return ready
        number = round(frame.pts * frame.time_base * 24 * (gap + 1))
        ready[number] = frame.to_ndarray(format="rgb24")


def _times(gap: int) -> list[float]:
    return [number / (gap + 1) for number in range(1, gap + 1)]


def _fetched(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
