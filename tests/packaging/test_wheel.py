"""A wheel built from the project is whole: it starts from an empty environment, with everything it needs inside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import mpd_studio


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", str(folder), str(repository)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bin/ of an environment that holds the wheel and sees this one's libraries, but not this checkout."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    place = subprocess.check_output(
        [scripts / "python", "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    # A .pth file read from there would lead back to the checkout; site reads those of its own folders only.
    (Path(place.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts


def start(scripts: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONPATH")
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(arguments, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_it_holds_package_resources_plugins_and_licence(wheel: Path, repository: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("resources", "plugins"):
        paths = [path for path in (repository / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        assert paths
        assert {f"mpd_studio/{path.relative_to(repository).as_posix()}" for path in paths} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"mpd_studio"}


def test_it_starts_as_a_module_and_as_a_command(scripts: Path, tmp_path: Path) -> None:
    for command in ([str(scripts / "python"), "-I", "-m", "mpd_studio"], [str(scripts / "mpd-studio")]):
        done = start(scripts, tmp_path, *command, "--version")
        assert done.returncode == 0, done.stderr
        assert mpd_studio.__version__ in done.stdout


def test_resources_are_found_inside_the_package(scripts: Path, tmp_path: Path) -> None:
    code = "from mpd_studio.core.resources import *; print(resource('demo'), plugin('README.md'), sep='\\n')"
    done = start(scripts, tmp_path, str(scripts / "python"), "-I", "-c", code)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert Path(line).exists()
        assert Path(line).is_relative_to(scripts.parent)


def test_the_demo_inside_it_can_be_read(scripts: Path, tmp_path: Path) -> None:
    code = "from mpd_studio.core.resources import resource; print(resource('demo/demo.mpdproj'))"
    project = start(scripts, tmp_path, str(scripts / "python"), "-I", "-c", code).stdout.strip()
    done = start(scripts, tmp_path, str(scripts / "mpd-studio"), "gaps", project, "--json")
    assert done.returncode == 0, done.stderr
    (gap,) = json.loads(done.stdout)["gaps"]
    assert (gap["length"], gap["start_tc"]) == (15, "01:00:01:12")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a display is always there")
def test_without_a_display_the_window_says_so_and_exits_with_3(scripts: Path, tmp_path: Path) -> None:
    done = start(scripts, tmp_path, str(scripts / "mpd-studio"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("mpd-studio: No display was found")


def test_the_bridge_is_installed_from_it(scripts: Path, tmp_path: Path) -> None:
    for host, inside in (("blender", "mpd_studio_bridge"), ("resolve", "mpd studio/_mpd_bridge")):
        done = start(
            scripts, tmp_path, str(scripts / "mpd-studio"), "bridge", "install", "--host", host, "--dest", str(tmp_path)
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / inside / "job_folder" / "jobs.py").is_file()
        assert (tmp_path / inside / "bridge_config.json").is_file()
