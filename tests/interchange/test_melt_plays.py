"""melt plays what we write as MLT: as many frames as the timeline has, and the right pictures at every cut."""

from __future__ import annotations

import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from coloured_movies import colors_of, coloured_movie
from edited_timelines import CANVAS

from mpd_studio.cli import main
from mpd_studio.interchange import read, write, write_filled
from mpd_studio.interchange.listing import (
    Fill,
    ListedClip,
    ListedGap,
    ListedSource,
    ListedTrack,
    Listing,
)

MELT = shutil.which("melt")
pytestmark = pytest.mark.skipif(MELT is None, reason="needs melt (Debian: apt install melt)")

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]


def play(timeline: Path) -> list[str]:
    """The colours of all frames that melt renders."""
    out = timeline.with_suffix(".mkv")
    options = ["vcodec=ffv1", "pix_fmt=yuv420p", "an=1"]
    command = [str(MELT), str(timeline), "-consumer", f"avformat:{out}", *options]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return colors_of(out)


def movie(folder: Path, color: str, rate: Fraction, count: int) -> ListedSource:
    path = coloured_movie(folder / f"{color} one.mov", color, rate, count, "01:00:00:00")
    start = 3600 * round(rate)
    return ListedSource(path.name, path, rate, start, count, CANVAS)


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_filled_timeline_plays_every_frame_where_it_belongs(tmp_path: Path, rate: Fraction) -> None:
    red, blue, green = (movie(tmp_path, color, rate, 20) for color in ("red", "blue", "green"))
    items = (ListedClip("a", red, 4, 10), ListedGap(6), ListedClip("b", blue, 0, 8))
    listing = Listing("cut", rate, False, 0, CANVAS, (ListedTrack("V1", items),))
    original, filled = tmp_path / "cut.mlt", tmp_path / "filled.mlt"
    assert write(listing, original) == ()
    assert play(original) == ["red"] * 10 + ["black"] * 6 + ["half blue"] + ["blue"] * 7
    opened = read(original)
    write_filled(opened, (Fill(0, 10, ListedClip("gap", green, 2, 6)),), filled)
    assert play(filled) == ["red"] * 10 + ["green"] * 6 + ["half blue"] + ["blue"] * 7


def test_a_higher_track_plays_over_a_lower_one_and_lets_it_through(tmp_path: Path) -> None:
    rate = Fraction(25)
    red, blue = movie(tmp_path, "red", rate, 20), movie(tmp_path, "blue", rate, 20)
    tracks = (
        ListedTrack("V1", (ListedClip("a", red, 1, 12),)),
        ListedTrack("V2", (ListedGap(4), ListedClip("b", blue, 1, 5))),
    )
    path = tmp_path / "cut.mlt"
    write(Listing("cut", rate, False, 0, CANVAS, tracks), path)
    assert play(path) == ["red"] * 4 + ["blue"] * 5 + ["red"] * 3


def test_a_moved_timeline_finds_its_relative_media(tmp_path: Path) -> None:
    rate = Fraction(25)
    red = movie(tmp_path, "red", rate, 20)
    green = movie(tmp_path, "green", rate, 20)
    items = (ListedClip("a", red, 1, 4), ListedGap(3), ListedClip("a", red, 8, 4))
    path = tmp_path / "cut.mlt"
    write(Listing("cut", rate, False, 0, CANVAS, (ListedTrack("V1", items),)), path)
    path.write_text(path.read_text().replace(str(tmp_path) + "/", ""))
    (tmp_path / "out").mkdir()
    write_filled(read(path), (Fill(0, 4, ListedClip("gap", green, 1, 3)),), tmp_path / "out" / "cut.mlt")
    assert play(tmp_path / "out" / "cut.mlt") == ["red"] * 4 + ["green"] * 3 + ["red"] * 4


def test_what_the_command_line_filled_plays_from_one_clip_over_into_the_other(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    red, blue = movie(tmp_path, "red", rate, 20), movie(tmp_path, "blue", rate, 20)
    items = (ListedClip("a", red, 1, 10), ListedGap(6), ListedClip("b", blue, 1, 8))
    path, out = tmp_path / "cut.mlt", tmp_path / "out"
    write(Listing("cut", rate, False, 0, CANVAS, (ListedTrack("V1", items),)), path)
    assert main(["fill-timeline", str(path), "--out", str(out), "--engine", "crossfade", "--handles", "2"]) == 0
    colors = play(out / "cut.mlt")
    assert colors[:11] == ["red"] * 11
    assert colors[15:] == ["blue"] * 9
    assert len(colors) == 24
    assert set(colors[11:15]) <= {"red", "grey", "blue"}
