"""Movies of one colour each, to see which of them plays where."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

COLORS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200), "grey": (120, 120, 120)}
SIZE = (160, 96)


def coloured_movie(path: Path, color: str, rate: Fraction, count: int, timecode: str | None = None) -> Path:
    """A ProRes movie; its first frame is a little darker, so that a wrong first frame shows."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("prores_ks", rate=rate)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv422p10le"
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        for number in range(count):
            pixels = np.full((SIZE[1], SIZE[0], 3), COLORS[color], np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels // 2 if number == 0 else pixels, "rgb24")
            frame.pts = number
            frame.time_base = 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def colors_of(path: Path) -> list[str]:
    """The nearest colour of each frame of a movie; "black" for none, "half green" for its darker first frame."""
    import av

    names = {"black": (0, 0, 0), **COLORS}
    names |= {f"half {name}": tuple(v // 2 for v in value) for name, value in COLORS.items()}
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            mean = frame.to_ndarray(format="rgb24")[8:-8, 8:-8].reshape(-1, 3).mean(axis=0)
            found.append(min(names, key=lambda name: float(np.abs(mean - np.array(names[name])).sum())))
    return found
