"""Render the demo: two shots with a gap between them, and the project that opens them.

    .venv/bin/python packaging/render_demo.py              shots and project, into resources/demo
    .venv/bin/python packaging/render_demo.py --project    the project alone, from the shots that are there

Run it after a change of the scene and commit what it wrote.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from demo_scene import GAP_LENGTH, GAP_START, HEIGHT, SECOND_START, SHOT_LENGTH, WIDTH, ball_place, render
from numpy.typing import NDArray

DEMO_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "demo"
SHOTS = {"shot_010.mov": 0, "shot_020.mov": SECOND_START}
PROJECT = "demo.mpdproj"
RATE = Fraction(24000, 1001)
_ONE_HOUR = 24 * 3600  # frames: the timeline and the first shot begin at 01:00:00:00
_BT709 = 1  # ITU-T H.273 code point of the matrix, the primaries and the transfer alike
_LIMITED = 1
_BALL_REACH = 130.0  # a little more than its radius


def write_shots(folder: Path = DEMO_FOLDER) -> list[Path]:
    """Render and encode both shots."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, start in SHOTS.items():
        pictures = []
        for frame in range(start, start + SHOT_LENGTH):
            print(f"\r{name}: frame {frame - start + 1} of {SHOT_LENGTH}", end="", flush=True)
            pictures.append(render(frame))
        print()
        path = folder / name
        _encode(path, pictures, start)
        written.append(path)
    return written


def _encode(path: Path, pictures: list[NDArray[np.uint8]], start: int) -> None:
    """H.264 in a MOV: BT.709, limited range, said in the tags; a timecode track that goes on from shot to shot."""
    import av
    from av.video.reformatter import ColorRange, Colorspace

    from mpd_studio.core.frames import format_timecode

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "10", "preset": "slow", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.metadata["timecode"] = format_timecode(_ONE_HOUR + start, RATE)
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            frame.colorspace = frame.color_primaries = frame.color_trc = _BT709
            frame.color_range = _LIMITED
            frame.pts, frame.time_base = index, 1 / RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def write_demo_project(folder: Path = DEMO_FOLDER) -> Path:
    """The project beside the shots: both on one track, the gap between them, the ball's path drawn."""
    from mpd_studio.core.frames import FrameRange
    from mpd_studio.core.geometry import Point, Size
    from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
    from mpd_studio.core.ids import ClipId, GapId, PathId
    from mpd_studio.core.project_file import write_project
    from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
    from mpd_studio.media.probe import probe

    media = [probe(folder / name) for name in SHOTS]
    first, second = (Clip(ClipId(m.path.stem), m, FrameRange(0, m.frame_count)) for m in media)
    # The bounce is what two frames alone cannot tell: it is drawn, as an editor would, through its top.
    times = (0.0, 0.5, 1.0)
    places = (ball_place(GAP_START - 1 + time * (GAP_LENGTH + 1)) for time in times)
    points = [PathPoint(time, Point(round(p.x, 1), round(p.y, 1))) for time, p in zip(times, places, strict=True)]
    path = MotionPath(PathId("ball"), tuple(points), radius=_BALL_REACH)
    timeline = Timeline(
        name="Demo",
        rate=RATE,
        canvas=Size(WIDTH, HEIGHT),
        start=_ONE_HOUR,
        tracks=(Track("V1", (first, Gap(GapId("gap_015"), GAP_LENGTH, Guidance(paths=(path,))), second)),),
        media=tuple(media),
    )
    project = folder / PROJECT
    write_project(project, timeline, keep_backup=False)
    return project


def main(argv: list[str]) -> int:
    if argv not in ([], ["--project"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not argv:
        for path in write_shots():
            print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
    print(write_demo_project())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
