"""FFmpeg's own ffprobe agrees on what our movies say: rate, count, size, timecode and colour tags."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.media_ref import ColorTags
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.media.exporters import exporter_infos, open_exporter

FFPROBE = shutil.which("ffprobe")
pytestmark = pytest.mark.skipif(FFPROBE is None, reason="needs ffprobe (Debian: apt install ffmpeg)")

MOVIES = [info.id for info in exporter_infos() if info.is_movie and not info.problem]
RATES = {
    "24000/1001": "01:00:00:04",
    "24": "00:59:58:12",
    "25": "10:00:00:00",
    "30000/1001": "01:00:00:00",
    "30000/1001 DF": "01:00:00;02",
    "50": "01:00:00:49",
    "60000/1001": "23:59:59:59",
    "60000/1001 DF": "01:01:00;04",
}


def said(path: Path) -> dict:
    """What ffprobe says of the video stream, and of the timecode wherever the container keeps it."""
    command = [str(FFPROBE), "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    document = json.loads(done.stdout)
    video = next(stream for stream in document["streams"] if stream["codec_type"] == "video")
    holders = [*document["streams"], document["format"]]
    tags = [{key.lower(): value for key, value in holder.get("tags", {}).items()} for holder in holders]
    video["found_timecode"] = next((tag["timecode"] for tag in tags if "timecode" in tag), None)
    return video


def write(folder: Path, exporter_id: str, rate: Fraction, start_tc: str) -> dict:
    pictures = [Picture(np.full((128, 256, 3), 60 + 30 * n, np.uint8), ColorTags(), 8) for n in range(5)]
    job = WriteJob(folder, "shot", rate, start_tc)
    (path,) = open_exporter(exporter_id).write(pictures, job, SilentReporter())
    return said(path)


@pytest.mark.parametrize("rate", RATES)
def test_rate_count_and_timecode_at_every_rate(tmp_path: Path, rate: str) -> None:
    exact, label = Fraction(rate.removesuffix(" DF")), RATES[rate]
    video = write(tmp_path, "prores422hq", exact, label)
    assert Fraction(video["r_frame_rate"]) == Fraction(video["avg_frame_rate"]) == exact
    assert int(video["nb_read_packets"]) == int(video["nb_frames"]) == 5
    assert video["found_timecode"] == label


@pytest.mark.parametrize("exporter_id", MOVIES)
def test_size_count_timecode_and_tags_of_every_format(tmp_path: Path, exporter_id: str) -> None:
    video = write(tmp_path, exporter_id, Fraction(24000, 1001), "01:00:00:04")
    assert (video["width"], video["height"], int(video["nb_read_packets"])) == (256, 128, 5)
    assert Fraction(video["r_frame_rate"]) == Fraction(24000, 1001)
    assert video["found_timecode"] == "01:00:00:04"
    assert (video["color_primaries"], video["color_transfer"]) == ("bt709", "bt709")
    is_rgb = video["pix_fmt"].startswith(("gbr", "bgr", "rgb"))
    assert (video["color_space"], video["color_range"]) == (("gbr", "pc") if is_rgb else ("bt709", "tv"))
