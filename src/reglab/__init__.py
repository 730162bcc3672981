"""reglab trains convolutional networks with and without regularization, and compares them.

Public names are imported at their first use, so that `import reglab` loads neither Keras nor pydantic.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reglab.backend.start import start_backend
    from reglab.errors import ExperimentError, ReglabError
    from reglab.experiment import Experiment
    from reglab.training.session import Session
    from reglab.training.subject import Subject

__version__ = "0.1.0"
__all__ = [
    "Experiment",
    "ExperimentError",
    "ReglabError",
    "Session",
    "Subject",
    "__version__",
    "start_backend",
]

_MODULES = {
    "Experiment": "reglab.experiment",
    "ExperimentError": "reglab.errors",
    "ReglabError": "reglab.errors",
    "Session": "reglab.training.session",
    "Subject": "reglab.training.subject",
    "start_backend": "reglab.backend.start",
}


def __getattr__(name: str) -> Any:
    """Imports a public name (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
