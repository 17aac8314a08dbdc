"""The .venv beside pyproject.toml: made when missing, brought up to date when stale, redone when left half-made."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pip_runner import InstallFailed, SetupError, run_pip

__all__ = ["ProjectVenv", "SetupError", "Stamp"]

_FRESH_INSTALL_BYTES = 2_500_000_000  # 1.8 GB were measured with the CPU build of torch
_ENGINES = "diffusion"
# Of the caller's Python, not of ours: they would make the new environment import somebody else's modules.
_LEAKING = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONEXECUTABLE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_ASTRAY = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")  # would send the packages elsewhere


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in .venv. It is written last, so that it tells of a whole installation.

    place: this Python and this folder; another value means building anew.
    recipe: hash of what was asked for; another value means installing again on top.
    extras: installed groups. without: group -> why it could not be installed here.
    """

    state: str
    place: str
    recipe: str = ""
    extras: tuple[str, ...] = ()
    without: dict[str, str] | None = None


class ProjectVenv:
    """The project's own Python environment. root: the folder of pyproject.toml."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / ".venv"
        self._stamp = self.folder / "mpd-studio.json"
        self._log = self.folder / "install.log"
        self._scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self._constraints = root / "packaging" / "constraints.txt"

    @property
    def python(self) -> Path:
        return self.tool("python")

    def tool(self, name: str) -> Path:
        """The path of an installed program."""
        return self._scripts / (f"{name}.exe" if os.name == "nt" else name)

    def environ(self) -> dict[str, str]:
        """The caller's environment without what would lead Python astray."""
        kept = {name: value for name, value in os.environ.items() if name not in _LEAKING + _ASTRAY}
        kept["PATH"] = os.pathsep.join([str(self._scripts), kept.get("PATH", "")])
        return kept | {"PYTHONNOUSERSITE": "1"}

    def ensure(self, *extras: str) -> None:
        """Make the environment fit for the project with these extras; does nothing when it is.

        Raises:
            SetupError: it cannot be made here; the message says why and what to do.
        """
        if self._is_ready(extras):
            return
        with self._alone():
            if not self._is_ready(extras):  # the one we waited for may have done it
                self._install(extras)

    def _is_ready(self, extras: tuple[str, ...]) -> bool:
        stamp = self.read_stamp()
        if stamp is None or stamp.state != "ready" or not self.python.exists():
            return False
        whole = stamp.place == self._place() and stamp.recipe == self._recipe()
        return whole and set(extras) <= set(stamp.extras) and "network" not in (stamp.without or {}).get(_ENGINES, "")

    def _install(self, extras: tuple[str, ...]) -> None:
        began = time.monotonic()
        old = self.read_stamp()
        extras = tuple(sorted({*extras, *(old.extras if old else ())}))
        self._make_folder(old)
        self._write_stamp(Stamp("installing", self._place()))
        if not self._python_works():
            self._make_venv()
        print("  the program and what it needs (numpy, PyAV, OpenCV, Qt) …")
        self._pip([f".[{','.join(extras)}]" if extras else "."])
        without = self._install_engines(extras)
        self._write_stamp(Stamp("ready", self._place(), self._recipe(), extras, without))
        print(f"Ready after {time.monotonic() - began:.0f} s.")

    def _install_engines(self, extras: tuple[str, ...]) -> dict[str, str]:
        """The diffusion engines' libraries. The program works without them, so a failure is told and lived with."""
        print("  the diffusion engines' libraries (torch, diffusers; the largest part) …")
        try:
            self._pip([f".[{','.join([*extras, _ENGINES])}]"])
        except InstallFailed as error:
            print(f"  They cannot be installed here: {error.reason}")
            print("  Everything else works: the window, the command line and the flow engine.")
            return {_ENGINES: f"network: {error.reason}" if error.is_network else error.reason}
        return {}

    def _pip(self, targets: list[str]) -> None:
        """Install in place with the tested versions; where those do not exist here, within pyproject's ranges."""
        editable = [part for target in targets for part in ("--editable", target)]
        try:
            run_pip(self.python, ["-c", str(self._constraints), *editable], self._root, self.environ(), self._log)
        except InstallFailed as error:
            if not error.is_missing_version:
                raise
            print("  The tested versions are not all available here; taking others within the allowed ranges …")
            run_pip(self.python, editable, self._root, self.environ(), self._log)

    def _make_folder(self, old: Stamp | None) -> None:
        """Clear away what cannot be built upon, and see that there is room and permission for the rest."""
        unusable = old is not None and (old.state != "ready" or old.place != self._place())
        if self.folder.exists() and (unusable or not self._python_works()):
            print(f"The environment in {self.folder} was left half-made or belongs elsewhere; making it anew.")
            if self.folder.is_symlink():
                self.folder.unlink()
            shutil.rmtree(self.folder, ignore_errors=True)
        fresh = not self.folder.exists()
        print(f"Setting up {self.folder}" + (" (once; takes some minutes and about 2 GB)" if fresh else ""))
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise SetupError(
                f"Cannot write in {self._root} ({error.strerror}). Copy the project to a folder of your own."
            ) from error
        free = shutil.disk_usage(self._root).free
        if fresh and free < _FRESH_INSTALL_BYTES:
            self.folder.rmdir()
            raise SetupError(
                f"Not enough room in {self._root}: {free / 1e9:.1f} GB are free, "
                f"{_FRESH_INSTALL_BYTES / 1e9:.1f} GB are needed. Free some, or move the project to another disk."
            )

    def _make_venv(self) -> None:
        print(f"  a Python {platform.python_version()} environment …")
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        hint = f"On Debian or Ubuntu: apt-get install python{version}-venv"
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            raise SetupError(f"This Python has no venv module. {hint}")
        # By a process of its own: -I keeps the caller's variables out of it.
        command = [sys.executable, "-I", "-m", "venv", str(self.folder)]
        made = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if made.returncode != 0 or not self._python_works():
            words = "\n".join((made.stdout + made.stderr).strip().splitlines()[-8:])
            raise SetupError(f"Python could not make the environment:\n{words}\n{hint}")

    def _python_works(self) -> bool:
        """Whether .venv holds a Python with pip of the version that runs now."""
        question = "import pip, sys; print('%d.%d.%d' % sys.version_info[:3])"
        try:
            answer = subprocess.run(
                [str(self.python), "-I", "-c", question], capture_output=True, text=True, check=False
            )
        except OSError:
            return False
        return answer.returncode == 0 and answer.stdout.strip() == platform.python_version()

    def _place(self) -> str:
        return f"{self.folder} · Python {platform.python_version()} · {platform.machine()}"

    def _recipe(self) -> str:
        digest = hashlib.sha256()
        for path in (self._root / "pyproject.toml", self._constraints):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def read_stamp(self) -> Stamp | None:
        """What .venv says of itself; None when it says nothing: missing, or made by hand."""
        try:
            values = json.loads(self._stamp.read_text(encoding="utf-8"))
            return Stamp(**{**values, "extras": tuple(values["extras"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            return Stamp("damaged", "")

    def _write_stamp(self, stamp: Stamp) -> None:
        part = self._stamp.with_suffix(".part")
        part.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
        part.replace(self._stamp)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two set-ups at once would break each other: the second waits for the first."""
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        try:
            place = os.open(self._root, os.O_RDONLY)  # a lock on the folder leaves no file behind
        except OSError as error:
            raise SetupError(f"Cannot read {self._root} ({error.strerror}).") from error
        try:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up of this folder is running; waiting for it …")
                fcntl.flock(place, fcntl.LOCK_EX)
            except OSError:
                pass  # some network file systems have no locks
            yield
        finally:
            os.close(place)
