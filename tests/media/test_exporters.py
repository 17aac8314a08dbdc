"""The list of exporters: light, complete, and open to plug-ins."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.progress import SilentReporter
from mpd_studio.media.exporters import exporter_infos, open_exporter

BUILT_IN = ("png", "png16", "tiff16", "exr", "prores422hq", "prores4444", "dnxhr_hqx", "ffv1", "h264")

PLUGIN = """
from mpd_studio.core.exchange import ExporterInfo

class Listing:
    info = ExporterInfo("listing", "A list of sizes", ".txt", 8, False)

    def write(self, pictures, job, reporter):
        path = job.folder / f"{job.name}.txt"
        path.write_text("\\n".join(str(picture.size) for picture in pictures))
        return (path,)

class Other:
    info = ExporterInfo("another", "Under a wrong name", ".txt", 8, False)
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution with one good plug-in and three broken ones."""
    (tmp_path / "mpd_test_listing.py").write_text(PLUGIN)
    (tmp_path / "mpd_test_broken.py").write_text("import a_library_that_nobody_has")
    folder = tmp_path / "mpd_test_listing-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mpd-test-listing\nVersion: 1\n")
    (folder / "entry_points.txt").write_text(
        "[mpd_studio.exporters]\n"
        "listing = mpd_test_listing:Listing\n"
        "broken = mpd_test_broken:Anything\n"
        "mistaken = mpd_test_listing:Other\n"
        "png = mpd_test_broken:Png\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_every_built_in_exporter_opens_and_describes_itself() -> None:
    infos = {info.id: info for info in exporter_infos()}
    assert tuple(infos)[: len(BUILT_IN)] == BUILT_IN
    for id in BUILT_IN:
        assert open_exporter(id).info == infos[id]
        assert infos[id].problem == ""


def test_titles_say_how_many_bits_a_movie_keeps() -> None:
    for info in exporter_infos():
        if info.is_movie:
            assert f"{info.bit_depth} bit" in info.title


def test_the_list_loads_no_library() -> None:
    code = (
        "import sys; from mpd_studio.media.exporters import exporter_infos; exporter_infos()\n"
        "print([name for name in ('av', 'cv2', 'OpenEXR', 'torch', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnsupportedRequest, match=r"no format 'divx'. Choose one of: png, png16"):
        open_exporter("divx")


@pytest.mark.usefixtures("plugins")
def test_a_plugin_is_listed_and_writes(tmp_path: Path) -> None:
    assert "A list of sizes" in [info.title for info in exporter_infos()]
    (path,) = open_exporter("listing").write([], WriteJob(tmp_path, "x", Fraction(24)), SilentReporter())
    assert path.exists()


@pytest.mark.usefixtures("plugins")
def test_a_broken_plugin_is_an_entry_with_its_error() -> None:
    infos = {info.id: info for info in exporter_infos()}
    assert "a_library_that_nobody_has" in infos["broken"].problem
    assert "does not describe itself as 'mistaken'" in infos["mistaken"].problem
    with pytest.raises(UnsupportedRequest, match=r"The format 'broken' cannot be used: .*a_library_that_nobody_has"):
        open_exporter("broken")


@pytest.mark.usefixtures("plugins")
def test_a_plugin_cannot_take_a_built_in_id() -> None:
    assert [info.title for info in exporter_infos() if info.id == "png"] == ["PNG, 8 bit"]
