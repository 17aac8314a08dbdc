"""A gap in a real Blender, filled by the command line, placed, looked at, saved, filled again and undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blender_footage import camera_movie, color_of, float_pictures, is_near, mean_color, movie, picture_of, pictures
from job_folder import jobs
from real_blender import Blender, step

from mpd_studio.cli import main
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader


def fill(blender: Blender, job_id: str, *words: str) -> None:
    assert main(["bridge", "fill", job_id, "--jobs", str(blender.jobs), "--quiet", *words]) == 0


def request_of(blender: Blender, job_id: str) -> Any:
    return json.loads((blender.jobs / job_id / "request.json").read_text())


def two_movies(blender: Blender) -> list[Any]:
    """A covers [1, 49), B from its frame 10 on begins at 61: a gap of 12."""
    one, other = movie(blender.folder / "a é.mov"), movie(blender.folder / "b.mov", seed=20)
    return [
        step("new"),
        step("movie", name="A", path=str(one), channel=1, start=1),
        step("movie", name="B", path=str(other), channel=1, start=61, head=10),
        step("playhead", frame=52),
    ]


def test_the_round_trip(blender: Blender) -> None:
    blend = str(blender.folder / "cut é.blend")
    *_, job_id, waiting, _ = blender.run(
        *two_movies(blender), step("send", jobs=str(blender.jobs)), step("pending"), step("save", path=blend)
    )
    request = request_of(blender, job_id)
    assert waiting == [job_id]
    assert request["gap"] == {
        "track": 1,
        "first": 49,
        "count": 12,
        "before": {"frame": 48, "item_uid": "A"},
        "after": {"frame": 61, "item_uid": "B"},
    }
    frames = request["frames"]
    assert (frames["mode"], frames["before"]["index"], frames["after"]["index"]) == ("source", 47, 10)
    assert frames["before"]["path"] == str(blender.folder / "a é.mov")
    assert request["rate"] == {"num": 24, "den": 1, "drop": False, "nominal": 24}

    fill(blender, job_id)
    looks = [48, 49, 54, 60, 61]
    place = step("place", jobs=str(blender.jobs), job_id=job_id)
    _, name, again, rows, left, rendered, _, _, kept = blender.run(
        step("reopen", path=blend),
        place,
        place,
        step("strips"),
        step("pending"),
        step("render", folder=str(blender.folder), frames=looks),
        step("save", path=blend),
        step("reopen", path=blend),
        step("strips"),
    )
    (placed,) = [row for row in rows if row["job"]]
    assert name == again == placed["name"]
    assert (placed["channel"], placed["first"], placed["stop"], placed["revision"]) == (1, 49, 61, 1)
    assert len(placed["files"]) == 12
    assert Path(placed["directory"]) == blender.jobs / job_id / "media" / "r001"
    assert left == []
    assert kept == rows
    receipt = json.loads((blender.jobs / job_id / "receipt.json").read_text())
    assert receipt["state"] == "placed"
    assert receipt["placed"]["start"] == 49
    assert receipt["placed"]["count"] == 12

    colors = [mean_color(path) for path in rendered]
    before, after = color_of(47), color_of(10, 20)
    assert is_near(colors[0], before)
    assert is_near(colors[4], after)
    for share, found in zip((1 / 13, 6 / 13, 12 / 13), colors[1:4], strict=True):
        assert is_near(found, tuple(a + share * (b - a) for a, b in zip(before, after, strict=True)), 6)

    second_revision(blender, blend, job_id)


def second_revision(blender: Blender, blend: str, job_id: str) -> None:
    """Comes beside the first, mutes it, and one undo takes it away again; on request it replaces the first."""
    fill(blender, job_id, "--engine", "crossfade")
    jobs_folder = str(blender.jobs)
    _, _, _, rows, _, undone = blender.run(
        step("reopen", path=blend),
        step("undo_point"),
        step("place", jobs=jobs_folder, job_id=job_id),
        step("strips"),
        step("undo"),
        step("strips"),
    )
    first, second = sorted((row for row in rows if row["job"]), key=lambda row: row["revision"])
    assert (first["mute"], second["mute"]) == (True, False)
    assert (first["channel"], second["channel"]) == (1, 2)
    assert (second["first"], second["stop"], second["revision"]) == (49, 61, 2)
    assert Path(second["directory"]).name == "r002"
    (left,) = [row for row in undone if row["job"]]
    assert (left["revision"], left["mute"]) == (1, False)

    _, changed, unchanged, rows = blender.run(
        step("reopen", path=blend),
        step("update", jobs=jobs_folder, name=left["name"]),
        step("update", jobs=jobs_folder, name=left["name"]),
        step("strips"),
    )
    assert (changed, unchanged) == (True, False)
    (only,) = [row for row in rows if row["job"]]
    assert (only["channel"], only["first"], only["stop"], only["revision"]) == (1, 49, 61, 2)
    assert Path(only["directory"]).name == "r002"
    assert jobs.read_result(str(blender.jobs / job_id)).revision == 2


def test_pictures_as_seen(blender: Blender) -> None:
    """AgX in the scene, one side scaled: Blender renders the ends, and the cuts are seamless under AgX again."""
    one, other = movie(blender.folder / "a.mov"), movie(blender.folder / "b.mov", seed=20)
    blend = str(blender.folder / "c.blend")
    *_, before, job_id, after, _ = blender.run(
        step("new", view="AgX" if blender.series != "debian" else "Filmic"),
        step("movie", name="A", path=str(one), channel=1, start=1),
        step("movie", name="B", path=str(other), channel=1, start=53),
        step("change", name="B", where="transform.scale_x", value=2.0),
        step("color", name="title", channel=3, start=40, length=20),
        step("playhead", frame=50),
        step("settings"),
        step("send", jobs=str(blender.jobs)),
        step("settings"),
        step("save", path=blend),
    )
    assert after == before
    request = request_of(blender, job_id)
    assert request["frames"]["mode"] == "as_seen"
    assert request["color"]["reference"] == "display"
    job = blender.jobs / job_id
    assert is_near(mean_color(job / "frames" / "A.png"), color_of(47))
    assert is_near(mean_color(job / "frames" / "B.png"), color_of(0, 20))
    assert (job / "frames" / "A.png").read_bytes()[24] == 16  # bits a channel, from the header

    fill(blender, job_id)
    _, _, _, rows, rendered = blender.run(
        step("reopen", path=blend),
        step("place", jobs=str(blender.jobs), job_id=job_id),
        step("remove", name="title"),
        step("strips"),
        step("render", folder=str(blender.folder), frames=[48, 49, 52, 53]),
    )
    (placed,) = [row for row in rows if row["job"]]
    assert (placed["first"], placed["stop"], placed["colorspace"]) == (49, 53, "sRGB")
    colors = [mean_color(path) for path in rendered]
    jump = max(abs(a - b) for a, b in zip(color_of(47), color_of(0, 20), strict=True))
    for one_side, other_side in ((0, 1), (2, 3)):
        assert is_near(colors[one_side], colors[other_side], 0.35 * jump)
    assert not is_near(colors[0], color_of(47), 2.5)  # AgX is what is seen


def test_pictures_at_an_ntsc_rate_scaled_alike(blender: Blender) -> None:
    """Image strips at 23.976 that both fill the frame: source frames, and the new strip is scaled like them."""
    one = pictures(blender.folder / "one", 10, first=101)
    other = pictures(blender.folder / "other", 10, seed=20)
    scaled = [step("change", name=name, where=f"transform.scale_{axis}", value=2.0) for name in "AB" for axis in "xy"]
    *_, job_id = blender.run(
        step("new", width=128, height=72, base=1.001),
        step("images", name="A", paths=one, channel=2, start=-20, tail=3),
        step("images", name="B", paths=other, channel=2, start=-8, head=2),
        *scaled,
        step("playhead", frame=-10),
        step("send", jobs=str(blender.jobs)),
        step("save", path=str(blender.folder / "n.blend")),
    )[:-1]
    request = request_of(blender, job_id)
    assert request["rate"] == {"num": 24000, "den": 1001, "drop": False, "nominal": 24}
    assert (request["gap"]["first"], request["gap"]["count"]) == (-13, 5)
    assert request["frames"]["before"]["path"] == one[6]
    assert request["frames"]["after"]["path"] == other[2]
    fill(blender, job_id, "--engine", "crossfade")
    _, _, rows, rendered = blender.run(
        step("reopen", path=str(blender.folder / "n.blend")),
        step("place", jobs=str(blender.jobs), job_id=job_id),
        step("strips"),
        step("render", folder=str(blender.folder), frames=[-14, -13, -9, -8]),
    )
    (placed,) = [row for row in rows if row["job"]]
    assert (placed["channel"], placed["first"], placed["stop"], placed["scale"]) == (2, -13, -8, [2.0, 2.0])
    before, after = color_of(6), color_of(2, 20)
    shares = (0, 1 / 6, 5 / 6, 1)
    for share, path in zip(shares, rendered, strict=True):
        wanted = tuple(a + share * (b - a) for a, b in zip(before, after, strict=True))
        assert is_near(mean_color(path), wanted, 2)


def test_scene_light_stays_scene_light(blender: Blender) -> None:
    """Float pictures come back as float pictures, in the colour space that the user chose for their neighbour."""
    one = float_pictures(blender.folder / "one", 6, 0.10)
    other = float_pictures(blender.folder / "other", 6, 0.30)
    blend = str(blender.folder / "light.blend")
    *_, job_id, _ = blender.run(
        step("new"),
        step("images", name="A", paths=one, channel=1, start=1),
        step("images", name="B", paths=other, channel=1, start=10),
        step("change", name="A", where="alpha_mode", value="PREMUL"),
        step("playhead", frame=8),
        step("send", jobs=str(blender.jobs)),
        step("save", path=blend),
    )
    fill(blender, job_id, "--engine", "crossfade")
    _, _, rows, rendered = blender.run(
        step("reopen", path=blend),
        step("place", jobs=str(blender.jobs), job_id=job_id),
        step("strips"),
        step("render", folder=str(blender.folder), frames=[6, 7, 9, 10]),
    )
    (placed,) = [row for row in rows if row["job"]]
    assert all(name.endswith(".exr") for name in placed["files"])
    assert placed["colorspace"] == next(row["colorspace"] for row in rows if row["name"] == "A") != "sRGB"
    assert placed["alpha"] == "PREMUL"
    colors = [mean_color(path)[0] for path in rendered]
    assert colors == sorted(colors)
    assert colors[1] - colors[0] < 25
    assert colors[3] - colors[2] < 25


@pytest.mark.parametrize("kind", ["movie", "images"])
def test_the_frame_that_is_named_is_the_frame_that_is_shown(blender: Blender, kind: str) -> None:
    """For strips trimmed at both handles, and where a handle reaches beyond the file."""
    media: dict[str, Any]
    if kind == "movie":
        media = {"path": str(movie(blender.folder / "m.mov", 20))}
    else:
        media = {"paths": pictures(blender.folder / "pics", 20)}
    looks = [10, 11, 17, 18]
    beyond = [29, 30, 49, 50, 55]
    *_, named, held, rendered = blender.run(
        step("new"),
        step(kind, name="A", channel=1, start=10, head=4, tail=7, **media),
        step(kind, name="H", channel=1, start=30, head=0, tail=-6, **media),
        step("source", name="A", frames=looks),
        step("source", name="H", frames=beyond[1:]),
        step("render", folder=str(blender.folder), frames=[*looks, *beyond[1:]]),
    )
    indices = [4, 5, 11, 12, 0, 19, 19, 19]
    for index, said, path in zip(indices, [*named, *held], rendered, strict=True):
        if kind == "movie":
            assert said == {"path": media["path"], "index": index}
        else:
            assert said == {"path": media["paths"][index], "index": 0}
        assert is_near(mean_color(path), color_of(index)), (index, said, mean_color(path))


def test_a_movie_whose_head_was_cut_off_altogether(blender: Blender) -> None:
    """Blender's animation offset: the strip's content begins later in the file."""
    path = str(movie(blender.folder / "m.mov", 20))
    *_, named, rendered = blender.run(
        step("new"),
        step("movie", name="A", path=path, channel=1, start=10),
        step("cut_off", name="A", frames=5),
        step("source", name="A", frames=[15, 18]),
        step("render", folder=str(blender.folder), frames=[15, 18]),
    )
    assert named[0]["index"] in (5, 10)  # since 5.1 what is left stays where it was, before it moved to the front
    assert named[1]["index"] == named[0]["index"] + 3
    for one, picture in zip(named, rendered, strict=True):
        assert is_near(mean_color(picture), color_of(one["index"])), (one, mean_color(picture))


def test_both_programs_see_the_same_colours_in_a_cameras_file(blender: Blender) -> None:
    """Else a source frame that is made new would jump at the cut."""
    for matrix in (1, 6):
        path = camera_movie(blender.folder / f"camera_{matrix}.mp4", matrix)
        *_, rendered = blender.run(
            step("new", width=320, height=180),
            step("movie", name="A", path=str(path), channel=1, start=1),
            step("render", folder=str(blender.folder), frames=[2]),
        )
        with FrameReader() as reader:
            ours = reader.read(FrameRef(probe(path), 1)).pixels.astype(float)
        assert np.abs(picture_of(rendered[0]) - ours).mean() < 2.0
