"""The add-on as Blender loads it: installed as an extension and as a legacy add-on, its operators and preferences."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

from blender_footage import movie
from real_blender import Blender, Step, step

from mpd_studio.bridge.host_files import HostKind, assemble
from mpd_studio.bridge.hosts import place_in
from mpd_studio.bridge.install import install, uninstall
from mpd_studio.cli import main

EXTENSION = "bl_ext.user_default.mpd_studio_bridge"
Modern = Callable[[], Blender]


def cut(blender: Blender) -> list[Step]:
    one, other = movie(blender.folder / "a.mov"), movie(blender.folder / "b.mov", seed=20)
    return [
        step("movie", name="A", path=str(one), channel=1, start=1),
        step("movie", name="B", path=str(other), channel=1, start=53),
        step("playhead", frame=50),
    ]


def fill(blender: Blender, *words: str) -> str:
    (job_id,) = [path.name for path in blender.jobs.iterdir()]
    arguments = ["--jobs", str(blender.jobs), "--quiet", "--engine", "crossfade"]
    assert main(["bridge", "fill", job_id, *arguments, *words]) == 0
    return job_id


def test_installed_as_an_extension_it_works_by_its_operators(only_module: Modern) -> None:
    blender = only_module()
    extensions = blender.folder / "user" / "extensions" / "user_default"
    install(place_in(HostKind.BLENDER, extensions), blender.jobs)
    on, blend = step("enable", module=EXTENSION), str(blender.folder / "cut.blend")
    send = step("operator", name="mpd.send_gap")
    *_, enabled, refused, _, sent, _ = blender.run(
        step("new"),
        *cut(blender),
        step("select", wanted=[]),
        step("playhead", frame=200),
        on,
        send,
        step("playhead", frame=50),
        send,
        step("save", path=blend),
    )
    assert enabled == [EXTENSION]
    assert "There is no gap at the playhead" in refused
    assert sent == "FINISHED"

    place = step("operator", name="mpd.place_results")
    _, _, too_early = blender.run(on, step("reopen", path=blend), place)
    assert too_early == "CANCELLED"
    job_id = fill(blender)
    _, _, ready, placed, rows, again, _, left = blender.run(
        on,
        step("reopen", path=blend),
        step("ready", module=EXTENSION, jobs=str(blender.jobs)),
        place,
        step("strips"),
        place,
        step("save", path=blend),
        step("disable", module=EXTENSION),
    )
    assert (ready, placed, again) == ([job_id], "FINISHED", "CANCELLED")
    assert [(row["first"], row["stop"]) for row in rows if row["job"] == job_id] == [(49, 53)]
    assert left == []

    fill(blender)
    name = next(row["name"] for row in rows if row["job"])
    *_, updated, rows, same = blender.run(
        on,
        step("reopen", path=blend),
        step("select", wanted=[name]),
        step("operator", name="mpd.update_take"),
        step("strips"),
        step("operator", name="mpd.update_take"),
    )
    assert (updated, same) == ("FINISHED", "CANCELLED")
    assert [row["revision"] for row in rows if row["job"]] == [2]
    uninstall(place_in(HostKind.BLENDER, extensions))
    assert not (extensions / "mpd_studio_bridge").exists()


def test_the_timer_places_by_itself_where_that_is_wanted(only_module: Modern) -> None:
    blender = only_module()
    extensions = blender.folder / "user" / "extensions" / "user_default"
    install(place_in(HostKind.BLENDER, extensions), blender.jobs)
    start = [step("new"), step("enable", module=EXTENSION), *cut(blender)]
    blend = str(blender.folder / "cut.blend")
    *_, waits, _ = blender.run(
        *start, step("operator", name="mpd.send_gap"), step("look", module=EXTENSION), step("save", path=blend)
    )
    assert waits == 1.0
    fill(blender)
    *_, still_waits, by_hand, _, done, rows = blender.run(
        step("enable", module=EXTENSION),
        step("reopen", path=blend),
        step("look", module=EXTENSION),
        step("strips"),
        step("preference", module=EXTENSION, name="auto_place", value=True),
        step("look", module=EXTENSION),
        step("strips"),
    )
    assert still_waits == 1.0
    assert not [row for row in by_hand if row["job"]]
    assert done is None
    assert [row["first"] for row in rows if row["job"]] == [49]


def test_the_sidebar_says_what_is_meant_and_what_is_awaited(only_module: Modern) -> None:
    blender = only_module()
    extensions = blender.folder / "user" / "extensions" / "user_default"
    install(place_in(HostKind.BLENDER, extensions), blender.jobs)
    panel, blend = step("drawn_panel", module=EXTENSION), str(blender.folder / "cut.blend")
    _, _, *_, before, _, _, after, page, _ = blender.run(
        step("new"),
        step("enable", module=EXTENSION),
        *cut(blender),
        panel,
        step("operator", name="mpd.send_gap"),
        step("look", module=EXTENSION),
        panel,
        step("drawn_preferences", module=EXTENSION),
        step("save", path=blend),
    )
    assert "Channel 1, frame 49: 4 frames" in before
    assert "Waiting for MPD Studio" not in before
    assert "Waiting for MPD Studio" in after
    assert str(blender.jobs) in page
    fill(blender)
    *_, done, refused, offered, placed = blender.run(
        step("enable", module=EXTENSION),
        step("reopen", path=blend),
        step("remove", name="A"),
        step("look", module=EXTENSION),
        panel,
        step("operator", name="mpd.place_results"),
        panel,
        step("operator", name="mpd.place_results", force=True),
    )
    assert "Ready to be placed" in done
    assert "is not there any more" in refused
    assert "Place Even If Changed" in offered
    assert placed == "FINISHED"


def test_a_job_is_called_off(only_module: Modern) -> None:
    blender = only_module()
    extensions = blender.folder / "user" / "extensions" / "user_default"
    install(place_in(HostKind.BLENDER, extensions), blender.jobs)
    elsewhere = str(blender.folder / "elsewhere")
    *_, job_id, called_off, waiting = blender.run(
        step("new"),
        step("enable", module=EXTENSION),
        step("preference", module=EXTENSION, name="jobs_folder", value=elsewhere),
        *cut(blender),
        step("operator", name="mpd.send_gap"),
        step("first_pending", module=EXTENSION),
        step("cancel_first", module=EXTENSION),
        step("pending_of", module=EXTENSION),
    )
    assert called_off == "FINISHED"
    assert waiting == []
    assert (Path(elsewhere) / job_id / "cancel").read_bytes() == b""
    assert not blender.jobs.exists()


def test_a_zip_is_taken_as_an_extension(only_module: Modern) -> None:
    blender = only_module()
    archive = zipped(blender.plugins / "mpd_studio_bridge", blender.folder / "bridge.zip", inside="")
    (enabled,) = blender.run(step("install_zip", path=str(archive)))
    assert enabled == [EXTENSION]


def test_a_zip_is_taken_as_a_legacy_add_on(blender: Blender) -> None:
    archive = zipped(blender.plugins / "mpd_studio_bridge", blender.folder / "bridge.zip", inside="mpd_studio_bridge/")
    shutil.rmtree(blender.plugins)  # what is enabled must come from the zip
    (enabled,) = blender.run(step("install_legacy_zip", path=str(archive)))
    assert enabled == ["mpd_studio_bridge"]


def zipped(folder: Path, archive: Path, inside: str) -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, inside + path.relative_to(folder).as_posix())
    return archive


def test_blenders_own_packager_accepts_it(only_module: Modern) -> None:
    blender = only_module()
    found = sorted(Path(blender.command[0]).parents[1].rglob("bl_pkg/cli/blender_ext.py"))
    assert len(found) == 1
    source = assemble(HostKind.BLENDER, blender.folder / "fresh", blender.jobs)
    for words in (
        ["validate", str(source)],
        ["build", "--source-dir", str(source), "--output-dir", str(blender.folder)],
    ):
        done = subprocess.run([sys.executable, str(found[0]), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ERROR" not in done.stdout.upper().replace("ERRORS.PY", ""), done.stdout
    (archive,) = blender.folder.glob("mpd_studio_bridge-*.zip")
    names = zipfile.ZipFile(archive).namelist()
    assert {"blender_manifest.toml", "__init__.py", "job_folder/jobs.py", "bridge_config.json"} <= set(names)


def test_both_descriptions_say_the_same(repository: Path) -> None:
    folder = repository / "plugins" / "blender" / "mpd_studio_bridge"
    manifest = tomllib.loads((folder / "blender_manifest.toml").read_text())
    (node,) = [one.value for one in ast.parse((folder / "__init__.py").read_text()).body if isinstance(one, ast.Assign)]
    legacy = ast.literal_eval(node)
    assert manifest["id"] == HostKind.BLENDER.folder_name
    assert manifest["version"] == ".".join(map(str, legacy["version"]))
    assert manifest["name"] == legacy["name"]
    assert f'BRIDGE_VERSION = "{manifest["version"]}"' in (folder / "sending.py").read_text()
    assert (manifest["blender_version_min"], legacy["blender"]) == ("4.2.0", (3, 4, 0))
