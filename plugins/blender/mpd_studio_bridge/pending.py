"""Jobs that a scene waits for, and strips that hold their frames; kept in the .blend, so that they outlive it."""

from .job_folder.ids import is_job_id
from .strips import all_strips

_PENDING = "mpd_pending"
JOB = "mpd_job"
REVISION = "mpd_revision"


def pending_jobs(scene):
    """Ids of jobs that were sent and not yet placed, oldest first."""
    return [name for name in str(scene.get(_PENDING, "")).split() if is_job_id(name)]


def remember(scene, job_id):
    _write(scene, [*(name for name in pending_jobs(scene) if name != job_id), job_id])


def forget(scene, job_id):
    _write(scene, [name for name in pending_jobs(scene) if name != job_id])


def _write(scene, names):
    if names:
        scene[_PENDING] = " ".join(names)
    elif _PENDING in scene:
        del scene[_PENDING]


def placed_strips(scene, job_id=None):
    """Strips that we placed, of one job or of all."""
    return [strip for strip in all_strips(scene) if strip.get(JOB) and job_id in (None, strip.get(JOB))]


def revision_of(strip):
    return int(strip.get(REVISION, 0))
