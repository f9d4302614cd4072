"""The models that the package ships: learned from short runs that begin with its equilibrated configurations.

python -m benchmarks.models --root FOLDER [--out FOLDER] [MODEL ...]
python -m benchmarks.models --count

Each model is written as JSON with what it was learned from, and how well it does on what took no part: parts
of the run left out in turn, and a run at another temperature. Runs lie below the root and go on where they
were killed. Numbers are rounded to six digits, and what is said of a model is said of the rounded one.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import supercooled as sc
from supercooled import Features, Mixture, Trajectory, cage, dynamics, learning, structure
from supercooled.arrays import AnyArray, Array
from supercooled.cage import Calibration
from supercooled.datasets import Configuration
from supercooled.indicators import (
    Averages,
    DistanceToInherent,
    LocalDepth,
    LocalSoftness,
    PotentialEnergy,
    StructureFunctions,
    VoronoiVolume,
    inherent,
)
from supercooled.mixture import Liquid
from supercooled.outputs import whole_file
from supercooled.predictors import Predictor, fit_predictor, score
from supercooled.predictors.predictor import INSIDE, Layers
from supercooled.predictors.shipped import SOFTNESS
from supercooled.source_code import provenance

SHIPPED = Path(__file__).parents[1] / "src" / "supercooled" / "predictors" / "fitted"
N, EVERY, TOLERANCE = 4000, 1.0, 0.5
# schoenholz2016, Secs. I.B and I.C, as papers/schoenholz2016 reads them.
WINDOW, CANDIDATE, REARRANGED, LEAD = 10.0, 0.05, 0.2, 1.0
PENALTIES, BLOCKS, MOST = (0.01, 0.1, 1.0), 5, 6000
DIGITS = 6


@dataclass(frozen=True)
class Softness:
    """How a softness is learned.

    states : (temperature, duration) that it is learned from
    judged : (temperature, duration) of a run that takes no part
    features : the paper whose structure functions, and whose choice of examples, are taken
    quenched : of inherent structures, or of the frames as they are
    quiet : how long a hard particle stays, tau: between troughs (graham2023) or in all (schoenholz2016)
    """

    system: str
    density: float
    states: tuple[tuple[float, float], ...]
    judged: tuple[float, float]
    features: str
    quenched: bool
    quiet: float
    dt: float = 0.005

    @property
    def liquid(self) -> Liquid:
        """The liquid at its density."""
        return sc.systems.named(self.system, density=self.density)

    @property
    def atom_steps(self) -> float:
        """Of its runs."""
        return sum(time for _, time in (*self.states, self.judged)) / self.dt * N

    def run(self, temperature: float, duration: float, root: Path) -> tuple[Trajectory, Trajectory]:
        """A run, and what is looked at of it."""
        run = sc.simulate(
            self.liquid,
            temperature=temperature,
            n_particles=N,
            duration=duration,
            every=EVERY,
            dt=self.dt,
            root=root,
            progress=False,
        )
        run = run[: round(duration / EVERY) + 1]
        if not self.quenched:
            return run, run
        still = sc.store.quench_trajectory(run, tolerance=TOLERANCE, root=root, workers=1, progress=False)
        return run, still


def _schoenholz(density: float, learned: tuple[float, float], judged: tuple[float, float]) -> Softness:
    return Softness("ka-lj", density, (learned,), judged, "schoenholz2016", quenched=True, quiet=30.0)


def _well(width: float, density: float, colder: float, hotter: float) -> Softness:
    # As the study does: narrower wells have stiffer forces.
    dt = 0.004 if width > 0.25 else 0.005
    states = ((colder, 100.0),)
    name, features = f"ka-width{width:g}", "graham2023"
    return Softness(name, density, states, (hotter, 60.0), features, quenched=False, quiet=80.0, dt=dt)


SOFTNESSES: Mapping[str, Softness] = {
    "ka-lj-1.2": _schoenholz(1.2, (0.53, 80.0), (0.58, 45.0)),
    "ka-lj-1.25": _schoenholz(1.25, (0.69, 80.0), (0.76, 45.0)),
    "ka-lj-1.3": _schoenholz(1.3, (0.84, 80.0), (0.92, 45.0)),
    "ka-lj-1.15": _schoenholz(1.15, (0.45, 80.0), (0.52, 45.0)),
    "ka-width0.2-1.16": _well(0.2, 1.16, 0.62, 0.7),
    "ka-width0.4-1.12": _well(0.4, 1.12, 0.85, 1.0),
    "ka-width0.1-1.18": _well(0.1, 1.18, 0.6, 0.7),
    "ka-width0.3-1.14": _well(0.3, 1.14, 0.75, 0.85),
}
# Of the sets of sc.datasets: the name, the set, and the time in relaxation times.
PROPENSITIES: Mapping[str, tuple[str, float]] = {
    "ka-wca-propensity-T0.6": ("ka-wca_rho1.2_T0.6_N1000", 1.0),
    "ka-wca-propensity-T0.8": ("ka-wca_rho1.2_T0.8_N1000", 1.0),
}
# Softness of the cage by the line of sharma2022: of the shipped configurations, judged on the run of another.
CAGES: Mapping[str, tuple[str, float, tuple[float, ...], str]] = {
    "ka-lj-1.2-cage": ("ka-lj", 1.2, (0.47, 0.51, 0.53, 0.56, 0.58, 0.7, 0.8), "ka-lj-1.2"),
}
# As `supercooled analyze` has them, from sharma2022 and nandi2021.
Q_MAX, VANISHING, SMEARED, READING = 24.5, 0.001, 0.09, "ensemble-cut"
NAMES = (*PROPENSITIES, *SOFTNESSES, *CAGES)


def main() -> None:
    """Make the named models, or all."""
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(NAMES))
    about.add_argument("--root", type=Path, help="folder of the runs")
    about.add_argument(
        "--out", type=Path, default=SHIPPED, help="folder of the models; default the package's"
    )
    about.add_argument("--count", action="store_true", help="only count the atom-steps")
    given = about.parse_args()
    if unknown := set(given.models) - set(NAMES):
        about.error(f"no model {sorted(unknown)[0]}; known are {', '.join(NAMES)}")
    names = given.models or NAMES
    for name in names:
        if name in SOFTNESSES:
            print(f"{name}: {SOFTNESSES[name].atom_steps:.2g} atom-steps", flush=True)
    if given.count:
        return
    if given.root is None and set(names) & {*SOFTNESSES, *CAGES}:
        about.error("say where the runs are: --root FOLDER")
    for name in names:
        if name in PROPENSITIES:
            made = propensity(*PROPENSITIES[name])
        elif name in CAGES:
            made = softness_of_cages(*CAGES[name], given.root)
        else:
            made = softness(SOFTNESSES[name], given.root)
        _write(given.out / f"{name}.json", name, made)


def softness(asked: Softness, root: Path) -> Predictor:
    """A softness, learned and judged."""
    runs = [asked.run(T, duration, root)[1] for T, duration in asked.states]
    examples = _examples(asked, runs)
    groups = learning.groups_of(examples, blocks=BLOCKS)
    training = learning.Training("linear-svm", PENALTIES, BLOCKS, unit="margin", constant="ignore")
    with warnings.catch_warnings():
        # What is no better than chance is seen in the scores.
        warnings.simplefilter("ignore")
        model, found = learning.fit_softness(examples, groups=groups, training=training)
    soft = np.asarray(examples["soft"].values, dtype=bool)
    X = np.asarray(examples.transpose("example", "feature").values, dtype=np.float64)
    plane = Layers(
        _rounded(model.mean),
        _rounded(model.scale),
        tuple((_rounded(w), _rounded(b)) for w, b in model.layers),
        edge=1.0,
    )
    edge = float(_rounded(np.array([np.quantile(plane.distance(X), INSIDE)]))[0])
    plane = Layers(plane.mean, plane.scale, plane.layers, edge)
    # One left out of each: each part of a run by what the other parts have taught.
    folds = [score(found.softness[groups == g], soft[groups == g]) for g in np.unique(groups)]
    other = asked.run(*asked.judged, root)[1]
    judged = _examples(asked, [other])
    there = score(
        plane(np.asarray(judged.transpose("example", "feature").values, dtype=np.float64)),
        np.asarray(judged["soft"].values, dtype=bool),
    )
    functions: Features = StructureFunctions.of_paper(asked.features)
    if asked.quenched:
        functions = inherent(functions, asked.liquid.mixture, tolerance=TOLERANCE)
    T = ", ".join(f"{T:g}" for T, _ in asked.states)
    frame = runs[0].frame(0)
    said = {
        "unit": "1",
        "model": "linear-svm",
        "C": found.C,
        "penalties": list(PENALTIES),
        "liquid": asked.system,
        "density": asked.density,
        "dimensions": frame.dimensions,
        "temperature": asked.states[0][0],
        "particles": N,
        "runs": [{"temperature": T, "duration": t, "dt": asked.dt, "seed": 1} for T, t in asked.states],
        "examples": {"soft": int(soft.sum()), "hard": int((~soft).sum())},
        "no_error": found.no_error or "of others than the accuracy: parts of the run may hold one kind only",
        "chance": _digits(found.chance),
        "judged": {
            "temperature": asked.judged[0],
            "duration": asked.judged[1],
            **{key: _digits(there[key]) for key in ("accuracy", "balanced_accuracy", "auc", "number")},
        },
        "validated": (
            f"{BLOCKS} parts of the run left out in turn; at T = {asked.judged[0]:g}, which took no part: "
            f"accuracy {there['accuracy']:.2f}, AUC {there['auc']:.2f} of {there['number']:.0f} examples"
        ),
        "domain": (
            f"{'inherent structures' if asked.quenched else 'thermal frames, not quenched,'} of "
            f"{asked.system} at density {asked.density:g}, A particles, T = {T}"
        ),
        "choices": _choices(asked),
    }
    # Of all that were left out together: a part of a run may hold one kind only, and tells no area.
    whole = score(found.softness, soft)
    scores = {
        key: {
            "mean": _digits(whole[key]),
            "error": _known_or_none(found.error) if key == "accuracy" else None,
            "folds": [_known_or_none(one[key]) for one in folds],
        }
        for key in ("accuracy", "balanced_accuracy", "auc", "number")
    }
    return Predictor(
        (functions,),
        {"A": plane},
        SOFTNESS,
        "classification",
        frame.names,
        functions.columns(frame),
        {"A": scores},
        said,
    )


def _choices(asked: Softness) -> str:
    if asked.features == "schoenholz2016":
        return (
            f"soft: p_hop (t_R = {WINDOW:g}) peaks above {REARRANGED:g} {LEAD:g} tau later; hard: the middle "
            f"of {asked.quiet:g} tau below {CANDIDATE:g}; the paper asks for a relaxation time and for 6000 "
            "of each"
        )
    return (
        f"soft: peaks of p_hop (t_R = {WINDOW:g}) above {REARRANGED:g}; hard: troughs below {CANDIDATE:g}, "
        f"{asked.quiet:g} tau apart; of thermal frames, where the paper takes inherent structures every tau"
    )


def _examples(asked: Softness, runs: Sequence[Trajectory]) -> xr.DataArray:
    """Structure functions of as many soft as hard A particles."""
    if asked.features == "graham2023":
        rule = dynamics.ExtremaRule(WINDOW, REARRANGED, CANDIDATE, 10.0, asked.quiet, lead=0.0)
        table = dynamics.training_by_extrema(runs, rule, species="A")
    else:
        table = _by_peaks(runs, asked.quiet)
    number = int(min(table["soft"].sum(), (~table["soft"]).sum(), MOST))
    drawn = dynamics.balanced(table, size=number, seed=1)
    return structure.features_of_examples(
        list(runs), drawn, StructureFunctions.of_paper(asked.features), species="A"
    )


def _by_peaks(runs: Sequence[Trajectory], quiet: float) -> xr.Dataset:
    """Soft ones a lead before the peak of p_hop, hard ones amid quiet."""
    events = [dynamics.events(run, window=WINDOW, threshold=CANDIDATE, species="A") for run in runs]
    table = dynamics.training_by_crossing(
        events, rearrangement=REARRANGED, lead=0.0, quiet=quiet, hard_at="middle"
    )
    hard = table.isel(example=~table["soft"].values)
    soft = [_before(run, one, k) for k, (run, one) in enumerate(zip(runs, events, strict=True))]
    both = xr.concat([*soft, hard], dim="example", combine_attrs="override")
    return both.assign_attrs(table.attrs, lead=LEAD)


def _before(run: Trajectory, events: xr.Dataset, number: int) -> xr.Dataset:
    peaks = dynamics.rearrangements(events, threshold=REARRANGED)
    place = np.searchsorted(run.frames, peaks["frame"].values) - round(LEAD / run.interval)
    there = place >= 0
    n = int(there.sum())
    columns = {
        "run": np.full(n, number, np.int64),
        "frame": run.frames[place[there]],
        "particle": peaks["particle"].values[there],
        "soft": np.ones(n, bool),
        "time": run.times[place[there]],
    }
    return xr.Dataset({name: ("example", values) for name, values in columns.items()})


def softness_of_cages(
    system: str, density: float, temperatures: Sequence[float], judged: str, root: Path
) -> Predictor:
    """Softness of each cage, by the line between inverse softness and depth of the liquid's own cages."""
    liquid = sc.systems.named(system, density=density)
    mixture = liquid.mixture
    frames = [sc.read(sc.systems.equilibrated(liquid, T, N), temperature=T) for T in temperatures]
    inverse, deep = [], []
    for run, T in zip(frames, temperatures, strict=True):
        radial = structure.radial_distribution(run, r_max=2.5, dr=0.01)
        near = cage.cutoffs(radial, vanishing=VANISHING, species="A")
        deep.append(float(cage.depth(radial, mixture, temperature=T, cutoffs=near, species="A")))
        factor = structure.structure_factor(run, q_max=Q_MAX, dq=0.1)
        inverse.append(float(cage.softness(factor, q_max=Q_MAX)["softness"]))
    along = {"temperature": list(temperatures)}
    line = cage.calibrate(
        xr.DataArray(deep, along, ("temperature",)),
        xr.DataArray(inverse, along, ("temperature",)),
        reading=READING,
    )
    line = Calibration(
        *(_digits(getattr(line, name)) for name in ("c0", "c1", "c0_error", "c1_error")),
        line.temperatures,
        line.reading,
        _digits(line.residual),
    )
    shells = {
        pair: (_digits(low), _digits(high))
        for pair, (low, high) in cage.cutoffs(
            structure.radial_distribution(frames[0], r_max=2.5, dr=0.01), vanishing=VANISHING
        ).items()
    }
    one = LocalSoftness(LocalDepth(mixture, shells, "local", "total", width=SMEARED), line)
    values = np.concatenate([_known(one.of(run[0], species="A").values) for run in frames])
    mean, spread = _digits(values.mean()), _digits(values.std())
    edge = float(np.quantile(np.abs(values - mean) / spread, INSIDE))
    # The number itself: standardised, and back again.
    plane = Layers(
        np.array([mean]),
        np.array([spread]),
        ((np.array([[spread]]), np.array([mean])),),
        _digits(edge),
    )
    test = SOFTNESSES[judged]
    run, still = test.run(*test.states[0], root)
    scores, T = _told_by(one, run, still), test.states[0][0]
    said = {
        "unit": "sigma_AA^5",
        "model": "1/S = c0 + c1 depth",
        "liquid": system,
        "density": density,
        "dimensions": 3,
        "temperature": temperatures[0],
        "temperatures": list(temperatures),
        "particles": N,
        "average_softness": [_digits(x) for x in inverse],
        "residual": line.residual,
        "q_max": Q_MAX,
        "no_error": "each temperature is one configuration, and all frames that judge are of one run",
        "validated": (
            f"the line: within {100 * line.residual:.0f} % of 1/S at {len(temperatures)} temperatures; a run "
            f"at T = {T:g}: AUC {scores['auc']:.2f} for rearranging (p_hop > {REARRANGED:g}) within "
            f"{WINDOW:g} tau, as {100 * scores['share']:.0f} % of {scores['number']:.0f} particles do"
        ),
        "domain": (
            f"thermal frames of {system} at density {density:g}, A particles, T = {temperatures[0]:g} to "
            f"{temperatures[-1]:g}, which must be known"
        ),
        "choices": (
            f"local C, total density, delta {SMEARED:g}, shells at T = {temperatures[0]:g}, the line by the "
            f"reading {READING!r}, q_max {Q_MAX:g}: as supercooled analyze"
        ),
    }
    told = {key: {"mean": _digits(scores[key]), "error": None} for key in ("auc", "number")}
    target = f"{SOFTNESS} of the cage"
    return Predictor(
        (one,), {"A": plane}, target, "regression", mixture.species, (str(one),), {"A": told}, said
    )


def _known_or_none(value: float) -> float | None:
    """A number of JSON."""
    return _digits(value) if np.isfinite(value) else None


def _known(values: Array) -> Array:
    """Without particles that have none, and cages that are not bound."""
    return values[np.isfinite(values)]


def _told_by(one: LocalSoftness, run: Trajectory, still: Trajectory) -> dict[str, float]:
    """How well a field of some frames tells who rearranges within a window of each."""
    hops = dynamics.hops(still, window=WINDOW, species="A")
    first = round(WINDOW / run.interval / 2)
    after = round(WINDOW / run.interval)
    values, moved = [], []
    for start in range(0, hops.sizes["frame"] - after, after):
        values.append(one.of(run[first + start], species="A").values)
        moved.append((hops.values[start : start + after] > REARRANGED).any(axis=0))
    return score(np.concatenate(values), np.concatenate(moved))


def propensity(of: str, after: float) -> Predictor:
    """A predictor of propensity, learned from the configurations that learn, judged by the others."""
    held = sc.datasets.load(of)
    record = held.records[of]
    time = after * record["relaxation_time"]
    at = [one for one in held.configurations if np.isclose(one.time, time)]
    learn, judge = ([one for one in at if one.role == role] for role in ("learn", "judge"))
    features = _small_recipe(held.liquid.mixture)
    made = fit_predictor(
        features,
        [one.frame for one in learn],
        [one.propensity for one in learn],
        target="propensity",
        species=held.liquid.mixture.species,
        groups=[one.name for one in learn],
        unit="sigma_AA",
    )
    models = {
        name: Layers(
            _rounded(one.mean),
            _rounded(one.scale),
            tuple((_rounded(w), _rounded(b)) for w, b in one.layers),
            float(_rounded(np.array([one.edge]))[0]),
        )
        for name, one in made.models.items()
    }
    whole = Predictor(
        made.features, models, made.target, made.kind, made.names, made.columns_of, {}, made.provenance
    )
    scores = _judged(whole, judge)
    A = scores["A"]["pearson"]
    number = len(judge)
    said = {
        **made.provenance,
        "liquid": record["system"],
        "density": record["density"],
        "temperature": record["temperature"],
        "time": time,
        "particles": record["n_particles"],
        "data": f"sc.datasets.load({of!r}): {len(learn)} configurations learn, {number} judge",
        "left_out": {
            name: {key: _digits(one[key]["mean"]) for key in ("pearson", "spearman")}
            for name, one in made.scores.items()
        },
        "validated": (
            f"{number} configurations that took no part: Pearson {A['mean']:.2f} of A, "
            f"ceiling {_ceiling(judge):.2f} by the number of runs"
        ),
        "domain": (
            f"{record['system']} at density {record['density']:g}, T = {record['temperature']:g}, propensity "
            f"after {after:g} relaxation time"
        ),
        "choices": "the recipe of the package with lengths that fit the box of 1000 particles; penalty by "
        "configurations left out",
    }
    said["density"] = record["density"]
    return Predictor(made.features, models, made.target, made.kind, made.names, made.columns_of, scores, said)


def _small_recipe(mixture: Mixture) -> tuple[Features, ...]:
    """Of :func:`supercooled.predictors.recipe` what fits into a box 9.4 sigma_AA wide."""
    over, lengths, cutoff = (*mixture.species, "all"), (0.0, 1.0, 2.0), 4.6
    return (
        inherent(Averages(PotentialEnergy(mixture), lengths, over, cutoff), mixture),
        inherent(Averages(VoronoiVolume(), lengths, over, cutoff), mixture),
        Averages(DistanceToInherent(mixture), lengths, over, cutoff),
    )


def _judged(made: Predictor, judge: Sequence[Configuration]) -> dict[str, Any]:
    """Scores on configurations that took no part, by species."""
    values = [made(one.frame) for one in judge]
    found: dict[str, Any] = {}
    for species in made.models:
        each = [
            score(value[own], one.propensity[own])
            for value, one in zip(values, judge, strict=True)
            for own in [one.frame.species == one.frame.species_index(species)]
        ]
        found[species] = {
            key: {
                "mean": _digits(np.mean([one[key] for one in each])),
                "error": _digits(np.std([one[key] for one in each], ddof=1) / np.sqrt(len(each))),
                "folds": [_digits(one[key]) for one in each],
            }
            for key in ("pearson", "spearman", "auc", "accuracy", "number")
        }
    return found


def _ceiling(judge: Sequence[Configuration]) -> float:
    """Correlation of the mean of all runs with that of many, from halves (Spearman and Brown)."""
    each = []
    for one in judge:
        if one.halves is None:
            continue
        own = one.frame.species == one.frame.species_index("A")
        r = float(np.corrcoef(one.halves[0][own], one.halves[1][own])[0, 1])
        each.append(np.sqrt(2 * r / (1 + r)))
    return float(np.mean(each))


def _write(path: Path, name: str, made: Predictor) -> None:
    """JSON, the same to the last byte from the same runs."""
    run = provenance()
    plain = made.to_dict()
    said = {key: value for key, value in plain["provenance"].items() if value is not None}
    plain["provenance"] = {
        **said,
        "version": run["version"],
        "model_version": 1,
        "made": f"python -m benchmarks.models --root FOLDER {name}",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        Path(unfinished).write_text(json.dumps(plain, allow_nan=False, separators=(",", ":")) + "\n")
    print(f"{name}: {path.stat().st_size / 1e3:.1f} kB; {said['validated']}", flush=True)


def _rounded(values: Array) -> Array:
    flat = [_digits(value) for value in np.asarray(values, dtype=np.float64).ravel()]
    return np.array(flat, dtype=np.float64).reshape(np.shape(values))


def _digits(value: float | AnyArray) -> float:
    return float(f"{float(value):.{DIGITS}g}")


if __name__ == "__main__":
    main()
