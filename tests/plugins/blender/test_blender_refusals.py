"""What a real Blender's add-on refuses, by name, and what it does where something stands in the way."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from blender_footage import movie, pictures
from real_blender import Blender, Step, step

from mpd_studio.cli import main

PLAYHEAD = step("playhead", frame=52)


def cut(blender: Blender) -> list[Step]:
    """A on [1, 49), B on [53, 101): a gap of four at the playhead."""
    one, other = movie(blender.folder / "a.mov"), movie(blender.folder / "b.mov", seed=20)
    return [
        step("new"),
        step("movie", name="A", path=str(one), channel=1, start=1),
        step("movie", name="B", path=str(other), channel=1, start=53),
        PLAYHEAD,
    ]


def sent_and_filled(blender: Blender, *more: Step) -> tuple[str, str]:
    blend = str(blender.folder / "cut.blend")
    answers = blender.run(*cut(blender), *more, step("send", jobs=str(blender.jobs)), step("save", path=blend))
    job_id = answers[-2]
    words = ["--jobs", str(blender.jobs), "--quiet", "--engine", "crossfade"]
    assert main(["bridge", "fill", job_id, *words]) == 0
    return blend, job_id


def error_of(answer: Any) -> str:
    assert isinstance(answer, dict), answer
    assert answer["message"]
    return str(answer["error"])


def test_what_is_no_gap(blender: Blender) -> None:
    send = step("send", jobs=str(blender.jobs))
    gone = step("remove", name="B")
    answers = blender.run(
        *cut(blender)[:3],
        step("select", wanted=[]),
        step("playhead", frame=20),
        send,
        step("playhead", frame=200),
        send,
        step("select", wanted=["A", "B"]),
        send,
        step("playhead", frame=52),
        gone,
        send,
    )
    refused = [answers[5], answers[7], answers[12]]
    assert [error_of(answer) for answer in refused] == ["NO_GAP"] * 3
    assert isinstance(answers[9], str)  # between the two selected strips, wherever the playhead is
    assert [path.name for path in blender.jobs.iterdir()] == [answers[9]]


def test_of_two_gaps_the_one_beside_the_active_strip(blender: Blender) -> None:
    other = str(movie(blender.folder / "c.mov"))
    send = step("send", jobs=str(blender.jobs))
    *_, unsure, _, sure = blender.run(
        *cut(blender),
        step("movie", name="C", path=other, channel=3, start=1),
        step("movie", name="D", path=other, channel=3, start=60),
        step("select", wanted=[]),
        send,
        step("select", wanted=["D"]),
        send,
    )
    assert error_of(unsure) == "NO_GAP"
    assert "channels 1, 3" in unsure["message"]
    request = json.loads((blender.jobs / sure / "request.json").read_text())
    assert (request["gap"]["track"], request["gap"]["first"], request["gap"]["count"]) == (3, 49, 11)


CHANGES = {
    "use_flip_x": True,
    "use_reverse_frames": True,
    "color_saturation": 0.5,
    "blend_alpha": 0.5,
    "blend_type": "MULTIPLY",
    "strobe": 2.0,
    "crop.min_x": 4,
    "transform.offset_x": 5.0,
}


def test_a_changed_strip_is_rendered_and_never_read_from_its_file(blender: Blender) -> None:
    start, source = cut(blender), step("send", jobs=str(blender.jobs), mode="source")
    automatic = step("send", jobs=str(blender.jobs))
    steps = [
        one
        for where, value in CHANGES.items()
        for one in (*start, step("change", name="A", where=where, value=value), source, automatic)
    ]
    answers = blender.run(*steps)
    size = len(start) + 3
    jobs = set()
    for number, where in enumerate(CHANGES):
        refused, job_id = answers[number * size + size - 2 : (number + 1) * size]
        assert error_of(refused) == "UNSUPPORTED_CLIP", where
        assert refused["detail"]["reason"] == "effects"
        request = json.loads((blender.jobs / job_id / "request.json").read_text())
        assert request["frames"]["mode"] == "as_seen", where
        jobs.add(job_id)
    assert {path.name for path in blender.jobs.iterdir()} == jobs


def test_other_strips_whose_files_do_not_hold_what_is_seen(blender: Blender) -> None:
    fast = str(movie(blender.folder / "fast.mov", 20, rate=Fraction(30)))
    lost = pictures(blender.folder / "lost", 3)
    steps = [
        step("new"),
        step("movie", name="fast", path=fast, channel=1, start=1),
        step("images", name="lost", paths=lost, channel=2, start=1),
        step("color", name="plate", channel=3, start=1, length=5),
        step("source", name="fast", frames=[3]),
        step("source", name="plate", frames=[3]),
    ]
    Path(lost[1]).unlink()
    *_, rate, made = blender.run(*steps)
    (offline,) = blender.run(*steps[:3], step("source", name="lost", frames=[2]))[-1:]
    for answer, reason in ((rate, "rate"), (made, "compound"), (offline, "offline")):
        assert error_of(answer) == "UNSUPPORTED_CLIP"
        assert answer["detail"]["reason"] == reason


def test_a_strip_that_runs_into_a_dissolve(blender: Blender) -> None:
    one = str(movie(blender.folder / "c.mov", 30))
    *_, inside, outside = blender.run(
        *cut(blender),
        step("movie", name="C", path=one, channel=2, start=40),
        step("crossing", name="X", one="A", other="C", channel=3, start=42, length=7),
        step("source", name="A", frames=[45]),
        step("source", name="A", frames=[39]),
    )
    assert error_of(inside) == "UNSUPPORTED_CLIP"
    assert inside["detail"]["reason"] == "transition"
    assert outside[0]["index"] == 38


DISTURBANCES: dict[str, list[Step]] = {
    "moved": [step("change", name="B", where="frame_start", value=54)],
    "removed": [step("remove", name="A")],
    "slipped": [
        step("change", name="B", where="frame_offset_start", value=3),
        step("change", name="B", where="frame_start", value=50),
    ],
    "filled": [step("color", name="new", channel=1, start=50, length=1)],
}


def test_a_gap_that_changed_is_not_filled_unless_it_is_asked_for(blender: Blender) -> None:
    blend, job_id = sent_and_filled(blender)
    place = step("place", jobs=str(blender.jobs), job_id=job_id)
    forced = step("place", jobs=str(blender.jobs), job_id=job_id, force=True)
    looks = [step("strips"), place, step("strips"), forced, step("strips")]
    answers = blender.run(
        *(one for steps in DISTURBANCES.values() for one in (step("reopen", path=blend), *steps, *looks))
    )
    for name, steps in DISTURBANCES.items():
        own, answers = answers[: 6 + len(steps)], answers[6 + len(steps) :]
        before, refused, after, placed, rows = own[-5:]
        assert error_of(refused) == "GAP_CHANGED", name
        assert after == before
        (ours,) = [row for row in rows if row["job"]]
        assert ours["name"] == placed
        assert (ours["first"], ours["stop"]) == (49, 53)
        others = [row for row in rows if not row["job"] and row["channel"] == ours["channel"]]
        assert not [row for row in others if row["first"] < 53 and row["stop"] > 49], name


def test_the_refusal_is_written_down_for_the_studio(blender: Blender) -> None:
    blend, job_id = sent_and_filled(blender)
    blender.run(
        step("reopen", path=blend),
        step("remove", name="A"),
        step("place", jobs=str(blender.jobs), job_id=job_id),
    )
    receipt = json.loads((blender.jobs / job_id / "receipt.json").read_text())
    assert (receipt["state"], receipt["error"]["code"]) == ("failed", "GAP_CHANGED")


def test_a_locked_channel_and_one_that_is_taken_are_passed_over(blender: Blender) -> None:
    blend, job_id = sent_and_filled(blender)
    *_, rows = blender.run(
        step("reopen", path=blend),
        step("lock_channel", number=1),
        step("color", name="title", channel=2, start=52, length=30),
        step("place", jobs=str(blender.jobs), job_id=job_id),
        step("strips"),
    )
    (ours,) = [row for row in rows if row["job"]]
    assert ours["channel"] == 3


def test_above_where_the_user_wants_it_so(blender: Blender) -> None:
    blend, send = str(blender.folder / "cut.blend"), step("send", jobs=str(blender.jobs), placement="track_above")
    *_, job_id, _ = blender.run(*cut(blender), send, step("save", path=blend))
    assert main(["bridge", "fill", job_id, "--jobs", str(blender.jobs), "--quiet", "--engine", "crossfade"]) == 0
    place = step("place", jobs=str(blender.jobs), job_id=job_id)
    *_, rows = blender.run(step("reopen", path=blend), place, step("strips"))
    assert [row["channel"] for row in rows if row["job"]] == [2]


def test_nothing_is_placed_without_whole_frames(blender: Blender) -> None:
    blend, job_id = sent_and_filled(blender)
    place = step("place", jobs=str(blender.jobs), job_id=job_id)
    frame = next((blender.jobs / job_id / "media" / "r001").glob("*_000003.png"))
    frame.write_bytes(frame.read_bytes()[:-1])
    *_, damaged, rows = blender.run(step("reopen", path=blend), place, step("strips"))
    assert error_of(damaged) == "MEDIA_DAMAGED"
    assert not [row for row in rows if row["job"]]
    frame.unlink()
    *_, missing, rows = blender.run(step("reopen", path=blend), place, step("strips"))
    assert error_of(missing) == "MEDIA_MISSING"
    assert not [row for row in rows if row["job"]]


def test_a_scene_whose_rate_has_changed(blender: Blender) -> None:
    blend, job_id = sent_and_filled(blender)
    jobs = str(blender.jobs)
    *_, refused, forced, rows = blender.run(
        step("reopen", path=blend),
        step("change_scene", where="render.fps", value=25),
        step("place", jobs=jobs, job_id=job_id),
        step("place", jobs=jobs, job_id=job_id, force=True),
        step("strips"),
    )
    assert error_of(refused) == "GAP_CHANGED"  # the clips no longer show the same frames
    assert error_of(forced) == "RATE_MISMATCH"
    assert not [row for row in rows if row["job"]]


def test_a_jobs_folder_that_is_a_file(blender: Blender) -> None:
    blender.jobs.write_text("")
    *_, refused = blender.run(*cut(blender), step("send", jobs=str(blender.jobs)))
    assert error_of(refused) == "NOT_WRITABLE"
