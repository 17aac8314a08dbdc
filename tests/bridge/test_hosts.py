"""Editors are found below the user's own folders, on each system."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.bridge.host_files import HostKind
from mpd_studio.bridge.hosts import Machine, find_hosts, place_in, this_machine


def found(machine: Machine) -> list[tuple[str, str, str]]:
    return [
        (place.host.value, place.version, place.folder.relative_to(machine.home).as_posix())
        for place in find_hosts(machine)
    ]


def make(home: Path, *folders: str) -> None:
    for folder in folders:
        (home / folder).mkdir(parents=True)


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    for system in ("linux", "darwin", "win32"):
        assert find_hosts(Machine(system, tmp_path, {})) == ()


def test_linux(tmp_path: Path) -> None:
    make(tmp_path, ".config/blender/4.1", ".config/blender/5.0", ".config/blender/4.10", ".config/blender/notes")
    make(tmp_path, ".local/share/DaVinciResolve", ".var/app/org.blender.Blender/config/blender/4.2")
    assert found(Machine("linux", tmp_path, {})) == [
        ("blender", "5.0", ".config/blender/5.0/extensions/user_default/mpd_studio_bridge"),
        ("blender", "4.10", ".config/blender/4.10/extensions/user_default/mpd_studio_bridge"),
        (
            "blender",
            "4.2",
            ".var/app/org.blender.Blender/config/blender/4.2/extensions/user_default/mpd_studio_bridge",
        ),
        ("blender", "4.1", ".config/blender/4.1/scripts/addons/mpd_studio_bridge"),
        ("resolve", "", ".local/share/DaVinciResolve/Fusion/Scripts/Utility/mpd studio"),
    ]


def test_variables_move_blenders_folders(tmp_path: Path) -> None:
    make(tmp_path, "xdg/blender/4.5")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "BLENDER_USER_RESOURCES": str(tmp_path / "res")}
    assert [row[2] for row in found(Machine("linux", tmp_path, environ))] == [
        "res/extensions/user_default/mpd_studio_bridge",
        "xdg/blender/4.5/extensions/user_default/mpd_studio_bridge",
    ]


def test_macos_with_the_app_stores_container(tmp_path: Path) -> None:
    product = "Library/Application Support/Blackmagic Design/DaVinci Resolve"
    container = "Library/Containers/com.blackmagic-design.DaVinciResolveLite/Data"
    make(tmp_path, "Library/Application Support/Blender/4.2", product, f"{container}/{product}", "Library/Containers/x")
    assert found(Machine("darwin", tmp_path, {})) == [
        ("blender", "4.2", "Library/Application Support/Blender/4.2/extensions/user_default/mpd_studio_bridge"),
        ("resolve", "", f"{product}/Fusion/Scripts/Utility/mpd studio"),
        ("resolve", "", f"{container}/{product}/Fusion/Scripts/Utility/mpd studio"),
        ("resolve", "", f"{container}/Library/Application Support/Fusion/Scripts/Utility/mpd studio"),
    ]


def test_windows(tmp_path: Path) -> None:
    make(tmp_path, "Roaming/Blender Foundation/Blender/3.6", "Roaming/Blackmagic Design/DaVinci Resolve")
    assert found(Machine("win32", tmp_path, {"APPDATA": str(tmp_path / "Roaming")})) == [
        ("blender", "3.6", "Roaming/Blender Foundation/Blender/3.6/scripts/addons/mpd_studio_bridge"),
        ("resolve", "", "Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts/Utility/mpd studio"),
    ]


def test_a_blender_that_is_too_old_is_listed_with_the_reason(tmp_path: Path) -> None:
    make(tmp_path, ".config/blender/3.3")
    (place,) = find_hosts(Machine("linux", tmp_path, {}))
    assert "3.4 or later" in place.problem


@pytest.mark.parametrize("host", HostKind)
def test_a_folder_that_the_user_names(tmp_path: Path, host: HostKind) -> None:
    assert place_in(host, tmp_path).folder.parent == tmp_path
    assert not place_in(host, tmp_path).problem


def test_this_machine_is_read_from_where_we_run() -> None:
    assert this_machine().home == Path.home()
