"""Which old jobs may go, and that nothing else does."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.cleaning import DAY_S, Fate, may_go, old_jobs, remove_job, remove_leftovers
from mpd_studio.bridge.inbox import take_on
from mpd_studio.bridge.problem import BridgeProblem

Golden = Callable[[str], Any]


def write(job: Path, name: str, document: dict[str, Any]) -> None:
    (job / f"{name}.json").write_text(json.dumps({**document, "job_id": job.name}))


def fill(job: Path, golden: Golden) -> None:
    """As a studio leaves it: frames in the revision that the result names."""
    result = golden("result")
    write(job, "result", result)
    revision = job / result["files"]["folder"]
    revision.mkdir(parents=True)
    (revision / "reel1_86448_000001.png").write_bytes(b"pixels")


def age(job: Path, days: float) -> None:
    then = time.time() - days * DAY_S
    for place in (*job.rglob("*"), job):
        os.utime(place, (then, then), follow_symlinks=False)


def only(job: Path) -> Any:
    (found,) = old_jobs(job.parent)
    assert found.folder == job
    return found


def test_a_cancelled_job_without_frames_goes(job: Path) -> None:
    (job / "cancel").touch()
    age(job, 40)
    found = only(job)
    assert found.fate is Fate.GOES
    assert found.age_s == pytest.approx(40 * DAY_S, rel=1e-3)
    assert may_go(found, 30 * DAY_S, placed_too=False)
    assert not may_go(found, 50 * DAY_S, placed_too=False)
    remove_job(found)
    assert list(job.parent.iterdir()) == []


def test_a_failed_job_goes(job: Path, golden: Golden) -> None:
    write(job, "result", golden("result_error"))
    assert only(job).fate is Fate.GOES


def test_a_waiting_job_stays(job: Path) -> None:
    age(job, 4000)
    assert only(job).fate is Fate.KEPT
    assert "waits" in only(job).why


def test_frames_stay_until_the_newest_of_them_are_placed(job: Path, golden: Golden) -> None:
    fill(job, golden)
    revision = golden("result")["revision"]
    assert "not placed" in only(job).why
    write(job, "receipt", golden("receipt_failed") | {"revision": revision})
    assert "could not be placed" in only(job).why
    write(job, "receipt", golden("receipt_placed") | {"revision": revision + 1})
    assert "not placed" in only(job).why
    assert only(job).fate is Fate.KEPT
    write(job, "receipt", golden("receipt_placed") | {"revision": revision})
    assert only(job).fate is Fate.GOES_IF_ASKED


def test_a_placed_job_goes_only_when_it_is_asked_for(job: Path, golden: Golden) -> None:
    fill(job, golden)
    write(job, "receipt", golden("receipt_placed") | {"revision": golden("result")["revision"]})
    (job / "cancel").touch()  # an editor may have called off a further revision
    age(job, 40)
    found = only(job)
    assert not may_go(found, 0, placed_too=False)
    with pytest.raises(BridgeProblem):
        remove_job(found)
    assert (job / "media").is_dir()
    remove_job(found, placed_too=True)
    assert not job.exists()


def test_pictures_that_an_editor_rendered_go_only_when_it_is_asked_for(job: Path) -> None:
    """A project of the studio refers to them."""
    (job / "cancel").touch()
    (job / "frames").mkdir()
    (job / "frames" / "A.png").write_bytes(b"pixels")
    assert only(job).fate is Fate.GOES_IF_ASKED


def test_frames_that_no_result_names_stay(job: Path) -> None:
    (job / "cancel").touch()
    (job / "media" / "r001").mkdir(parents=True)
    assert "no result names" in only(job).why


def test_a_job_that_is_worked_on_stays_and_goes_when_nobody_has_for_a_day(job: Path) -> None:
    claimed = take_on(job, ClaimWatch())
    assert claimed is not None
    (job / "cancel").touch()
    assert "works on it" in only(job).why
    age(job, 2)
    assert only(job).fate is Fate.GOES


@pytest.mark.parametrize("name", ["notes.txt", "frames2", ".hidden"])
def test_a_job_with_something_of_somebody_else_stays(job: Path, name: str) -> None:
    (job / "cancel").touch()
    (job / name).mkdir()
    assert name in only(job).why
    assert only(job).fate is Fate.KEPT


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "mpd.bridge.request", "version": "9.0"}'])
def test_a_job_that_is_not_understood_stays(job: Path, text: str) -> None:
    (job / "cancel").touch()
    (job / "request.json").write_text(text)
    assert only(job).fate is Fate.KEPT


@pytest.mark.parametrize("inner", ["media", "cancel", "frames/A.png"])
def test_a_job_with_a_link_stays_and_what_it_leads_to_too(job: Path, tmp_path: Path, inner: str) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (job / inner).parent.mkdir(exist_ok=True)
    (job / inner).symlink_to(precious)
    if inner != "cancel":
        (job / "cancel").touch()
    assert only(job).fate is Fate.KEPT
    assert "is a link" in only(job).why
    with pytest.raises(BridgeProblem):
        remove_job(only(job), placed_too=True)
    assert precious.is_dir()


def test_a_linked_job_and_a_linked_jobs_folder_are_refused(job: Path, tmp_path: Path) -> None:
    (job / "cancel").touch()
    other = tmp_path / "other"
    other.mkdir()
    (other / job.name).symlink_to(job)
    assert "is a link" in only(other / job.name).why
    link = tmp_path / "link"
    link.symlink_to(job.parent)
    with pytest.raises(BridgeProblem, match="is a link"):
        old_jobs(link)
    assert (job / "cancel").exists()


def test_a_job_that_changed_meanwhile_stays(job: Path) -> None:
    (job / "cancel").touch()
    age(job, 40)
    found = only(job)
    (job / "cancel").unlink()  # and so written to just now
    with pytest.raises(BridgeProblem, match="changed meanwhile"):
        remove_job(found)
    assert (job / "request.json").exists()


def test_what_was_left_half_removed_goes_the_next_time(job: Path, tmp_path: Path) -> None:
    half = job.parent / f".{job.name}.0123456789ab.gone"
    half.mkdir()
    (half / "request.json").touch()
    theirs = job.parent / f".{job.name}.part"
    theirs.mkdir()
    link = job.parent / f".{job.name}.ba9876543210.gone"
    link.symlink_to(tmp_path)
    remove_leftovers(job.parent)
    assert sorted(place.name for place in job.parent.iterdir()) == sorted([link.name, theirs.name, job.name])
    assert tmp_path.is_dir()


def test_no_jobs_folder_is_no_jobs(tmp_path: Path) -> None:
    assert old_jobs(tmp_path / "none") == ()
