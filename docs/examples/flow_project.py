"""Runs of a signac project: one job per state, `python flow_project.py run --parallel 4` or `submit`."""

import signac
from flow import FlowProject

import supercooled as sc


class Softness(FlowProject):
    """What is done with each job."""


@Softness.post.isfile("run.gsd")
@Softness.operation
def simulate(job: signac.job.Job) -> None:
    """Simulate; a job that was killed goes on."""
    liquid = sc.systems.named(job.sp.liquid, density=job.sp.density)
    run = sc.simulate(
        liquid,
        temperature=job.sp.temperature,
        n_particles=1000,
        duration=60.0,
        every=0.5,
        root=job.fn("runs"),
    )
    sc.write_gsd(job.fn("run.gsd"), run)


@Softness.pre.after(simulate)
@Softness.post(lambda job: "share" in job.doc)
@Softness.operation
def analyse(job: signac.job.Job) -> None:
    """Share of the rearranging particles that sat in a cage shallower than the most frequent one."""
    run = sc.read(job.fn("run.gsd"), temperature=job.sp.temperature)
    liquid = sc.systems.named(job.sp.liquid, density=job.sp.density)
    depth = sc.indicators.LocalDepth.sharma2022(run[::10], liquid.mixture).of(run, species="A")
    p_hop = sc.dynamics.hops(run, window=15.0)
    job.doc.share = sc.relation.shallower_share(depth, p_hop, threshold=0.15, lead=0.0).value


if __name__ == "__main__":
    project = signac.init_project()
    for temperature in (0.7, 0.8, 1.0):
        project.open_job({"liquid": "ka-lj", "density": 1.2, "temperature": temperature}).init()
    Softness(project).main()
