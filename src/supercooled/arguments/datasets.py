"""Labelled results that functions take, by what they are: variables, dimensions and how each is made."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import xarray as xr

from supercooled.arguments.several import Labelled

_RDF = "sc.structure.radial_distribution(run, r_max=3.0, dr=0.01)"
_SQ = "sc.structure.structure_factor(run, q_max=30.0, dq=0.1)"
_EVENTS = "sc.dynamics.events(run, window=10.0, threshold=0.05)"
_OF_EVENTS = ("time", "peak", "start", "end", "duration", "displacement", "moment_time")
_MOTION = "sc.dynamics.displacements(run, lags=lags, overlap_radius=0.3)"
_P_R = "sc.relation.rearrangement_probability(softness, p_hop, ...)"
_FITS = "sc.relation.arrhenius(probabilities, weighting='errors')"

RadialDistribution: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "radial distribution",
        {"radial_distribution": ("pair", "r")},
        finite=("radial_distribution",),
        coords=("r",),
        made_by=_RDF,
    ),
]
LiquidDistribution: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "radial distribution",
        {"radial_distribution": ("pair", "r")},
        finite=("radial_distribution",),
        coords=("r",),
        attrs=("species", "composition", "density", "dimensions", "dr"),
        made_by=_RDF,
    ),
]
GroupedDistribution: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "radial distribution of groups",
        {"radial_distribution": ("group", "species", "r"), "density": ("species",)},
        coords=("r",),
        attrs=("dimensions", "dr"),
        made_by="sc.structure.grouped_radial_distribution(run, softness, edges=edges, r_max=3.0, dr=0.02)",
    ),
]
StructureFactor: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "structure factor",
        {"structure_factor": ("pair", "q")},
        finite=("structure_factor",),
        coords=("q",),
        attrs=("species", "composition", "dimensions", "q_max"),
        made_by=_SQ,
    ),
]
CagingPotential: TypeAlias = Annotated[
    xr.DataArray,
    Labelled(
        "caging potential",
        {"": ("displacement",)},
        finite=("",),
        coords=("displacement",),
        made_by="sc.cage.potential(sq, q_max=24.0, displacement=np.linspace(0.0, 1.0, 101))",
    ),
]
ByTemperature: TypeAlias = Annotated[
    xr.DataArray,
    Labelled("result at several temperatures", {"": ("temperature",)}, coords=("temperature",)),
]
MeanSquares: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "mean squared displacement",
        {"msd": ("lag",)},
        coords=("lag",),
        attrs=("dimensions",),
        made_by=_MOTION,
    ),
]
NonGaussian: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "non-Gaussian parameter",
        {"msd": ("lag",), "alpha2": ("lag",)},
        coords=("lag",),
        attrs=("duration",),
        made_by=_MOTION,
    ),
]
CurveErrors: TypeAlias = Annotated[xr.DataArray, Labelled("error of a curve", {"": ("lag",)})]
Events: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "table of events",
        {"particle": ("event",), "time": ("event",), "peak": ("event",)},
        finite=_OF_EVENTS,
        attrs=("threshold", "observed_from", "observed_to", "interval"),
        made_by=_EVENTS,
        empty=True,
    ),
]
EventTimes: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "table of events",
        {"particle": ("event",), "time": ("event",), "observed": None},
        finite=_OF_EVENTS,
        attrs=("observed_from", "observed_to"),
        made_by=_EVENTS,
        empty=True,
    ),
]
Kinds: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "table of examples", {"soft": ("example",)}, made_by="sc.dynamics.training_by_crossing(events, ...)"
    ),
]
Examples: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "table of examples",
        {"run": ("example",), "frame": ("example",), "particle": ("example",)},
        made_by="sc.dynamics.training_by_crossing(events, ...)",
        empty=True,
    ),
]
Features: TypeAlias = Annotated[
    xr.DataArray,
    Labelled(
        "table of features",
        {"": ("example", "feature")},
        made_by="sc.structure.features_of_examples(runs, examples, features, species='A')",
    ),
]
ParticleField: TypeAlias = Annotated[
    xr.DataArray,
    Labelled("field of particles", {"": ("frame", "particle")}, made_by="sc.dynamics.hops(run, window=10.0)"),
]
SpatialCorrelation: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "correlation in space",
        {"spatial_correlation": ("pair", "r"), "n_pairs": ("pair", "r")},
        coords=("r",),
        made_by="sc.space.spatial_correlation(run, softness, r_max=7.0, dr=0.25)",
    ),
]
Spectrum: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "spectrum",
        {},
        finite=("four_point", "field_structure_factor"),
        coords=("q",),
        made_by="sc.space.four_point_structure_factor(run, lags=[9.0], overlap_radius=0.3, ...)",
    ),
]
EventRates: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "set of event rates",
        {"rate": ("softness",), "probability_density": ("softness",)},
        coords=("softness", "lower", "upper"),
        made_by="sc.relation.event_rates(softness, events, bins=30, lead=1.0)",
    ),
]
Transitions: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "set of transitions",
        {"transition": ("softness", "later")},
        coords=("lower", "upper"),
        attrs=("lag",),
        made_by="sc.relation.transitions(softness, lag=1.0, bins=edges)",
    ),
]
Clusters: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "table of clusters",
        {"size": ("cluster",), "gyration_radius": ("cluster",), "frame": ("cluster",)},
        attrs=("n_frames",),
        made_by="sc.space.clusters(run, softness, above=1.0, cutoff=1.4)",
        empty=True,
    ),
]
Lines: TypeAlias = Annotated[
    xr.Dataset, Labelled("set of Arrhenius lines", {"barrier": None, "entropy": None}, made_by=_FITS)
]
LinesWithErrors: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "set of Arrhenius lines",
        dict.fromkeys(("barrier", "entropy", "barrier_error", "entropy_error")),
        made_by=_FITS,
    ),
]
Propagation: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "propagation of softness",
        {"initial": ("group",), "propagated_mean": ("group", "lag")},
        coords=("lag",),
        made_by="sc.relation.propagation(softness, run, ...)",
    ),
]
Probabilities: TypeAlias = Annotated[
    xr.Dataset,
    Labelled("rearrangement probability", {"rearrangement_probability": None}, made_by=_P_R),
]
ProbabilitiesWithErrors: TypeAlias = Annotated[
    xr.Dataset,
    Labelled(
        "rearrangement probability",
        {"rearrangement_probability": None, "rearrangement_probability_error": None},
        made_by=_P_R,
    ),
]
