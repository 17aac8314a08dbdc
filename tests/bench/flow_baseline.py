"""The flow engine against the cross-fade on real footage: PSNR of the missing frames, and new frames a second.

Run:  python tests/bench/flow_baseline.py [--gaps 1 7] [--starts 5] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "engines")]
footage = import_module("real_sequences")
moving_scenes = import_module("moving_scenes")
Quality = import_module("mpd_studio.core.inbetween").Quality
open_engine = import_module("mpd_studio.engines.registry").open_engine

COLUMNS = (
    ("cross-fade", "crossfade", Quality.NORMAL),
    ("flow draft", "flow", Quality.DRAFT),
    ("flow normal", "flow", Quality.NORMAL),
    ("flow best", "flow", Quality.BEST),
)
SPEEDS = ((1280, 720, 7), (1920, 1080, 12))


def main() -> None:
    data = os.environ.get("MPD_STUDIO_TEST_DATA", str(ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gaps", type=int, nargs="+", default=[1, 7])
    parser.add_argument("--starts", type=int, default=5, help="gaps tried in each sequence")
    parser.add_argument("--data", type=Path, default=Path(data))
    options = parser.parse_args()
    sequences = {name: footage.decoded(options.data, name) for name in footage.SEQUENCES}
    print("PSNR in dB, mean of the missing frames")
    print(f"{'':24}" + "".join(f"{title:>14}" for title, _, _ in COLUMNS))
    for gap in options.gaps:
        _print_gap(gap, sequences, options.starts)
    print("\nNew frames a second, engine time, with what the gap needs once")
    for width, height, count in SPEEDS:
        _print_speed(sequences["cups"], width, height, count)


def _print_gap(gap: int, sequences: dict[str, list[np.ndarray]], starts: int) -> None:
    rows = []
    for name, frames in sequences.items():
        rows.append([footage.mean_psnr(engine_id, frames, gap, starts, quality) for _, engine_id, quality in COLUMNS])
        print(f"gap {gap:<3} {name:16}" + "".join(f"{value:14.2f}" for value in rows[-1]), flush=True)
    print(f"gap {gap:<3} {'mean':16}" + "".join(f"{value:14.2f}" for value in np.mean(rows, axis=0)))


def _print_speed(frames: list[np.ndarray], width: int, height: int, count: int) -> None:
    import cv2

    ends = [cv2.resize(frames[index], (width, height)) for index in (4, 12)]
    cells = []
    for _, engine_id, quality in COLUMNS:
        began = time.perf_counter()
        moving_scenes.fill(open_engine(engine_id), ends[0], ends[1], count, quality=quality)
        cells.append(count / (time.perf_counter() - began))
    print(f"{f'{width} × {height}, {count} frames':24}" + "".join(f"{value:14.1f}" for value in cells))


if __name__ == "__main__":
    main()
