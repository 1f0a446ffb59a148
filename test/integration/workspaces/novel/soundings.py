"""Reads the soundings of the islands from Edmund's maps."""

from dataclasses import dataclass


@dataclass
class Sounding:
    island: str
    bearing_degrees: float
    depth_fathoms: float


def read_soundings(path: str) -> list[Sounding]:
    """One line a sounding: the island, its bearing from the lamp, the depth."""
    soundings = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            island, bearing_degrees, depth_fathoms = line.rstrip("\n").split("\t")
            soundings.append(Sounding(island, float(bearing_degrees), float(depth_fathoms)))
    return soundings


def deepest_sounding(soundings: list[Sounding]) -> Sounding:
    return max(soundings, key=lambda sounding: sounding.depth_fathoms)


def shallowest_sounding(soundings: list[Sounding]) -> Sounding:
    return min(soundings, key=lambda sounding: sounding.depth_fathoms)
