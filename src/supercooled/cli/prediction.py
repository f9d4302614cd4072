"""Models put to use, and which there are."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

import supercooled as sc
from supercooled.cli.meaning import reads
from supercooled.cli.printing import say


@reads
def predict(
    file: Annotated[Path, typer.Argument(help="A trajectory, or one configuration.")],
    model: Annotated[
        str, typer.Option(help="A name from `supercooled models`, or the JSON file of a model.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="GSD file for the result, with the prediction for each particle.")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", "-T", help="Temperature of the run, for models that need it."),
    ] = None,
    *,
    said: dict[str, Any],
) -> None:
    """What a model says of each particle: mean and spread by species, and how foreign the file is to it."""
    from supercooled.outputs import reserved_file

    inputs: list[str | Path] = [file, model]
    # Before anything is computed.
    kept = nullcontext() if out is None else reserved_file(out, by="supercooled predict", inputs=inputs)
    with kept:
        _predict(file, model, out, sc.io.Meaning(**said, temperature=temperature))


def _predict(file: Path, model: str, out: Path | None, meaning: sc.io.Meaning) -> None:
    from rich.console import Console
    from rich.table import Table

    made = sc.predictors.model_named(model)
    run = sc.io.open_file(file, meaning).trajectory
    found, share = _predicted(made, run)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("species", "particles", "mean", "standard deviation"):
        table.add_column(heading, justify="left" if heading == "species" else "right")
    for name in run.names:
        values = found.sel(particle=run.of_species(name))
        number = int(values.notnull().sum())
        told = (f"{float(values.mean()):.4g}", f"{float(values.std()):.4g}") if number else ("not known", "")
        table.add_row(name, f"{number}", *told)
    say(f"{made.long_name}, {made.unit}, of {len(run)} frame{'s' if len(run) > 1 else ''}")
    Console().print(table)
    if share is not None:
        say(f"{100 * share:.1f} % of the particles lie outside the range of the training data")
    if out is not None:
        sc.write_gsd(out, run, fields={made.name: found})
        say(f"Written: {out}")


def _predicted(made: sc.Indicator, run: sc.Trajectory) -> tuple[Any, float | None]:
    """Values, and the largest share of foreign particles of a frame; None of what is no predictor."""
    import xarray as xr

    if not isinstance(made, sc.predictors.Predictor):
        return made.of(run), None
    values, shares = [], []
    for frame in run:
        # Of the frame as it is here: what was found out about it is not made again.
        values.append(made.of(frame))
        shares.append(made.foreign(frame))
    return xr.concat(values, dim="frame", coords="different", compat="equals"), max(shares)


def models() -> None:
    """List the models that come with the package: what they predict, of which liquid, and how well."""
    for name, line in sc.models().iterrows():
        one = sc.predictors.shipped(str(name))
        say(f"{name}: {line.predicts}{'' if line.unit == '1' else f' ({line.unit})'} of {line.species}")
        how = [
            f"{species} {measure} {scores[measure]['mean']:.2f}{_in_brackets(scores[measure]['error'])}"
            for species, scores in one.scores.items()
            for measure in ("pearson", "accuracy", "auc")
            if measure in scores
        ]
        say(f"    how well: {', '.join(how)}")
        say(f"    validated on {line.validated}")
        say(f"    domain: {line.domain}")


def _in_brackets(error: float | None) -> str:
    return "" if error is None else f"({100 * error:.0f})"
