"""A cup followed by a hand-set curved path over real footage; by hand: python tests/bench/cups_path.py [--out FOLDER].

The right cup of cups.mp4 slides left past another one, in front of it, while a hand holds it. The path's points were
set by eye on the frames 0, 4, 8 and 16. Gaps of 7 (frames 1 to 7) and of 15 (frames 1 to 15). Figures: PSNR in dB
against the true frames, in a square of 200 pixels around the path's point and over the whole picture, of a cross-fade,
of the flow engine without the path, and with it. --out writes strips: truth, without, with the path.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "tests" / "engines")]

import av  # noqa: E402, TID253
import cv2  # noqa: E402, TID253
import numpy as np  # noqa: E402

from mpd_studio.core.guidance import LINEAR, Easing, EasingKind, Guidance, MotionPath  # noqa: E402
from mpd_studio.engines.registry import open_engine  # noqa: E402
from mpd_studio.motion.paths import position  # noqa: E402

moving_scenes = import_module("moving_scenes")
fill, path_through, psnr = moving_scenes.fill, moving_scenes.path_through, moving_scenes.psnr

_PLACES = {0: (718, 311), 4: (627, 336), 8: (516, 318), 16: (517, 290)}  # of the cup's middle, by eye
_RADIUS = 90.0
_HALF = 100


def frames_of(movie: Path) -> list[np.ndarray]:
    with av.open(str(movie)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def path_over(stop: int, easing: Easing) -> MotionPath:
    points = ((frame / stop, *place) for frame, place in _PLACES.items() if frame <= stop)
    path = path_through(*points, radius=_RADIUS)
    return MotionPath(path.id, path.points, easing, path.radius)


def around(picture: np.ndarray, path: MotionPath, time: float) -> np.ndarray:
    spot = position(path, LINEAR, time)
    top, left = max(0, int(spot.y) - _HALF), max(0, int(spot.x) - _HALF)
    return picture[top : top + 2 * _HALF, left : left + 2 * _HALF]


def compare(frames: list[np.ndarray], stop: int, easing: EasingKind, out: Path | None) -> None:
    path, count = path_over(stop, Easing(easing)), stop - 1
    first, last, truth = frames[0], frames[stop], frames[1:stop]
    times = [(index + 1) / stop for index in range(count)]
    ways = {
        "cross-fade": [np.rint(first * (1 - t) + last * t).astype(np.uint8) for t in times],
        "without path": [picture.pixels for picture in fill(open_engine("flow"), first, last, count)],
        "with path": [picture.pixels for picture in fill(open_engine("flow"), first, last, count, Guidance((path,)))],
    }
    where = path_over(stop, LINEAR)  # the truth is looked at where the cup was seen, whatever the easing
    for name, made in ways.items():
        near = np.mean(
            [psnr(around(m, where, t), around(true, where, t)) for m, true, t in zip(made, truth, times, strict=True)]
        )
        whole = np.mean([psnr(m, true) for m, true in zip(made, truth, strict=True)])
        print(f"gap {count:2} {easing.value:7} {name:13} around the cup {near:5.2f}  whole picture {whole:5.2f}")
    if out is not None:
        chosen = [count // 4, count // 2, 3 * count // 4]
        rows = [
            np.hstack([cv2.resize(row[i], (480, 270)) for i in chosen]) for row in (truth, *list(ways.values())[1:])
        ]
        cv2.imwrite(str(out / f"cups_{count}_{easing.value}.png"), np.vstack(rows)[..., ::-1])


def main() -> int:
    parser = argparse.ArgumentParser(description="A cup followed by a hand-set path over real footage.")
    parser.add_argument("--out", type=Path, help="folder for strips of frames")
    out = parser.parse_args().out
    data = Path(os.environ.get("MPD_STUDIO_TEST_DATA", _REPOSITORY.parent / "shared" / "data"))
    movie = data / "sequences" / "cups.mp4"
    if not movie.is_file():
        print(f"{movie} is not there. Set MPD_STUDIO_TEST_DATA to the folder of the test data.")
        return 1
    frames = frames_of(movie)
    for stop in (8, 16):
        for easing in (EasingKind.LINEAR, EasingKind.IN_OUT):
            compare(frames, stop, easing, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
