"""The packages that diffusion models need."""

from __future__ import annotations

from importlib.util import find_spec

from mpd_studio.core.errors import EnvironmentProblem

NEEDED = ("torch", "diffusers", "transformers", "safetensors")


def missing_packages() -> tuple[str, ...]:
    """Which of the packages are not installed; they are looked for, not imported."""
    return tuple(name for name in NEEDED if find_spec(name) is None)


def problem() -> str:
    """Why no such engine can run here; "" when it can."""
    missing = missing_packages()
    if not missing:
        return ""
    return f"{', '.join(missing)} not installed. Run: pip install 'mpd-studio[diffusion]', then start again."


def require_packages() -> None:
    """Raises: EnvironmentProblem: a package is missing."""
    missing = problem()
    if missing:
        raise EnvironmentProblem(missing)
