"""Files and folders of a report: complete, or not there."""

from __future__ import annotations

import errno
import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from report_example import TEMPERATURES, cage, hops, provenance, results, rows

from supercooled import report
from supercooled.errors import StoreError
from supercooled.outputs import owned_folder, whole_file
from supercooled.report.files import plain, read_json, write_json, write_text
from supercooled.report.plates import Figures


def everything_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".supercooled.manifest"}


def ours(_: Path) -> None:
    """Nothing to object to."""


@pytest.mark.parametrize(
    ("kind", "whole"), [("file", whole_file), ("folder", partial(owned_folder, objection=ours, by="me"))]
)
def test_a_broken_write_leaves_what_was_there(tmp_path, kind, whole):
    target = tmp_path / "results"
    if kind == "file":
        target.write_text("old")
    else:
        target.mkdir()
        (target / "old").touch()

    def killed_halfway() -> None:
        with whole(target) as made:
            made.write_text("half") if kind == "file" else made.mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed_halfway()
    assert everything_in(tmp_path) == {"results"}
    assert target.read_text() == "old" if kind == "file" else everything_in(target) == {"old"}


def test_a_full_disk_is_one_clear_error_and_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "comparison.json"
    report.write_comparison(path, rows())
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match=r"comparison\.json: the disk is full"):
        report.write_comparison(path, rows()[:1])
    assert path.read_bytes() == before
    assert everything_in(tmp_path) == {"comparison.json"}


def test_a_folder_comes_back_when_its_replacement_cannot_be_named(tmp_path):
    target = tmp_path / "results.zarr"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(StoreError), owned_folder(target, ours, by="me"):
        pass
    assert everything_in(target) == {"old"}
    assert everything_in(tmp_path) == {"results.zarr"}


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't be written"):
        write_text(tmp_path / "file" / "report.html", "x")


def test_results_come_back_as_they_were_saved(tmp_path):
    path = tmp_path / "results.zarr"
    saved = results()
    report.save_results(path, saved)
    loaded = report.load_results(path)
    assert set(loaded) == set(saved)
    for name, dataset in saved.items():
        xr.testing.assert_equal(loaded[name], dataset)
        assert loaded[name].attrs == plain(dataset.attrs)
    assert [str(pair) for pair in loaded["structure"]["pair"].values] == ["AA", "AB", "BB"]
    report.save_results(path, {"hops": hops()})
    assert set(report.load_results(path)) == {"hops"}
    assert everything_in(tmp_path) == {"results.zarr"}


def test_saving_does_not_touch_the_datasets(tmp_path):
    data = cage({"temperature": TEMPERATURES}).assign_attrs(q_max=np.float64(24.5), missing=float("nan"))
    data["softness"].attrs["units"] = "sigma_AA^2"
    before = data.copy(deep=True)
    report.save_results(tmp_path / "results.zarr", {"cage": data})
    assert data.attrs["q_max"] == before.attrs["q_max"]
    assert data["softness"].attrs == before["softness"].attrs
    loaded = report.load_results(tmp_path / "results.zarr")["cage"]
    assert loaded.attrs["missing"] is None
    assert loaded["softness"].attrs["units"] == "sigma_AA^2"


def test_missing_and_damaged_results_are_named(tmp_path):
    with pytest.raises(StoreError, match="there are no results"):
        report.load_results(tmp_path / "results.zarr")
    (tmp_path / "results.zarr").mkdir()
    with pytest.raises(StoreError, match="damaged"):
        report.load_results(tmp_path / "results.zarr")


def test_provenance_keeps_its_order_and_has_no_nan(tmp_path):
    path = tmp_path / "provenance.json"
    write_json(path, {"z": np.float64(1.5), "a": [float("inf"), np.bool_(True), Path("x")], 3: {"k"}})
    assert list(read_json(path).items()) == [("z", 1.5), ("a", [None, True, "x"]), ("3", ["k"])]


def test_a_report_is_made_again_from_its_folder(tmp_path):
    out = tmp_path / "out"
    page = report.write(
        out, title="A title", summary="A summary.", rows=rows(), results={"hops": hops()},
        provenance=provenance(), sections=[report.Section("Hops", "Some text.", ("hops",))],
    )  # fmt: skip
    made = {"comparison.json", "provenance.json", "results.zarr", "figures", "report.html"}
    assert page == out / "report.html"
    assert everything_in(out) == made
    assert everything_in(out / "figures") == {"p_hop.svg"}
    report.rebuild(out, formats=("pdf", "png"))
    assert everything_in(out / "figures") == {"p_hop.svg", "p_hop.pdf", "p_hop.png"}
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    with report.own_folder(out):
        write_text(out / "figures" / "msd.svg", "from a run that had displacements")
    (out / "figures" / "mine.svg").write_text("the user's own")
    page.unlink()
    assert report.rebuild(out) == page
    assert {path: path.read_bytes() for path in before} == before
    assert everything_in(out / "figures") == {"p_hop.svg", "p_hop.pdf", "p_hop.png", "mine.svg"}

    (out / "provenance.json").write_text("{}")
    with pytest.raises(StoreError, match="is not a provenance"):
        report.rebuild(out)


def written_to(out, **changed):
    content = {"title": "A title", "summary": "", "rows": rows(), "results": results()}
    report.write(out, provenance=provenance(), **{**content, **changed})
    return out


def edited(path, change):
    stored = json.loads(path.read_text())
    change(stored)
    path.write_text(json.dumps(stored))


def test_a_measured_value_that_was_edited_is_not_called_met(tmp_path, monkeypatch):
    monkeypatch.setattr("supercooled.report.figures.GENERAL", Figures())
    out = written_to(tmp_path / "out")
    met = next(k for k, row in enumerate(rows()) if row.verdict == "met")

    def measured(stored):
        stored[met]["measured"] *= 1000.0

    z = replace(rows()[met], measured=1000.0 * rows()[met].measured).z

    edited(out / "comparison.json", measured)
    with pytest.raises(StoreError, match=rf"row {met}.*its own numbers say missed"):
        report.rebuild(out)
    # With a verdict that fits its numbers it still is not what was measured.
    edited(out / "comparison.json", lambda stored: stored[met].update(verdict="missed", z=z))
    with pytest.raises(StoreError, match=r"comparison\.json is not what was written"):
        report.rebuild(out)


def test_a_widened_tolerance_and_a_changed_parameter_are_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("supercooled.report.figures.GENERAL", Figures())
    out = written_to(tmp_path / "out")
    judged = next(k for k, row in enumerate(rows()) if row.within)
    edited(
        out / "comparison.json",
        lambda stored: stored[judged].update(tolerance={"kind": "absolute", "lower": -9.0, "upper": 9.0}),
    )
    edited(out / "provenance.json", lambda stored: stored["provenance"].update(source="somebody else's"))
    with pytest.raises(StoreError, match=r"comparison\.json and provenance\.json are not what"):
        report.rebuild(out)


def test_results_of_one_run_and_a_comparison_of_another_are_not_drawn_together(tmp_path, monkeypatch):
    monkeypatch.setattr("supercooled.report.figures.GENERAL", Figures())
    other = results()
    other["cage"] = other["cage"] * 1.0000001
    one, two = written_to(tmp_path / "one"), written_to(tmp_path / "two", results=other)
    report.rebuild(one)
    shutil.rmtree(one / "results.zarr")
    shutil.copytree(two / "results.zarr", one / "results.zarr")
    with pytest.raises(StoreError, match=r"results\.zarr is not what was written"):
        report.rebuild(one)


def test_the_same_content_is_not_drawn_again_and_any_change_is(tmp_path):
    def written(**changed):
        content = {"title": "A title", "summary": "", "rows": rows(), "results": {"hops": hops()}}
        report.write(tmp_path, provenance=provenance(), **{**content, **changed})
        return (tmp_path / "report.html").stat().st_mtime_ns

    first = written()
    assert written() == first
    moved = hops().copy(deep=True)
    moved["p_hop"][0, 0] += 1e-9
    changes = ({"results": {"hops": moved}}, {"title": "Another"}, {"rows": rows()[1:]})
    times = [first, *(written(**change) for change in changes)]
    assert len(set(times)) == len(times)


def test_the_folder_of_a_report_will_do_for_its_results(tmp_path):
    report.save_results(tmp_path / "results.zarr", {"hops": xr.Dataset({"p_hop": ("time", [1.0, 2.0])})})
    assert report.load_results(tmp_path)["hops"].p_hop.values.tolist() == [1.0, 2.0]
