"""`python deploy/missing.py WHEELHOUSE PLATFORM REQUIREMENTS`: what a folder of wheels lacks, one line each.

It runs in an environment that holds nothing but pip, whose copy of `packaging` reads conditions as pip does.
"""

from __future__ import annotations

import pathlib
import sys
import zipfile
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

if __package__:
    from deploy.platforms import PLATFORMS
else:
    from platforms import PLATFORMS  # type: ignore[import-not-found,no-redef]  # run as a file

Wheel = tuple[str, tuple[str, ...]]


def wheels_of(folder: pathlib.Path) -> dict[str, Wheel]:
    """Name -> version and conditions ("Requires-Dist") of every wheel in `folder`."""
    found: dict[str, Wheel] = {}
    for path in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(path) as wheel:
            name = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
            told = HeaderParser().parsestr(wheel.read(name).decode("utf-8"))
        found[canonicalize_name(told["Name"])] = told["Version"], tuple(told.get_all("Requires-Dist") or ())
    return found


def lacking(
    wheels: Mapping[str, Wheel], wanted: list[Requirement], markers: Mapping[str, str]
) -> Iterator[str]:
    """What an install of `wanted` would look for in vain, with who wants it."""
    waiting = [(one, "requirements.txt") for one in wanted]
    seen: set[str] = set()
    while waiting:
        requirement, wanter = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        name = canonicalize_name(requirement.name)
        version, conditions = wheels.get(name, ("", ()))
        if not version or not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name}{requirement.specifier}\t{wanter}"
            continue
        for text in conditions:
            deeper = Requirement(text)
            extras = ("", *requirement.extras)
            if deeper.marker is None or any(
                deeper.marker.evaluate({**markers, "extra": extra}) for extra in extras
            ):
                waiting.append((deeper, requirement.name))


def main(words: list[str]) -> int:
    """Print what is missing; the exit status is 1 where something is."""
    folder, system, requirements = words
    lines = pathlib.Path(requirements).read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    markers = dict(PLATFORMS[system].markers) if system in PLATFORMS else {}
    found = sorted(lacking(wheels_of(pathlib.Path(folder)), wanted, markers))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
