"""How fast the flow engine is beside FFmpeg's minterpolate, in one run on one machine, and how its cost grows.

Run:  python tests/bench/flow_speed.py [--only peers draft command memory growth] [--rounds 3] [--json FILE]

Engine time is without start-up, decoding and writing; the command's whole time stands beside it. Ours and the peer take
turns, and the best of the rounds counts, because other work on the machine only ever adds time. In each round ours and
the peer's gap alone are made twice in a row: the first fetches back the memory that the run before drove out (--once
leaves the second out).

minterpolate (mci, aobmc, bidir, vsbmc, no scene change) is told in four ways: of the `ffmpeg` on the PATH (Debian's is
the one to compare with) for a gap alone, whose end it is given twice, because it makes nothing before it has seen a
third frame; with both ends given twice, as clips of two pictures are often padded, which makes it fill gaps that nobody
asked for; over a running clip, where each pair of frames costs it once; and of the FFmpeg within PyAV over a running
clip. Start, reading and conversion are measured without the filter and taken off. Its filter runs in one thread; ours
may use --threads. The time that the processor worked is told beside the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2  # noqa: TID253 - a benchmark draws with it at once
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "engines")]
av: Any = import_module("av")
av_filter: Any = import_module("av.filter")
footage = import_module("real_sequences")
moving_scenes = import_module("moving_scenes")
core = import_module("mpd_studio.core.inbetween")
Picture = import_module("mpd_studio.core.picture").Picture
BoundaryPictures = import_module("mpd_studio.core.engine").BoundaryPictures
keep_freed_memory = import_module("mpd_studio.core.freed_memory").keep_freed_memory
SilentReporter = import_module("mpd_studio.core.progress").SilentReporter
open_engine = import_module("mpd_studio.engines.registry").open_engine
PeakMemory = import_module("mpd_studio.workflow.peak_memory").PeakMemory

FULL_HD, ULTRA_HD = (1920, 1080), (3840, 2160)
GAPS = ((7, 5.0), (1, 8.0))  # gap, how many times the peer's speed is the goal
SIZES = ((960, 540), (1280, 720), FULL_HD, (2560, 1440), ULTRA_HD)
COUNTS = (1, 2, 4, 8, 12, 24)
MINTERPOLATE = "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1:scd=none"
QUALITIES = ("normal", "best", "draft")
PEERS = ("gap alone", "padded", "running", "in PyAV")
CLOCKS = ("by the clock", "processor")
DRAFT_GOAL_S, MEMORY_GOAL = 2.0, 4 * 2**30


def main() -> None:
    parts: dict[str, Callable[[list[np.ndarray], argparse.Namespace], Any]] = {
        "peers": peers, "draft": draft, "command": command, "memory": memory, "growth": growth,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="once in each round, not twice in a row")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sequence", choices=footage.SEQUENCES, default="cups")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--peak", type=int, nargs=2, metavar=("WIDTH", "HEIGHT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    keep_freed_memory()  # as the program does
    peak = PeakMemory()
    cv2.setNumThreads(options.threads)
    data = Path(os.environ.get("MPD_STUDIO_TEST_DATA", str(ROOT.parent / "shared" / "data")))
    frames = footage.decoded(data, options.sequence)
    if options.peak:
        engine_times(sized([frames[4], frames[12]], *options.peak), 3)
        print(peak.grown_bytes())
        return
    figures = {name: parts[name](frames, options) for name in options.only}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def sized(frames: list[np.ndarray], width: int, height: int) -> list[np.ndarray]:
    return [cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC) for frame in frames]


def both_clocks() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def engine_times(ends: list[np.ndarray], count: int, quality: str = "normal") -> np.ndarray:
    """(count, 2) seconds from the call to each new frame, by the clock and of the processor."""
    request = moving_scenes.request_for(ends[0], count, quality=core.Quality(quality))
    pictures = BoundaryPictures(Picture(ends[0].copy()), Picture(ends[1].copy()))
    began = both_clocks()
    made = open_engine("flow").generate(request, pictures, SilentReporter())
    return np.array([both_clocks() - began for _ in made])


def command_line_time(frames: list[np.ndarray], gap: int) -> np.ndarray:
    """Seconds that minterpolate of the `ffmpeg` on the PATH takes for all pairs of frames but the last.

    Returns: by the clock and of the processor; not a number where there is none on the PATH.
    """
    if shutil.which("ffmpeg") is None:
        return np.full(2, np.nan)
    height, width = frames[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "clip.yuv")
        clip.write_bytes(b"".join(_planes(frame).to_ndarray().tobytes() for frame in frames))
        words = f"ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s {width}x{height} -r 24 -i {clip} -vf".split()
        blended = _command_clocks([*words, f"minterpolate=fps={24 * (gap + 1)}:{MINTERPOLATE}", "-f", "null", "-"])
        plain = np.min([_command_clocks([*words, "null", "-f", "null", "-"]) for _ in range(3)], axis=0)
    return blended - plain


def _command_clocks(words: list[str]) -> np.ndarray:
    began, before = time.perf_counter(), os.times()
    subprocess.run(words, check=True, capture_output=True)
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return np.array([time.perf_counter() - began, worked])


def _planes(frame: np.ndarray) -> Any:
    return av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuv420p")


def bundled_time(keys: list[np.ndarray], gap: int) -> np.ndarray:
    """As command_line_time, of the FFmpeg within PyAV, in this process."""
    height, width = keys[0].shape[:2]
    graph = av_filter.Graph()
    layout = av.VideoFormat("yuv420p")
    source = graph.add_buffer(width=width, height=height, format=layout, time_base=Fraction(1, 24))
    blend, sink = graph.add("minterpolate", f"fps={24 * (gap + 1)}:{MINTERPOLATE}"), graph.add("buffersink")
    source.link_to(blend)
    blend.link_to(sink)
    graph.configure()
    pictures = [_planes(key) for key in keys]
    came, begun = 0, []
    for index, picture in enumerate(pictures):
        picture.pts, picture.time_base = index, Fraction(1, 24)
        source.push(picture)
        came += _pulled(sink)
        if came > gap:  # the first pair is whole: from here on each frame that is pushed gives one more
            begun.append(both_clocks())
    return (begun[-1] - begun[0]) / (len(begun) - 1)


def _pulled(sink: Any) -> int:
    count = 0
    while True:
        try:
            sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return count
        count += 1


def peers(frames: list[np.ndarray], options: argparse.Namespace) -> dict[str, Any]:
    """New frames a second for gaps of 7 and 1 in 1080p: the peer's, then ours and how many times the peer's it is.

    The peer's is that of a gap alone; of a running clip where no ffmpeg is on the PATH.
    """
    figures: dict[str, Any] = {}
    print(f"New frames a second in 1080p, best of {options.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'':19}" + "".join(f"{name:>10}" for name in PEERS) + "".join(f"{n:>9}{'×':>6}" for n in QUALITIES) + "  goal"
    )
    for gap, goal in GAPS:
        keys = (sized(frames[:: gap + 1], *FULL_HD) * 4)[:4]
        rows = np.full((len(PEERS) + len(QUALITIES), 2), np.inf)
        for _ in range(options.rounds):
            first, last = keys[:2]
            tries = range(1 if options.once else 2)
            told = [np.min([command_line_time([first, last, last], gap) for _ in tries], axis=0)]
            told += [command_line_time([first, first, last, last], gap)]
            told += [command_line_time(keys, gap) / (len(keys) - 2), bundled_time(keys, gap)]
            for quality in QUALITIES:
                told.append(np.min([engine_times(keys[:2], gap, quality)[-1] for _ in tries], axis=0))
            rows = np.fmin(rows, told)
        for name, seconds in zip(CLOCKS, rows.T, strict=True):
            speeds = gap / np.where(np.isinf(seconds), np.nan, seconds)
            peer = speeds[0] if np.isfinite(speeds[0]) else speeds[len(PEERS) - 1]
            cells = "".join(f"{each:9.2f}{each / peer:6.1f}" for each in speeds[len(PEERS) :])
            theirs = "".join(f"{each:10.2f}" for each in speeds[: len(PEERS)])
            print(f"gap {gap}, {name:12}{theirs}{cells}{goal:5.0f}×", flush=True)
        figures[f"gap {gap}"] = rows.tolist()
    return figures


def fastest(ends: list[np.ndarray], count: int, quality: str, rounds: int) -> list[float]:
    """Seconds to each new frame: by the clock, the least of the rounds."""
    return np.min([engine_times(ends, count, quality)[:, 0] for _ in range(rounds)], axis=0).tolist()


def draft(frames: list[np.ndarray], options: argparse.Namespace) -> dict[str, Any]:
    ends = sized([frames[4], frames[12]], *FULL_HD)
    times = fastest(ends, 12, "draft", options.rounds)
    print(f"\nDraft of 12 frames in 1080p: first {times[0]:.2f} s, all {times[-1]:.2f} s (goal {DRAFT_GOAL_S:.0f} s)")
    return {"first_s": times[0], "all_s": times[-1]}


def command(frames: list[np.ndarray], options: argparse.Namespace) -> dict[str, Any]:
    """The whole of `mpd-studio fill`: start-up, reading two PNGs, seven frames, writing and checking them."""
    with tempfile.TemporaryDirectory() as folder:
        stills = [f"{folder}/{name}.png" for name in ("first", "last")]
        for still, picture in zip(stills, sized([frames[4], frames[12]], *FULL_HD), strict=True):
            cv2.imwrite(still, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        words = ["fill", *stills, "--new-frames", "7", "--out", f"{folder}/out", "--overwrite", "--quiet"]
        whole = [_ran(["-m", "mpd_studio", *words]) for _ in range(options.rounds)]
    print(f"\nThe command `fill`, 7 frames in 1080p: {min(whole):.2f} s from start to exit")
    return {"fill_s": min(whole)}


def _ran(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def memory(frames: list[np.ndarray], options: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own needs at most beyond the interpreter and its imports, its pictures included."""
    figures = {}
    print(f"\nPeak memory, gap of 3 (goal {MEMORY_GOAL / 2**30:.0f} GiB in 4K)")
    for width, height in (FULL_HD, ULTRA_HD):
        words = [sys.executable, __file__, "--sequence", options.sequence, "--peak", str(width), str(height)]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        print(f"{width} × {height}: {int(told) / 2**30:.2f} GiB", flush=True)
        figures[f"{width}x{height}"] = int(told)
    return figures


def growth(frames: list[np.ndarray], options: argparse.Namespace) -> dict[str, Any]:
    """Time against pixels and against frames; an exponent of 1 is growth in proportion."""
    print("\nTime of one more frame, by size")
    pixels, each = [], []
    for width, height in SIZES:
        ends = sized([frames[4], frames[12]], width, height)
        times = fastest(ends, 5, "normal", options.rounds)
        pixels.append(width * height)
        each.append((times[-1] - times[0]) / 4)
        print(f"{width} × {height}: {1000 * each[-1]:.0f} ms, first after {1000 * times[0]:.0f} ms", flush=True)
    print("Time of all frames, 1280 × 720, by count")
    ends, whole = sized([frames[4], frames[12]], 1280, 720), []
    for count in COUNTS:
        whole.append(fastest(ends, count, "normal", options.rounds)[-1])
        print(f"{count} frames: {1000 * whole[-1]:.0f} ms", flush=True)
    by_pixels, by_frames = exponent(pixels, each), exponent(COUNTS[2:], whole[2:])
    print(
        f"Exponents: {by_pixels:.2f} in pixels, {by_frames:.2f} in frames from {COUNTS[2]} on (at most 1 is the goal)"
    )
    return {"by_pixels": by_pixels, "by_frames": by_frames, "frame_s": each, "counts_s": whole}


def exponent(sizes: Any, seconds: Any) -> float:
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


if __name__ == "__main__":
    main()
