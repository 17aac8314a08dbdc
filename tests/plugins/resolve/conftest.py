"""Resolve's side as it is installed, and a result for each job."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.bridge.host_files import HostKind, assemble


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder "mpd studio" as the installation makes it; its jobs folder lies beside it."""
    parent = tmp_path_factory.mktemp("Scripts é")
    return assemble(HostKind.RESOLVE, parent, parent / "jobs")


@pytest.fixture(scope="session")
def bridge(installed: Path) -> Iterator[Callable[[str], Any]]:
    """bridge("planner"): a module of the installed package."""
    sys.path.insert(0, str(installed))
    yield lambda name: importlib.import_module(f"_mpd_bridge.{name}")
    sys.path.remove(str(installed))


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    folder = tmp_path / "bridge data" / "jobs"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def finish() -> Callable[..., Path]:
    """finish(job folder): what the studio writes when it is done; returns the folder of the frames."""
    return _finish


def _finish(job: Path, revision: int = 1, count: int | None = None) -> Path:
    request = json.loads((job / "request.json").read_text("utf-8"))
    frames: int = count or request["gap"]["count"]
    relative = f"media/r{revision:03d}"
    folder = job / relative
    folder.mkdir(parents=True)
    name = request.get("want", {}).get("name", "gap")
    hashes = []
    for number in range(1, frames + 1):
        content = f"frame {number} of revision {revision}".encode()
        (folder / f"{name}_{number:06d}.png").write_bytes(content)
        hashes.append(hashlib.sha256(content).hexdigest())
    result = {
        "schema": "mpd.bridge.result",
        "version": "1.0",
        "job_id": job.name,
        "revision": revision,
        "created": "2026-11-21T00:00:00Z",
        "files": {
            "folder": relative,
            "pattern": f"{name}_%06d.png",
            "first_number": 1,
            "count": frames,
            "sha256": hashes,
        },
        "rate": request["rate"],
    }
    (job / "result.json").write_text(json.dumps(result), "utf-8")
    return folder
