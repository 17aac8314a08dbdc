"""Our side in an editor: put in place, found again, taken away; nothing of anybody else is ever touched."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path, PurePosixPath

import pytest

from mpd_studio.bridge.host_files import CONFIG, HostKind, assemble, host_files
from mpd_studio.bridge.hosts import HostPlace, place_in
from mpd_studio.bridge.install import RECORD, SideState, install, look, uninstall
from mpd_studio.core.errors import OutputError

HOSTS = list(HostKind)


@pytest.fixture(params=HOSTS, ids=lambda host: host.value)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> HostPlace:
    return place_in(request.param, tmp_path / "scrïpts of mine")


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    return tmp_path / "jöbs"


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def one_of(place: HostPlace) -> Path:
    """A module of ours."""
    return next(path for path in sorted(place.folder.rglob("*.py")) if path.name == "ids.py")


def test_what_is_put_in_is_whole(place: HostPlace, jobs: Path, repository: Path) -> None:
    done = install(place, jobs)
    found = files_in(place.folder)
    assert {str(path.relative_to(place.folder)) for path in done.written} == found.keys() - {RECORD}
    inside = "" if place.host is HostKind.BLENDER else "_mpd_bridge/"
    shared = {path.name for path in (repository / "plugins" / "job_folder").glob("*.py")}
    assert {f"{inside}job_folder/{name}" for name in shared} <= found.keys()
    assert json.loads(found[f"{inside}{CONFIG}"])["jobs"] == str(jobs)
    assert not [name for name in found if "__pycache__" in name or name.endswith((".pyc", "ruff.toml"))]
    assert look(place, jobs).state is SideState.CURRENT


def test_the_add_on_folder_is_the_same_as_assembled(tmp_path: Path, jobs: Path) -> None:
    for host in HOSTS:
        there = place_in(host, tmp_path / "installed")
        install(there, jobs)
        made = assemble(host, tmp_path / "assembled", jobs)
        assert files_in(there.folder).keys() - {RECORD} == files_in(made).keys()


def test_a_second_installation_writes_nothing(place: HostPlace, jobs: Path) -> None:
    install(place, jobs)
    before = files_in(place.folder)
    assert install(place, jobs).written == ()
    assert files_in(place.folder) == before


def test_a_dry_run_does_nothing(place: HostPlace, jobs: Path) -> None:
    done = install(place, jobs, dry_run=True)
    assert len(done.written) == len(host_files(place.host, jobs))
    assert not place.folder.exists()
    install(place, jobs)
    before = files_in(place.folder)
    assert len(uninstall(place, dry_run=True).removed) == len(before)
    assert files_in(place.folder) == before


def test_uninstalling_leaves_only_what_is_not_ours(place: HostPlace, jobs: Path) -> None:
    place.folder.mkdir(parents=True)
    (place.folder / "mine.py").write_text("mine")
    (place.folder.parent / "neighbour.py").write_text("theirs")
    install(place, jobs)
    module = one_of(place)
    (module.parent / "__pycache__").mkdir()
    (module.parent / "__pycache__" / "ids.cpython-311.pyc").write_bytes(b"x")
    uninstall(place)
    assert files_in(place.folder.parent) == {
        f"{place.folder.name}/mine.py": b"mine",
        "neighbour.py": b"theirs",
    }
    (place.folder / "mine.py").unlink()
    install(place, jobs)
    uninstall(place)
    assert not place.folder.exists()
    assert uninstall(place).warnings


def test_another_jobs_folder_is_another_installation(place: HostPlace, jobs: Path, tmp_path: Path) -> None:
    install(place, jobs)
    assert look(place, tmp_path / "elsewhere").state is SideState.OTHER
    done = install(place, tmp_path / "elsewhere")
    assert [path.name for path in done.written] == [CONFIG]
    assert look(place, tmp_path / "elsewhere").state is SideState.CURRENT


def test_files_that_an_older_version_had_go(place: HostPlace, jobs: Path) -> None:
    install(place, jobs)
    record = json.loads((place.folder / RECORD).read_text())
    old = place.folder / "old module.py"
    old.write_text("old")
    kept = place.folder / "old edited.py"
    kept.write_text("edited since")
    sha = "ac2dbc6aa7a8b1ed3c6a0b8b1d7e8e9e1a2f3c4d5e6f708192a3b4c5d6e7f809"
    record["files"] |= {old.name: hashlib.sha256(b"old").hexdigest(), kept.name: sha}
    (place.folder / RECORD).write_text(json.dumps(record))
    assert look(place, jobs).state is SideState.EDITED
    done = install(place, jobs)
    assert done.removed == (old,)
    assert not old.exists()
    assert kept.read_text() == "edited since"
    assert "edited" in done.warnings[0]
    assert look(place, jobs).state is SideState.CURRENT


def test_an_edited_file_is_kept_beside_the_new_one(place: HostPlace, jobs: Path) -> None:
    install(place, jobs)
    module = one_of(place)
    original = module.read_bytes()
    module.write_text("my version")
    seen = look(place, jobs)
    assert seen.state is SideState.EDITED
    assert seen.edited == (module.relative_to(place.folder).as_posix(),)
    assert install(place, jobs, dry_run=True).written != ()
    assert module.read_text() == "my version"
    done = install(place, jobs)
    assert module.read_bytes() == original
    assert module.with_name("ids.py.edited-1").read_text() == "my version"
    assert "was edited" in done.warnings[0]


def test_an_edited_file_is_left_when_the_rest_goes(place: HostPlace, jobs: Path) -> None:
    install(place, jobs)
    module = one_of(place)
    module.write_text("my version")
    done = uninstall(place)
    assert [path.name for path in place.folder.rglob("*") if path.is_file()] == ["ids.py"]
    assert "left" in done.warnings[0]


def test_a_strangers_file_in_the_way_stops_everything(place: HostPlace, jobs: Path) -> None:
    name = next(iter(host_files(place.host, jobs)))
    stranger = place.folder / name
    stranger.parent.mkdir(parents=True)
    stranger.write_text("not yours")
    with pytest.raises(OutputError, match="not MPD Studio's"):
        install(place, jobs)
    assert files_in(place.folder) == {str(PurePosixPath(name)): b"not yours"}
    assert look(place, jobs).state is SideState.ABSENT


def test_a_half_finished_installation_is_finished(place: HostPlace, jobs: Path) -> None:
    install(place, jobs)
    (place.folder / RECORD).unlink()
    one_of(place).unlink()
    assert look(place, jobs).state is SideState.ABSENT
    install(place, jobs)
    assert look(place, jobs).state is SideState.CURRENT


def test_links_are_not_written_through(place: HostPlace, jobs: Path, tmp_path: Path) -> None:
    outside = tmp_path / "checkout"
    outside.mkdir()
    place.folder.parent.mkdir()
    place.folder.symlink_to(outside)
    with pytest.raises(OutputError, match="is a link"):
        install(place, jobs)
    place.folder.unlink()
    inner = one_parent(place, jobs)
    inner.parent.mkdir(parents=True)
    inner.symlink_to(outside)
    with pytest.raises(OutputError, match="is a link"):
        install(place, jobs)
    assert os.listdir(outside) == []


def one_parent(place: HostPlace, jobs: Path) -> Path:
    """A folder inside ours that an installation makes."""
    name = next(name for name in host_files(place.host, jobs) if "job_folder" in name.parts)
    return place.folder / name.parent


def test_a_record_that_lies_leads_nowhere(place: HostPlace, jobs: Path, tmp_path: Path) -> None:
    install(place, jobs)
    victim = tmp_path / "victim.py"
    victim.write_text("precious")
    record = json.loads((place.folder / RECORD).read_text())
    sha = hashlib.sha256(b"precious").hexdigest()
    record["files"] |= {"../../victim.py": sha, str(victim): sha}
    (place.folder / RECORD).write_text(json.dumps(record))
    uninstall(place)
    assert victim.read_text() == "precious"


def test_a_file_named_as_the_folder_is_called_one(tmp_path: Path, jobs: Path) -> None:
    (tmp_path / "scripts.txt").write_text("mine")
    for host in HOSTS:
        for parent in (tmp_path / "scripts.txt", tmp_path / "scripts.txt" / "below"):
            with pytest.raises(OutputError, match=r"scripts\.txt is a file"):
                install(place_in(host, parent), jobs)


def test_a_place_that_cannot_be_used_says_why(tmp_path: Path, jobs: Path) -> None:
    place = HostPlace(HostKind.BLENDER, "2.93", tmp_path / "x", "Blender 2.93 is too old.")
    with pytest.raises(OutputError, match="too old"):
        install(place, jobs)
