"""When a run stops: for a frame, for a checkpoint, or to look up."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from supercooled.arguments import NotNegative, validated
from supercooled.errors import ParameterError
from supercooled.simulation.engine import Leg
from supercooled.state import StatePoint

# Twenty million atom-steps are ten to twenty seconds of one core: what a killed run loses.
ATOM_STEPS_PER_CHECKPOINT = 20_000_000
# A second of one core: how long Ctrl-C waits.
ATOM_STEPS_PER_STOP = 2_000_000
# What a temperature of the positions costs is that of five steps: one percent.
STEPS_PER_CONFIGURATIONAL_TEMPERATURE = 500
# 50 MB of frames in memory
PARTICLES_PER_CHECKPOINT = 1_000_000


@validated
@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps of a run, counted from the start of its hold.

    The checkpoints lie on a grid that depends on the state point alone, never on the duration, the
    clock or the load: restarting regroups the particles in memory and so changes the last bits of
    sums, and a run cut short, prolonged or killed must still go through the same bits.

    Parameters
    ----------
    hold, every
        steps before the first frame, and between frames
    n_particles
        sets how far apart the checkpoints lie
    offsets
        steps of the frames within each interval `every`
    """

    hold: int
    every: int
    n_particles: int
    offsets: tuple[int, ...] = (0,)

    @classmethod
    @validated
    def of(cls, state: StatePoint) -> Schedule:
        """Schedule of a state point.

        Parameters
        ----------
        state
            state point

        Returns
        -------
        Schedule
            schedule in integration steps
        """
        protocol = state.protocol
        steps = protocol.steps(protocol.hold), protocol.steps(protocol.every)
        return cls(*steps, state.n_particles, protocol.offsets)

    @staticmethod
    @validated
    def n_frames(state: StatePoint, duration: NotNegative) -> int:
        """Frames of a run: one at its beginning, and one each `every` up to and with its end.

        Parameters
        ----------
        state
            state point
        duration
            length of the run, tau

        Returns
        -------
        int
            number of frames

        Raises
        ------
        ParameterError
            if the duration is not a whole, positive number of intervals.
        """
        protocol = state.protocol
        steps, every = protocol.steps(duration), protocol.steps(protocol.every)
        if duration <= 0 or steps % every:
            raise ParameterError(
                f"duration {duration:g} must be a whole number of frame intervals of {protocol.every:g}"
            )
        return steps // every * len(protocol.offsets) + 1

    @validated
    def frame_step(self, frame: int) -> int:
        """Step of a frame.

        Parameters
        ----------
        frame
            number of a frame

        Returns
        -------
        int
            integration step
        """
        interval, within = divmod(frame, len(self.offsets))
        return self.hold + interval * self.every + self.offsets[within]

    @validated
    def frames_before(self, step: int) -> int:
        """Frames taken at steps before `step`.

        Parameters
        ----------
        step
            integration step

        Returns
        -------
        int
            number of frames
        """
        if step <= self.hold:
            return 0
        interval, within = divmod(step - self.hold, self.every)
        return interval * len(self.offsets) + bisect_left(self.offsets, within)

    @validated
    def measures_temperature(self, frame: int) -> bool:
        """Whether the temperature of the positions is logged with a frame: the first, and then one frame in
        so many steps at most.

        Parameters
        ----------
        frame
            number of a frame

        Returns
        -------
        bool
            true where it is logged

        Examples
        --------
        >>> run = Schedule(hold=0, every=200, n_particles=1000)
        >>> [frame for frame in range(10) if run.measures_temperature(frame)]
        [0, 3, 5, 8]
        """
        if frame == 0:
            return True
        before, now = (self.frame_step(k) - self.hold for k in (frame - 1, frame))
        apart = STEPS_PER_CONFIGURATIONAL_TEMPERATURE
        return before // apart < now // apart

    @validated
    def next_checkpoint(self, step: int) -> int:
        """First checkpoint after a step.

        Parameters
        ----------
        step
            integration step

        Returns
        -------
        int
            integration step

        Examples
        --------
        >>> Schedule(hold=0, every=100, n_particles=100_000).next_checkpoint(0)
        200
        >>> Schedule(hold=0, every=300, n_particles=100_000).next_checkpoint(200)
        300
        """
        piece = max(1, ATOM_STEPS_PER_CHECKPOINT // self.n_particles)
        if step < self.hold:
            return min(self.hold, (step // piece + 1) * piece)
        done = step - self.hold
        if self.every >= piece:
            interval, inside = divmod(done, self.every)
            return self.hold + interval * self.every + min(self.every, (inside // piece + 1) * piece)
        most = PARTICLES_PER_CHECKPOINT // (self.n_particles * len(self.offsets))
        length = max(1, min(piece // self.every, most)) * self.every
        return self.hold + (done // length + 1) * length

    @validated
    def leg(self, begin: int, n_frames: int) -> tuple[Leg, bool]:
        """The leg after the checkpoint at `begin` in a run of `n_frames`, and whether a checkpoint
        ends it: a leg that the run's end cuts short has none, since it lies off the grid.

        Parameters
        ----------
        begin
            step at which it begins
        n_frames
            number of frames of the run

        Returns
        -------
        tuple[Leg, bool]
            the leg, and whether a checkpoint ends it
        """
        last = self.frame_step(n_frames - 1)
        grid = self.next_checkpoint(begin)
        end = min(grid, last)
        first, beyond = self.frames_before(begin), self.frames_before(min(grid, last + 1))
        frames = [self.frame_step(k) for k in range(first, beyond)]
        look_up = max(1, ATOM_STEPS_PER_STOP // self.n_particles)
        # From the grid's own beginning, so that the pauses of a leg cut short are those of a whole one
        pauses = range(begin + look_up, end, look_up)
        stops = sorted({*pauses, *(s for s in frames if s > begin), end} - {begin})
        return Leg(begin, tuple(stops), frozenset(frames)), grid <= last
