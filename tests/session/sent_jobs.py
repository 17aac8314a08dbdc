"""Jobs as an editor sends them, on the test footage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from job_folder import jobs
from job_folder.ids import new_job_id

from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import ProgramPaths


def send(paths: ProgramPaths, media: MediaRef, **changes: Any) -> Path:
    """A gap of three frames between frames 3 and 8 of the test footage."""
    job = jobs.NewJob(str(paths.data / "bridge" / "jobs"), new_job_id())
    path = str(media.path)
    request = {
        "schema": "mpd.bridge.request",
        "version": "1.0",
        "job_id": job.job_id,
        "created": "2026-11-21T00:00:00Z",
        "host": {"app": "blender", "project": "cut.blend", "timeline": "Scene"},
        "rate": {"num": 25, "den": 1},
        "timeline": {"start_frame": 1, "width": media.size.width, "height": media.size.height},
        "gap": {"track": 1, "first": 49, "count": 3, "before": {"frame": 48}, "after": {"frame": 52}},
        "frames": {"mode": "source", "before": {"path": path, "index": 3}, "after": {"path": path, "index": 8}},
        **changes,
    }
    return Path(job.send(request))
