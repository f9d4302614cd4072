"""What the study chooses, and where the paper says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from supercooled.papers import printed_beside
from supercooled.report import Tolerance

# Tolerances stood before anything was measured; "about 5 to 11" leaves half a unit on either side.
SHARE = Tolerance.absolute(0.03)
ACCURACY = Tolerance.between(0.88, float("inf"))
TWO_FEATURES = Tolerance.absolute(0.04)
BARRIER = Tolerance.between(4.5, 11.5)
ONSET = Tolerance.between(0.78, 0.88)
OVERLAP = Tolerance.absolute(0.05)
RISE = Tolerance.between(0.0, float("inf"))
DECAY = Tolerance.between(0.75, 1.25)


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice that changes a number.

    Parameters
    ----------
    window, candidate, rearrangement
        t_R in tau and both thresholds of p_hop, sigma_AA^2 (Sec. I.B)
    interval
        between inherent structures, tau (Sec. I.A)
    lead
        from the structure of a soft example to the peak of its p_hop, tau: "rearrange in the next time
        step" (Sec. I.C), one frame. The jump then lies between that frame and the one after next
    leads
        others, for comparison
    quiets
        how long a hard particle stays still, over the preset's, for comparison
    hard_at
        a hard example stands in the middle of its quiet stretch
    tolerance
        of the quench, the 2-norm of all forces; a tighter one finds the same rearrangements
    features
        set of structure functions
    method, C
        LIBSVM's plane, and the penalties that cross-validation chooses from
    blocks
        of the coldest run, where it is the only one: each is left out in turn, and gets its softness
        from the others. Of several runs each is left out
    draws
        of the examples, that accuracy and share are averaged over where numbers are printed: which of
        many soft particles are drawn moves the accuracy by 0.006. The softness is that of the first draw
    unit
        S = w.z - b as printed, in which the margin lies at -1 and 1
    overlap_radius
        a, sigma_AA (main text)
    bins
        of the softness, its edges
    minimum_count, largest_error
        samples (particle and frame), and relative error, that a P_R needs
    field_frames
        about how many frames of each run get a softness
    settled
        c_a is read at the first lag at which 1 - q of the inherent structures and of the frames that they
        were quenched from agree within this share of the latter: before that inherent structures flicker
        between minima. Where they never do, at half of the window, which is the time of one side of a
        rearrangement. The rule was written down before anything was computed by it
    highest
        temperature above which a liquid of density 1.2 takes no part in the Arrhenius lines
    """

    window: float = 10.0
    candidate: float = 0.05
    rearrangement: float = 0.2
    interval: float = 1.0
    lead: float = 1.0
    leads: tuple[float, ...] = (0.0, 1.0, 2.0, 5.0, 10.0)
    quiets: tuple[float, ...] = (0.25, 0.5, 1.0, 1.5, 2.0)
    hard_at: str = "middle"
    tolerance: float = 0.1
    features: str = "schoenholz2016"
    method: str = "linear-svm"
    C: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    blocks: int = 5
    unit: str = "margin"
    seed: int = 1
    draws: int = 10
    species: str = "A"
    overlap_radius: float = 0.5
    bins: tuple[float, ...] = tuple(-3.0 + 0.5 * k for k in range(13))
    minimum_count: int = 200
    largest_error: float = 0.6
    field_frames: int = 170
    settled: float = 0.1
    highest: float = 0.75


@dataclass(frozen=True, slots=True)
class Preset:
    """State points, run lengths and sizes.

    Parameters
    ----------
    durations
        of the run at each temperature of each density, tau
    quiet
        how long a hard particle stays below the lower threshold, tau, by density: tau_alpha (Sec. I.C)
        of the paper's overlap, whose a is 0.5. Shorter than that in short runs
    size
        examples of each kind at most (Sec. I.C: 6000)
    every, dt
        frames and steps of the runs; every whole interval one frame is quenched
    seed
        of the velocities; replicas have those after it
    replicas
        runs of the coldest temperature of a density, 1 where none is named
    apart
        how long the later ones are held before their first frame, tau. At 0.47 half of the A particles
        are then still within 0.5 of where all runs began
    """

    durations: Mapping[float, Mapping[float, float]]
    quiet: Mapping[float, float]
    size: int = 6000
    n_particles: int = 4000
    every: float = 0.5
    dt: float = 0.005
    seed: int = 1
    replicas: Mapping[float, int] = field(default_factory=dict)
    apart: float = 700.0


CHOICES = Choices()
PRESETS = {
    # minutes: few events, and a quiet that is a tenth of tau_alpha
    "quick": Preset({1.2: {0.47: 120.0, 0.58: 40.0, 0.70: 30.0}}, quiet={1.2: 60.0}, size=1000),
    # an hour: enough to learn from, and three temperatures more for barriers and relaxation
    "medium": Preset({1.2: {0.47: 840.0, 0.53: 60.0, 0.58: 60.0, 0.70: 30.0}}, quiet={1.2: 500.0}),
    # six hours of one core: as many examples as in the paper, from runs that are left out in turn, and the
    # onset at the other densities, where softness is learned at what is as cold as 0.56 at 1.20
    "long": Preset(
        {
            1.15: {0.45: 300.0, 0.52: 100.0, 0.60: 60.0},
            1.20: {0.47: 3000.0, 0.53: 200.0, 0.58: 100.0, 0.70: 60.0},
            1.25: {0.69: 300.0, 0.76: 100.0, 0.97: 60.0},
            1.30: {0.84: 300.0, 0.92: 100.0, 1.12: 60.0},
        },
        # tau_alpha is 171(4), 2060(240), 112(2), 130(6); every block of a single run needs hard ones
        quiet={1.15: 50.0, 1.20: 2000.0, 1.25: 50.0, 1.30: 50.0},
        replicas={1.20: 3},
    ),
    # All of Table I; tau_alpha is 255, 2060, 522 and 481 at the coldest temperature of each.
    "paper": Preset(
        {
            1.15: {0.42: 5000.0, 0.45: 2000.0, 0.52: 500.0, 0.60: 200.0},
            1.20: {0.47: 2000.0, 0.51: 2000.0, 0.53: 1000.0, 0.56: 500.0, 0.58: 500.0, 0.70: 200.0},
            1.25: {0.61: 5000.0, 0.69: 1000.0, 0.76: 400.0, 0.97: 150.0},
            1.30: {0.75: 5000.0, 0.84: 1000.0, 0.92: 400.0, 1.12: 150.0},
        },
        quiet={1.15: 255.0, 1.20: 2000.0, 1.25: 522.0, 1.30: 481.0},
        every=1.0,
        dt=0.0025,
        replicas={1.20: 3},
    ),
}

PRINTED = printed_beside(__file__)
