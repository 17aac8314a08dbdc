"""Two studios never fill one job: claims under races, deaths and long sleeps, with real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.bridge.claim import Claim, ClaimWatch, claim, machine_name, newest_claim
from mpd_studio.bridge.inbox import give_back, take_on, take_on_patiently, waiting_jobs
from mpd_studio.bridge.job import ClaimedJob, MadeFiles, has_frames
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.core.errors import Cancelled
from mpd_studio.core.progress import SilentReporter

# Claims every job it can, waits for all to be at the start, and says which it got.
_RACER = """
import sys, pathlib
from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.inbox import take_on
watch = ClaimWatch()
jobs = sorted(pathlib.Path(sys.argv[1]).iterdir())
print("ready", flush=True)
sys.stdin.readline()
print(*[job.name for job in jobs if take_on(job, watch)], flush=True)
sys.stdin.readline()
"""


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def racer(jobs: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RACER, str(jobs)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def say(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()


def hear(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def elsewhere(job: Path) -> None:
    """Make the present claim look as if another machine had written it."""
    newest = newest_claim(job).number
    path = job / ("claim.json" if newest == 1 else f"claim.{newest}.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "machine": "another"}))


def fill(job: ClaimedJob, word: str) -> None:
    with job.revision_folder() as part:
        part.mkdir()
        (part / "a_000001.png").write_text(word)
        job.publish(MadeFiles("a_%06d.png", 1, 1))


def taken(job: Path, watch: ClaimWatch | None = None) -> ClaimedJob:
    found = take_on(job, watch or ClaimWatch())
    assert found is not None
    return found


def test_a_claim_looks_like_the_golden_one(job: Path, golden: Callable[[str], Any]) -> None:
    mine = taken(job)
    for name, finish in (("claim", mine.claim.beat), ("claim_released", mine.claim.release)):
        finish()
        written = json.loads((job / "claim.json").read_text())
        changing = ("token", "pid", "machine", "app_version", "beat", "beaten")
        wanted = golden(name)
        assert {**written, **{key: wanted[key] for key in changing}} == wanted
        assert (written["pid"], written["machine"]) == (os.getpid(), machine_name())


def test_of_two_processes_that_race_each_job_goes_to_exactly_one(job: Path) -> None:
    names = [job.name[:-2] + letters for letters in ("A0", "B0", "C0", "D0", "E0", "F0", "G0", "H0")]
    for name in names:
        (job.parent / name).mkdir()
        (job.parent / name / "request.json").write_bytes((job / "request.json").read_bytes())
    children = [racer(job.parent) for _ in range(2)]
    try:
        assert [hear(child) for child in children] == ["ready", "ready"]
        for child in children:
            say(child)
        got = [hear(child).split() for child in children]
        assert sorted(got[0] + got[1]) == sorted([job.name, *names])
        for name, owner in [(name, child) for child, mine in zip(children, got, strict=True) for name in mine]:
            document = json.loads((job.parent / name / "claim.json").read_text())
            assert document["pid"] == owner.pid
    finally:
        for child in children:
            child.communicate("\n")


def test_the_claim_of_a_killed_process_is_free_at_once(job: Path) -> None:
    child = racer(job.parent)
    assert hear(child) == "ready"
    say(child)
    assert hear(child) == job.name
    assert take_on(job, ClaimWatch()) is None
    child.kill()
    child.communicate()
    assert taken(job).claim.number == 2


def test_of_two_processes_that_take_dead_claims_over_each_job_goes_to_exactly_one(job: Path) -> None:
    names = [job.name[:-2] + letters for letters in ("A0", "B0", "C0", "D0", "E0", "F0", "G0", "H0")]
    for name in names:
        (job.parent / name).mkdir()
        (job.parent / name / "request.json").write_bytes((job / "request.json").read_bytes())
    dead = racer(job.parent)
    hear(dead)
    say(dead)
    assert len(hear(dead).split()) == 9
    dead.kill()
    dead.communicate()
    children = [racer(job.parent) for _ in range(2)]
    try:
        assert [hear(child) for child in children] == ["ready", "ready"]
        for child in children:
            say(child)
        got = [hear(child).split() for child in children]
        assert sorted(got[0] + got[1]) == sorted([job.name, *names])
        assert all((job.parent / name / "claim.2.json").exists() for name in names)
        assert not any((job.parent / name / "claim.3.json").exists() for name in names)
    finally:
        for child in children:
            child.communicate("\n")


def test_two_that_take_a_dead_claim_over_at_once(job: Path) -> None:
    child = racer(job.parent)
    hear(child)
    say(child)
    assert hear(child) == job.name
    child.kill()
    child.communicate()
    number = ClaimWatch().free_number(job)
    assert number == 2
    claim(job, number)
    with pytest.raises(BridgeProblem) as caught:
        claim(job, number)
    assert caught.value.code is ErrorCode.CLAIMED_ELSEWHERE


def test_a_claim_of_another_machine_goes_stale_by_silence(job: Path) -> None:
    clock = Clock()
    watch = ClaimWatch(clock)
    mine = taken(job)
    elsewhere(job)
    for moment in (100.0, 110.0, 129.9):
        clock.now = moment
        assert take_on(job, watch) is None
    clock.now = 130.0
    assert taken(job, watch).claim.number == 2
    for call in (mine.claim.beat, mine.claim.release, lambda: fill(mine, "late")):
        with pytest.raises(BridgeProblem) as caught:
            call()
        assert caught.value.code is ErrorCode.CLAIMED_ELSEWHERE
    assert not has_frames(job)


def test_a_beating_claim_is_never_taken(job: Path) -> None:
    clock = Clock()
    watch = ClaimWatch(clock)
    mine = taken(job)
    for moment in range(100, 400, 20):
        clock.now = float(moment)
        mine.claim.beat()
        assert take_on(job, watch) is None


def test_half_a_claim_counts_until_it_is_silent_too_long(job: Path) -> None:
    (job / "claim.json").write_text('{"sch')
    clock = Clock()
    watch = ClaimWatch(clock)
    assert take_on(job, watch) is None
    clock.now += 31
    assert taken(job, watch).claim.number == 2


def test_a_claim_that_is_a_link_is_not_followed(job: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    (job / "claim.json").symlink_to(tmp_path / "outside")
    clock = Clock()
    watch = ClaimWatch(clock)
    assert take_on(job, watch) is None
    clock.now += 31
    taken(job, watch).claim.beat()
    assert (tmp_path / "outside").read_text() == "mine"


def test_a_released_job_is_free_and_its_next_revision_counts_on(job: Path) -> None:
    first = taken(job)
    fill(first, "one")
    first.claim.release()
    second = taken(job)
    assert (second.claim.number, second.claim.revision) == (2, 2)
    fill(second, "two")
    assert [(job / "media" / name / "a_000001.png").read_text() for name in ("r001", "r002")] == ["one", "two"]
    assert json.loads((job / "result.json").read_text())["revision"] == 2


def test_an_owner_asleep_at_the_last_moment_cannot_fill_the_job_a_second_time(job: Path) -> None:
    slow = taken(job)
    elsewhere(job)
    clock = Clock()
    watch = ClaimWatch(clock)
    assert take_on(job, watch) is None
    clock.now += 31
    quick = taken(job, watch)
    assert quick.claim.revision == slow.claim.revision == 1

    class Deaf(Claim):
        """Has looked at the claims just before it fell asleep."""

        def check(self) -> None:
            return

    late = ClaimedJob(Deaf(job, slow.claim.number, slow.claim.token, slow.claim.revision))
    with late.revision_folder() as part:
        part.mkdir()
        (part / "a_000001.png").write_text("slow")
        # `quick` clears away what the dead seem to have left, and publishes
        with quick.revision_folder() as own:
            own.mkdir()
            (own / "a_000001.png").write_text("quick")
            quick.publish(MadeFiles("a_%06d.png", 1, 1))
        part.mkdir()
        (part / "a_000001.png").write_text("slow")
        with pytest.raises(BridgeProblem) as caught:
            late.publish(MadeFiles("a_%06d.png", 1, 1))
    assert caught.value.code is ErrorCode.CLAIMED_ELSEWHERE
    assert (job / "media" / "r001" / "a_000001.png").read_text() == "quick"
    assert os.listdir(job / "media") == ["r001"]


def test_waiting_for_a_claim_ends_as_soon_as_its_owner_moves(job: Path) -> None:
    mine = taken(job)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            mine.claim.beat()

    with pytest.raises(BridgeProblem) as caught:
        take_on_patiently(job, SilentReporter(), pause=pause)
    assert caught.value.code is ErrorCode.CLAIMED_ELSEWHERE
    assert len(waits) == 3


def test_waiting_for_a_silent_claim_takes_it_over_and_can_be_cancelled(job: Path) -> None:
    taken(job)
    elsewhere(job)
    clock = Clock()

    def pause(seconds: float) -> None:
        clock.now += seconds

    found = take_on_patiently(job, SilentReporter(), ClaimWatch(clock), pause)
    assert found.claim.number == 2
    assert clock.now == 130.0

    class Stopped(SilentReporter):
        def raise_if_cancelled(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        take_on_patiently(job, Stopped(), ClaimWatch(clock), pause)


def test_the_inbox_lists_waiting_jobs_only(job: Path, golden: Callable[[str], Any], tmp_path: Path) -> None:
    jobs = job.parent
    names = [job.name[:-2] + letters for letters in ("0A", "0B", "0C", "0D")]
    for name in names:
        (jobs / name).mkdir()
        (jobs / name / "request.json").write_text("{}")
    (jobs / names[0] / "cancel").touch()
    (jobs / names[1] / "result.json").write_text("{}")
    (jobs / names[2] / "request.json").unlink()
    (jobs / "notes").mkdir()
    (jobs / ("." + names[3] + ".part")).mkdir()
    (jobs / golden("job_ids")["good"][1]).symlink_to(jobs / names[3])
    (jobs / golden("job_ids")["good"][2]).write_text("a file")
    assert waiting_jobs(jobs) == (job, jobs / names[3])
    assert waiting_jobs(tmp_path / "nowhere") == ()


def test_a_cancelled_job_is_not_taken_on_and_a_given_back_one_waits(job: Path) -> None:
    mine = taken(job)
    give_back(mine)
    assert json.loads((job / "status.json").read_text())["state"] == "waiting"
    assert waiting_jobs(job.parent) == (job,)
    (job / "cancel").touch()
    with pytest.raises(BridgeProblem) as caught:
        take_on_patiently(job, SilentReporter())
    assert caught.value.code is ErrorCode.CANCELLED
