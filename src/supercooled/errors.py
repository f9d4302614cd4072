"""Every error that the package raises on purpose.

The message is one sentence: what is wrong, where (file, frame, particle, field), and what to do.
The command line prints it and exits with code 2.
"""

__all__ = [
    "BoxError",
    "BrokenLawError",
    "ClusterError",
    "MissingExtraError",
    "MixtureError",
    "ParameterError",
    "SimulationError",
    "StoreError",
    "SupercooledError",
    "TrajectoryError",
]


class SupercooledError(Exception):
    """Base of all errors that the package raises on purpose."""

    def __str__(self) -> str:
        """The sentence; what a terminal would take for an order is escaped."""
        said = super().__str__()
        return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in said)


class ParameterError(SupercooledError, ValueError):
    """An argument is missing, out of range, or leaves the science to be guessed."""


class BoxError(SupercooledError, ValueError):
    """A simulation box has no volume, changes where it must not, or is too small."""


class MixtureError(SupercooledError, ValueError):
    """Species, composition, masses and pair potentials do not fit together."""


class TrajectoryError(SupercooledError, ValueError):
    """Frames are missing, damaged, or do not belong together."""


class SimulationError(SupercooledError, RuntimeError):
    """A simulation can't start or can't go on."""


class StoreError(SupercooledError, RuntimeError):
    """A run's folder or an output can't be read, locked or written."""


class MissingExtraError(SupercooledError, ImportError):
    """An optional dependency is asked for and not installed."""


class ClusterError(SupercooledError, RuntimeError):
    """Workers or their scheduler are lost, out of reach, or can't do the work."""


class BrokenLawError(SupercooledError, AssertionError):
    """An indicator does not obey a law that it must: what it gives is not a measure of structure."""
