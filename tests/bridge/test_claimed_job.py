"""What a studio writes into a job, and what it never touches."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_folder import jobs

from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.inbox import take_on
from mpd_studio.bridge.job import ClaimedJob, JobState, MadeFiles, write_presence
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode

Golden = Callable[[str], Any]
# Nothing larger than 100 bytes can be written in this process: as on a full disk.
_ON_A_FULL_DISK = """
import pathlib, resource, signal, sys
from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.inbox import take_on
from mpd_studio.bridge.job import JobState
from mpd_studio.bridge.problem import BridgeProblem
job = take_on(pathlib.Path(sys.argv[1]), ClaimWatch())
job.write_status(JobState.RUNNING, 0.5, "half")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
for call in (lambda: job.write_status(JobState.RUNNING, 0.6, "more"), job.claim.beat):
    try:
        call()
    except BridgeProblem as problem:
        print(problem.code.value)
"""


@pytest.fixture
def claimed(job: Path) -> ClaimedJob:
    found = take_on(job, ClaimWatch())
    assert found is not None
    return found


def twelve(claimed: ClaimedJob, golden: Golden) -> MadeFiles:
    """Write what the golden result names, and hand it in."""
    result = golden("result")
    with claimed.revision_folder() as part:
        part.mkdir()
        for number in range(1, 13):
            (part / (result["files"]["pattern"] % number)).write_bytes(b"%d" % number)
        (part / "reel1_86448.mov").write_bytes(b"movie")
        facts = {key: result[key] for key in ("picture", "rate", "handles", "color", "made_by", "verdict", "warnings")}
        movie = result["movie"]
        made = MadeFiles(
            result["files"]["pattern"],
            1,
            12,
            "reel1_86448.mov",
            movie["format"],
            movie["start_tc"],
            tuple(facts.items()),
        )
        claimed.publish(made)
    return made


def test_the_editor_reads_what_the_studio_publishes(claimed: ClaimedJob, golden: Golden) -> None:
    made = twelve(claimed, golden)
    result = jobs.read_result(str(claimed.folder))
    assert (result.count, result.revision, result.pattern) == (12, 1, made.pattern)
    assert Path(result.files[11]).read_bytes() == b"12"
    assert Path(result.movie).read_bytes() == b"movie"
    assert jobs.read_status(str(claimed.folder))["state"] == "done"
    assert sorted(os.listdir(claimed.folder)) == ["claim.json", "media", "request.json", "result.json", "status.json"]
    assert os.listdir(claimed.folder / "media") == ["r001"]


def test_a_published_result_is_the_golden_one(claimed: ClaimedJob, golden: Golden) -> None:
    twelve(claimed, golden)
    written, wanted = json.loads((claimed.folder / "result.json").read_text()), golden("result")
    hashes = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(1, 13)]
    assert written["files"].pop("sha256") == hashes
    assert written["movie"].pop("sha256") == hashlib.sha256(b"movie").hexdigest()
    wanted["files"].pop("sha256")
    wanted["movie"].pop("sha256")
    assert {**written, "created": wanted["created"]} == wanted


def test_status_is_the_golden_one(claimed: ClaimedJob, golden: Golden) -> None:
    claimed.write_status(JobState.RUNNING, 0.25, "New frames: 3 of 12")
    written, wanted = json.loads((claimed.folder / "status.json").read_text()), golden("status_running")
    assert {**written, "updated": wanted["updated"]} == wanted
    claimed.write_status(JobState.RUNNING, 7.0, "too much")
    assert jobs.read_status(str(claimed.folder))["progress"] == 1.0


def test_a_failure_is_told_and_leaves_no_media(claimed: ClaimedJob, golden: Golden) -> None:
    wanted = golden("result_error")
    error = wanted["error"]
    claimed.fail(BridgeProblem(ErrorCode.MEDIA_MISSING, error["message"], is_retryable=True, **error["detail"]))
    written = json.loads((claimed.folder / "result.json").read_text())
    assert {**written, "created": wanted["created"]} == wanted
    assert jobs.read_status(str(claimed.folder))["error"] == error
    with pytest.raises(Exception, match="Connect its disk") as caught:
        jobs.read_result(str(claimed.folder))
    assert getattr(caught.value, "code", "") == "MEDIA_MISSING"


def test_a_cancelled_job_is_told_as_in_the_golden_status(claimed: ClaimedJob, golden: Golden) -> None:
    assert not claimed.is_cancelled
    jobs.cancel(str(claimed.folder))
    assert claimed.is_cancelled
    claimed.fail(BridgeProblem(ErrorCode.CANCELLED, "The job was stopped.", is_retryable=True))
    written, wanted = json.loads((claimed.folder / "status.json").read_text()), golden("status_cancelled")
    assert {**written, "updated": wanted["updated"], "progress": wanted["progress"]} == wanted


def test_a_later_failure_keeps_the_frames_that_are_there(claimed: ClaimedJob, golden: Golden) -> None:
    twelve(claimed, golden)
    claimed.claim.release()
    again = take_on(claimed.folder, ClaimWatch())
    assert again is not None
    again.fail(BridgeProblem(ErrorCode.ENGINE_FAILED, "It broke."))
    assert jobs.read_result(str(claimed.folder)).revision == 1
    assert jobs.read_status(str(claimed.folder))["state"] == "failed"


def test_a_run_that_ends_early_leaves_nothing(claimed: ClaimedJob) -> None:
    with contextlib.suppress(KeyError), claimed.revision_folder() as part:
        part.mkdir()
        (part / "a_000001.png").write_bytes(b"1")
        raise KeyError
    assert os.listdir(claimed.folder / "media") == []


def test_what_a_dead_studio_left_is_cleared_away(claimed: ClaimedJob, tmp_path: Path) -> None:
    media = claimed.folder / "media"
    (media / ".r001.0123.part" / "deep").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    (media / ".r002.0123.part").symlink_to(outside)
    (media / "notes").mkdir()
    with claimed.revision_folder():
        assert sorted(os.listdir(media)) == [".r002.0123.part", "notes"]
    assert (outside / "precious").read_text() == "x"


def test_media_behind_a_link_is_not_written(claimed: ClaimedJob, tmp_path: Path) -> None:
    (claimed.folder / "media").symlink_to(tmp_path)
    with pytest.raises(BridgeProblem) as caught, claimed.revision_folder():
        pass
    assert caught.value.code is ErrorCode.PATH_REFUSED


def test_media_that_is_a_file_is_told(claimed: ClaimedJob) -> None:
    (claimed.folder / "media").write_text("")
    with pytest.raises(BridgeProblem) as caught, claimed.revision_folder():
        pass
    assert caught.value.code is ErrorCode.NOT_WRITABLE


def test_files_that_vanish_before_they_are_handed_in(claimed: ClaimedJob) -> None:
    with claimed.revision_folder() as part:
        part.mkdir()
        with pytest.raises(BridgeProblem) as caught:
            claimed.publish(MadeFiles("a_%06d.png", 1, 1))
    assert caught.value.code is ErrorCode.MEDIA_MISSING
    assert not (claimed.folder / "result.json").exists()


def test_a_full_disk_is_named_and_loses_nothing(job: Path) -> None:
    command = [sys.executable, "-c", _ON_A_FULL_DISK, str(job)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["DISK_FULL", "DISK_FULL"], done.stderr
    assert jobs.read_status(str(job))["message"] == "half"
    assert json.loads((job / "claim.json").read_text())["beat"] == 0
    assert sorted(os.listdir(job)) == ["claim.json", "request.json", "status.json"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_job_is_named(job: Path) -> None:
    job.chmod(0o500)
    try:
        with pytest.raises(BridgeProblem) as caught:
            take_on(job, ClaimWatch())
        assert caught.value.code is ErrorCode.NOT_WRITABLE
    finally:
        job.chmod(0o700)


def test_a_studio_says_that_it_was_started(tmp_path: Path, golden: Golden) -> None:
    write_presence(tmp_path / "bridge")
    written, wanted = json.loads((tmp_path / "bridge" / "bridge.json").read_text()), golden("bridge")
    assert written.keys() == wanted.keys()
    assert jobs.studio_seen(str(tmp_path / "bridge" / "jobs"))
