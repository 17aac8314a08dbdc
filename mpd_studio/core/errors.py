"""The errors a user can meet, and the one way to stop early.

MpdError
├── BadInput                what the user gave cannot be used                      exit code 4
│   ├── MediaError          a file is missing, truncated, of an unknown kind …
│   ├── GuidanceError       a guidance file or drawing is malformed
│   ├── ProjectError        a project file cannot be read
│   ├── TimelineError       an editor's timeline file cannot be read, or cannot hold what it should
│   ├── SettingsError       a setting's value is out of range
│   └── EditRefused         an edit makes no sense here (the space is taken …)
├── OutputError             a folder is not empty, a disk is full, no permission   exit code 4
├── UnsupportedRequest      the engine cannot make this, or there is none          exit code 5
├── EngineFailed            the engine broke while making it                       exit code 5
└── EnvironmentProblem      a library or device is missing                         exit code 3

Cancelled                   a BaseException: the user stopped it                   exit code 130
"""

from __future__ import annotations


class MpdError(Exception):
    """Something a user can meet. The message says what happened and what to do, in one or two sentences."""

    exit_code = 4


class BadInput(MpdError):
    """What the user gave cannot be used as it is."""


class MediaError(BadInput):
    """A media file cannot be read: missing, truncated, of an unknown kind, or not what it claims to be."""


class GuidanceError(BadInput):
    """Paths or regions are malformed."""


class ProjectError(BadInput):
    """A project file cannot be read or is of a newer version."""


class TimelineError(BadInput):
    """An editor's timeline file cannot be read, or its format cannot hold what is to be written."""


class SettingsError(BadInput):
    """A setting's value is out of range."""


class EditRefused(BadInput):
    """An edit makes no sense where it was asked for; the timeline stays as it is."""


class OutputError(MpdError):
    """Nothing could be written: folder not empty, disk full, no permission."""


class UnsupportedRequest(MpdError):
    """The chosen engine cannot make what was asked for."""

    exit_code = 5


class EngineFailed(MpdError):
    """The engine broke while making the frames."""

    exit_code = 5


class EnvironmentProblem(MpdError):
    """A library, device or system package is missing."""

    exit_code = 3


class Cancelled(BaseException):
    """The user stopped the work. Not an error: `except Exception` does not catch it."""
