"""What statistical mechanics and the integrator promise; `benchmarks/laws.py` has the long versions."""

import numpy as np
import pytest
from benchmarks.laws import energy_drift

from supercooled import store, systems


def test_energy_is_kept_where_the_force_is_continuous():
    """10000 steps of 0.005: a force that jumps at the cutoff drifts, one that ends at zero does not."""
    smooth = systems.named("ka-lj-smooth", density=1.2)
    drift, error = energy_drift(smooth, 2.0, 0.005, steps=10_000)
    assert error < 2e-4
    assert abs(drift) < 4 * error
    jumping, _ = energy_drift(systems.kob_andersen(density=1.2), 2.0, 0.005, steps=10_000)
    assert abs(jumping) > 5 * max(error, abs(drift))


def test_a_shipped_liquid_keeps_its_averages_when_the_step_is_halved(tmp_path):
    liquid = systems.kob_andersen(density=1.2)
    shipped = next(c for c in systems.library() if c.fits(liquid, 1.0, 1000))
    checks = shipped.record["checks"]
    assert shipped.record["made"]["dt"] == 0.005
    run = store.simulate(
        liquid, temperature=1.0, n_particles=1000, duration=6.0, every=0.05, dt=0.0025, damping=200.0,
        hold=1.0, root=tmp_path, progress=False,
    )  # fmt: skip
    means = {name: float(store.logged(run, name).mean()) for name in checks if name in store.energies.NAMES}
    # U fluctuates by T sqrt(c/N) = 0.04, p by some ten times that, and forget in about half a tau
    assert means["potential_energy"] == pytest.approx(checks["potential_energy"], abs=0.05)
    assert means["pressure"] == pytest.approx(checks["pressure"], abs=0.35)
    assert means["kinetic_temperature"] == pytest.approx(1.0, rel=0.01)
    # canonical: the kinetic temperature scatters by sqrt(2/3N)
    kinetic = store.logged(run, "kinetic_temperature").values
    assert np.std(kinetic) == pytest.approx(np.sqrt(2 / 3000), rel=0.4)


@pytest.mark.parametrize(
    ("temperature", "energy", "pressure"), [(0.8, -6.3435, 7.615), (2.0, -4.6465, 19.355)]
)
def test_kob_andersen_keeps_its_energy_and_pressure_when_the_step_is_halved(
    temperature, energy, pressure, tmp_path
):
    """What 400 tau at steps of 0.005 and of 0.0025 gave alike, in `python -m benchmarks.laws`."""
    means = {}
    for dt in (0.005, 0.0025):
        run = store.simulate(
            systems.kob_andersen(density=1.2), temperature=temperature, n_particles=500, duration=6.0,
            every=0.05, dt=dt, damping=0.5 / dt, start="lattice", hold=4.0 / temperature, root=tmp_path,
            progress=False,
        )  # fmt: skip
        means[dt] = [float(store.logged(run, name).mean()) for name in ("potential_energy", "pressure")]
    for u, p in means.values():
        # some three standard errors of six tau of 500 particles
        assert u == pytest.approx(energy, abs=0.05)
        assert p == pytest.approx(pressure, abs=0.35)
