"""Downloads, from a hub that behaves and from one that does not: nothing that has come is ever lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mpd_studio.core.errors import BadInput, Cancelled, EnvironmentProblem, OutputError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.catalogue import WeightFile
from mpd_studio.weights.consent import record_consent
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub import Hub
from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.patience import Patience
from mpd_studio.weights.record import read_record
from tests.weights.fake_hub import (
    COMMIT,
    TOWER,
    UNET,
    VAE,
    FakeHub,
    Recorder,
    entry,
    fill_cache,
    safetensors,
    serving,
    tiny_files,
    without,
)

TINY = entry()
HURRY = Patience(tries=3, pause_s=0.0)


@pytest.fixture(autouse=True)
def _agreed(paths: ProgramPaths) -> None:
    record_consent(TINY, paths)


def get(server: FakeHub, paths: ProgramPaths, reporter: Recorder | None = None, what=TINY, **options) -> Path:
    hub = Hub(server.endpoint, token=options.pop("token", ""), timeout_s=options.pop("timeout_s", 5.0))
    return fetch(what, paths, reporter or SilentReporter(), hub=hub, patience=HURRY, **options)


def state(paths: ProgramPaths) -> State:
    folder = paths.models / "tiny"
    return inspect_folder(folder, read_record(folder)).state


def assert_whole(folder: Path, server: FakeHub) -> None:
    assert inspect_folder(folder, read_record(folder)).state is State.PRESENT
    for path in (UNET, VAE, TOWER, "model_index.json", "LICENSE.md"):
        assert (folder / path).read_bytes() == server.files[path]
    assert not list(folder.rglob("*.part"))


def test_all_that_is_needed_comes_and_nothing_else(server: FakeHub, paths: ProgramPaths) -> None:
    folder = get(server, paths)
    assert_whole(folder, server)
    assert folder == paths.models / "tiny"
    assert not (folder / "README.md").exists()
    assert not list(folder.rglob("*.bin"))
    assert server.asked().index("model_index.json") < server.asked().index(UNET)


def test_what_the_hub_states_is_kept_beside_the_files(server: FakeHub, paths: ProgramPaths) -> None:
    record = read_record(get(server, paths))
    assert record is not None
    assert (record.source, record.revision, record.entry) == ("tests/tiny", COMMIT, "tiny")
    assert all(file.sha256 and file.size == len(server.files[file.path]) for file in record.files)


def test_whole_weights_are_not_downloaded_again(server: FakeHub, paths: ProgramPaths) -> None:
    get(server, paths)
    server.requests.clear()
    get(server, paths)
    assert server.asked() == []


def test_progress_counts_to_the_end(server: FakeHub, paths: ProgramPaths) -> None:
    server.files[UNET] = safetensors(3_000_000, 4)
    recorder = Recorder()
    get(server, paths, recorder)
    assert recorder.seen[-1].total == 4  # 3.14 MB
    assert [progress.done for progress in recorder.seen] == sorted(progress.done for progress in recorder.seen)
    assert recorder.seen[-1].done == 3
    assert recorder.seen[0].stage == "Downloading tiny, MB"


def test_a_cut_line_is_taken_up_where_it_was_cut(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.cuts[UNET] = [150_000, 100_000]
    assert_whole(get(server, paths), server)
    assert [wish for path, wish in server.requests if path == UNET] == [None, "bytes=150000-", "bytes=250000-"]


def test_a_line_that_stays_cut_leaves_a_part_that_the_next_call_continues(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.cuts[UNET] = [150_000, 0, 0, 0]
    with pytest.raises(EnvironmentProblem, match=r"does not arrive.*kept"):
        get(server, paths)
    part = paths.models / "tiny" / f"{UNET}.part"
    assert part.read_bytes() == server.files[UNET][:150_000]
    assert state(paths) is State.PARTIAL
    server.behaviour.cuts.clear()
    server.requests.clear()
    assert_whole(get(server, paths), server)
    assert server.requests[1:] == [(UNET, "bytes=150000-")]


def test_a_silent_line_counts_as_cut(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.stalls[UNET] = [100_000, 50_000]
    assert_whole(get(server, paths, timeout_s=1.0), server)
    assert [wish for path, wish in server.requests if path == UNET][1:] == ["bytes=100000-", "bytes=150000-"]


def test_a_cancel_is_answered_while_the_line_is_silent(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.stalls[UNET] = [100_000]
    recorder = Recorder()
    stopped: list[float] = []

    def stop() -> None:
        server.stalled.wait(5)
        stopped.append(time.monotonic())
        recorder.is_cancelled.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(Cancelled):
        get(server, paths, recorder, timeout_s=8.0)
    assert time.monotonic() - stopped[0] < 4  # and not the eight seconds that the line may be silent
    stopper.join()
    assert state(paths) is State.PARTIAL
    assert_whole(get(server, paths), server)


def test_a_cancelled_download_goes_on_later(server: FakeHub, paths: ProgramPaths) -> None:
    tower = paths.models / "tiny" / TOWER
    with pytest.raises(Cancelled):
        get(server, paths, Recorder(tower.exists))
    assert state(paths) is State.PARTIAL
    server.requests.clear()
    assert_whole(get(server, paths), server)
    assert set(server.asked()) == {UNET}  # twice when the cancelled call's own request comes late


def test_other_contents_than_promised_are_thrown_away(server: FakeHub, paths: ProgramPaths) -> None:
    lie = safetensors(90_000, 77)
    server.behaviour.lies[TOWER] = [lie, lie]
    with pytest.raises(EnvironmentProblem, match=r"image_encoder/model\.fp16.*another hash"):
        get(server, paths)
    folder = paths.models / "tiny"
    assert not (folder / TOWER).exists()
    assert not (folder / f"{TOWER}.part").exists()
    assert (folder / VAE).read_bytes() == server.files[VAE]
    assert state(paths) is State.PARTIAL
    server.requests.clear()
    assert_whole(get(server, paths), server)
    assert VAE not in server.asked()


@pytest.mark.parametrize("lie", [safetensors(90_000, 77), safetensors(90_001, 2)], ids=["other", "longer"])
def test_one_lie_is_forgiven(server: FakeHub, paths: ProgramPaths, lie: bytes) -> None:
    server.behaviour.lies[TOWER] = [lie]
    assert_whole(get(server, paths), server)
    assert server.asked().count(TOWER) == 2


def test_small_files_are_checked_by_gits_hash(server: FakeHub, paths: ProgramPaths) -> None:
    path = "unet/config.json"
    lie = server.files[path].replace(b"what", b"tahw")
    server.behaviour.lies[path] = [lie, lie]
    with pytest.raises(EnvironmentProblem, match=r"unet/config\.json"):
        get(server, paths)


def test_a_part_of_another_file_is_found_out(server: FakeHub, paths: ProgramPaths) -> None:
    part = paths.models / "tiny" / f"{UNET}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 1000)
    assert_whole(get(server, paths), server)
    assert [wish for path, wish in server.requests if path == UNET] == ["bytes=1000-", None]


def test_a_hub_that_cannot_resume_begins_anew(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.cuts[UNET] = [150_000]
    server.behaviour.resumes = False
    assert_whole(get(server, paths), server)
    assert server.asked().count(UNET) == 2


def test_large_files_come_from_another_server_which_never_sees_the_token(server: FakeHub, paths: ProgramPaths) -> None:
    with serving(FakeHub({UNET: server.files[UNET]})) as store:
        store.behaviour.cuts[UNET] = [150_000]
        server.behaviour.redirects[UNET] = f"{store.endpoint}/any/where/resolve/{COMMIT}/{UNET}?signature=1"
        assert_whole(get(server, paths, token="secret"), server)
        assert store.requests == [(UNET, None), (UNET, "bytes=150000-")]
        assert store.tokens == [None, None]
    assert set(server.tokens) == {"Bearer secret"}


def test_a_busy_hub_is_asked_again(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.statuses = {"api": [(503, "")], VAE: [(429, ""), (500, "")]}
    assert_whole(get(server, paths), server)


def test_a_file_that_is_gone_is_named(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.statuses[VAE] = [(404, "EntryNotFound")]
    with pytest.raises(BadInput, match=r"tests/tiny has no vae/diffusion"):
        get(server, paths)
    assert state(paths) is State.PARTIAL


def test_a_repository_that_is_gone_is_named(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.statuses["api"] = [(404, "RepoNotFound")]
    with pytest.raises(BadInput, match="tests/tiny has no revision main"):
        get(server, paths)


def test_a_gated_repository_asks_for_a_token(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.token = "right"
    with pytest.raises(EnvironmentProblem, match=r"logged in \(401\).*tests/tiny.*HF_TOKEN.*hf auth login"):
        get(server, paths)


def test_a_token_without_access_is_told_apart(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.token = "right"
    with pytest.raises(EnvironmentProblem, match=r"Your token has no access.*403"):
        get(server, paths, token="wrong")


def test_the_token_of_the_environment_opens_a_gated_repository(
    server: FakeHub, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.behaviour.token = "right"
    monkeypatch.setenv("HF_TOKEN", "right")
    assert_whole(get(server, paths, token=None), server)


def test_too_little_space_is_said_before_anything_is_written(server: FakeHub, paths: ProgramPaths) -> None:
    with pytest.raises(OutputError, match=r"0\.5 MB are to be written.*50\.0 MB free"):
        get(server, paths, free_bytes=lambda _: 50_000_000)
    assert server.asked() == []
    assert not (paths.models / "tiny").exists()


def test_space_counts_only_what_is_still_to_come(server: FakeHub, paths: ProgramPaths) -> None:
    server.behaviour.cuts[UNET] = [300_000, 0, 0, 0]
    with pytest.raises(EnvironmentProblem):
        get(server, paths)
    server.behaviour.cuts.clear()
    assert_whole(get(server, paths, free_bytes=lambda _: 100_000_000 + 110_000), server)


_SMALL_DISK = """
import resource, sys
from tests.weights.fake_hub import entry
from mpd_studio.core.errors import OutputError
from mpd_studio.core.paths import program_paths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub import Hub

resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    fetch(entry(), program_paths(), SilentReporter(), hub=Hub(sys.argv[1], token=""))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of a process's files")
def test_a_disk_that_fills_up_leaves_a_part_that_the_next_call_continues(
    server: FakeHub, paths: ProgramPaths, repository: Path
) -> None:
    command = [sys.executable, "-c", _SMALL_DISK, server.endpoint]
    environ = {**os.environ, "PYTHONPATH": str(repository)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environ)
    assert "Free some space" in done.stdout
    assert "kept" in done.stdout
    assert state(paths) is State.PARTIAL
    part = paths.models / "tiny" / f"{UNET}.part"
    assert 0 < part.stat().st_size <= 200_000
    begun = part.stat().st_size
    server.requests.clear()
    assert_whole(get(server, paths), server)
    assert (UNET, f"bytes={begun}-") in server.requests


def test_nothing_is_asked_for_without_consent(server: FakeHub, paths: ProgramPaths) -> None:
    (paths.models / "licences.json").unlink()
    with pytest.raises(EnvironmentProblem, match="mpd-studio weights get tiny"):
        get(server, paths)
    assert server.requests == []


def test_pickled_weights_are_refused(server: FakeHub, paths: ProgramPaths) -> None:
    server.files = without(server.files, UNET)
    with pytest.raises(BadInput, match="Pickled weights are refused"):
        get(server, paths)
    assert server.asked() == []


def test_full_precision_comes_where_there_is_no_half(server: FakeHub, paths: ProgramPaths) -> None:
    server.files = {path.replace(".fp16", ""): content for path, content in server.files.items()}
    folder = get(server, paths)
    assert inspect_folder(folder).state is State.PRESENT
    assert (folder / "unet/diffusion_pytorch_model.safetensors").is_file()


def test_a_hub_that_lists_other_contents_for_a_known_revision_is_refused(server: FakeHub, paths: ProgramPaths) -> None:
    known = entry(revision=COMMIT, files=(WeightFile(UNET, len(server.files[UNET]), "0" * 64),))
    with pytest.raises(EnvironmentProblem, match=r"lists another unet.*Nothing was downloaded"):
        get(server, paths, what=known)
    assert server.asked() == []


def test_hints_of_no_revision_give_way_to_the_hub(server: FakeHub, paths: ProgramPaths) -> None:
    hinted = entry(files=(WeightFile(UNET, 1, "0" * 64),))
    assert_whole(get(server, paths, what=hinted), server)


def test_what_the_hubs_cache_holds_is_linked(server: FakeHub, paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, "tests/tiny", without(tiny_files(), VAE))
    assert_whole(get(server, paths), server)
    assert server.asked() == [VAE]
    assert (paths.models / "tiny" / UNET).stat().st_ino == (snapshot / UNET).stat().st_ino


def test_a_damaged_file_of_the_cache_is_downloaded(server: FakeHub, paths: ProgramPaths, hub_home: Path) -> None:
    blob = (fill_cache(hub_home, "tests/tiny", tiny_files()) / UNET).resolve()
    blob.write_bytes(safetensors(400_000, 9))
    assert_whole(get(server, paths), server)
    assert server.asked() == [UNET]
    assert blob.read_bytes() == safetensors(400_000, 9)


def test_two_downloads_do_not_write_into_each_other(server: FakeHub, paths: ProgramPaths) -> None:
    from huggingface_hub.utils import WeakFileLock

    with WeakFileLock(paths.models / ".tiny.lock"), pytest.raises(EnvironmentProblem, match="Another mpd-studio"):
        get(server, paths)
    assert_whole(get(server, paths), server)


def test_a_repository_that_moves_on_meanwhile_is_followed(server: FakeHub, paths: ProgramPaths) -> None:
    get(server, paths)
    server.files[UNET] = safetensors(400_000, 8)
    server.requests.clear()
    assert_whole(get(server, paths), server)
    assert server.asked() == [UNET]


def test_the_missing_library_is_named(paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(EnvironmentProblem, match=r"huggingface_hub.*weights add FOLDER"):
        fetch(TINY, paths, SilentReporter())


def test_the_offline_switch_is_obeyed(server: FakeHub, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EnvironmentProblem, match="HF_HUB_OFFLINE"):
        get(server, paths)
    assert server.requests == []


def test_no_hub_at_all_is_said(paths: ProgramPaths) -> None:
    pytest.importorskip("huggingface_hub", reason="needs huggingface_hub, an optional part of the installation")
    with pytest.raises(Exception, match=r"connection to 127\.0\.0\.1:9 failed") as caught:
        fetch(TINY, paths, SilentReporter(), hub=Hub(token=""), patience=HURRY)
    assert getattr(caught.value, "exit_code", None) == 3


@pytest.mark.parametrize("answer", [{"error": "a page of some hotel's network"}, {"siblings": [{"rfilename": "x"}]}])
def test_an_answer_that_is_no_list_is_said(
    server: FakeHub, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(server, "listing", lambda: answer)
    with pytest.raises(Exception, match="no list of tests/tiny's files"):
        get(server, paths)
