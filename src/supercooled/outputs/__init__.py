"""Where results go: whole or not there, and never at the cost of what somebody else has written."""

from supercooled.outputs.locks import clear_after_the_dead, held, scratch_folder
from supercooled.outputs.makers import made_by, made_by_another, maker
from supercooled.outputs.manifest import Manifest
from supercooled.outputs.places import Named, place_of
from supercooled.outputs.writing import (
    owned_file,
    owned_folder,
    part_of_results,
    parts_of_results,
    remove_owned,
    reserved_file,
    reserved_folder,
    results_folder,
    room_for,
    see_apart,
    see_file,
    see_runs_folder,
    set_aside,
    sync,
    whole_file,
)

__all__ = [
    "Manifest",
    "Named",
    "clear_after_the_dead",
    "held",
    "made_by",
    "made_by_another",
    "maker",
    "owned_file",
    "owned_folder",
    "part_of_results",
    "parts_of_results",
    "place_of",
    "remove_owned",
    "reserved_file",
    "reserved_folder",
    "results_folder",
    "room_for",
    "scratch_folder",
    "see_apart",
    "see_file",
    "see_runs_folder",
    "set_aside",
    "sync",
    "whole_file",
]
