"""What this machine has: versions, devices, system libraries, folders, weights. Loads no heavy library itself."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import mpd_studio
from mpd_studio.core.errors import MpdError
from mpd_studio.core.paths import ProgramPaths, program_paths
from mpd_studio.core.settings import load_settings
from mpd_studio.core.system_libraries import window_problem
from mpd_studio.weights.consent import has_consent
from mpd_studio.weights.layout import State
from mpd_studio.weights.store import WeightsFolder, find_weights, list_weights, what_to_do

_NEEDED = ("numpy", "opencv-python-headless", "av", "OpenEXR", "opentimelineio", "PySide6-Essentials", "pyqtgraph")
_FOR_DIFFUSION = ("torch", "diffusers", "transformers", "accelerate", "safetensors", "huggingface_hub")
_TORCH_TIMEOUT_S = 60
# Torch is asked in a process of its own: a broken or slow one must not take this one along.
_ASK_TORCH = (
    "import torch; n = torch.cuda.device_count(); "
    "print(', '.join(torch.cuda.get_device_name(i) for i in range(n)) or 'no GPU: the CPU is used')"
)


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: str


def examine() -> tuple[Finding, ...]:
    """One finding per line of the report."""
    findings = [
        Finding("mpd-studio", mpd_studio.__version__),
        Finding("Python", f"{platform.python_version()} on {platform.platform()}"),
    ]
    findings += [Finding(name, _version(name) or "MISSING: reinstall the program") for name in _NEEDED]
    for name in _FOR_DIFFUSION:
        findings.append(Finding(name, _version(name) or "not installed: diffusion engines stay off, flow works"))
    findings.append(Finding("GPU", _devices()))
    findings.append(Finding("window", window_problem(os.environ) or "can be opened"))
    paths = program_paths()
    for what, folder in (("settings", paths.config), ("cache", paths.cache), ("data", paths.data)):
        findings.append(Finding(f"{what} folder", str(folder)))
    findings += weights_findings(paths)
    return tuple(findings)


def weights_findings(paths: ProgramPaths) -> tuple[Finding, ...]:
    """One for each of the weights that are known: their state, where they are, and whether their terms were agreed to.

    A quick look: sizes and the heads of files. Weights that the settings choose come once more, at the end.
    """
    found = [Finding(f"weights {item.name}", _weights_state(item, paths)) for item in list_weights(paths)]
    chosen = load_settings(paths.settings).settings.svd_weights
    if chosen:
        try:
            find_weights(None, paths)
            state = chosen
        except MpdError as error:
            state = f"{chosen}: {error}"
        found.append(Finding("weights in use", state))
    return tuple(found)


def _weights_state(weights: WeightsFolder, paths: ProgramPaths) -> str:
    entry, state = weights.entry, weights.state
    if state is State.MISSING:
        return f"missing: mpd-studio weights get {weights.name}"
    problem = what_to_do(weights)
    parts = [f"{state.value} in {weights.path}" if problem is None else f"{state.value}: {problem}"]
    if entry is not None:
        agreed = has_consent(entry, paths)
        ask = f"licence not accepted yet: mpd-studio weights get {entry.id}"
        parts.append("licence accepted" if agreed else ask)
    return "; ".join(parts)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _devices() -> str:
    if _version("torch") is None:
        return "unknown: torch is not installed"
    try:
        answer = subprocess.run(
            [sys.executable, "-c", _ASK_TORCH], capture_output=True, text=True, timeout=_TORCH_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"unknown: torch did not answer ({error})"
    if answer.returncode:
        reason = answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
        return f"unknown: torch is broken here ({reason[0]}). Reinstall it."
    return answer.stdout.strip()
