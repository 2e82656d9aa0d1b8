"""What we depend on: pinned, in agreement with each other, and free to be used with an MIT licence."""

import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PINS = {
    canonicalize_name(name): version
    for name, _, version in (
        line.partition("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    )
}
COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|(GNU )?(Affero )?General Public License)", re.IGNORECASE)


def needed(name: str, extras: Iterable[str]) -> dict[str, Distribution]:
    """All that a distribution needs here with these extras, itself included, by canonical name."""
    found: dict[str, Distribution] = {}
    looked_at: set[tuple[str, str]] = set()
    waiting = [(name, extra) for extra in ("", *extras)]
    while waiting:
        known, extra = waiting.pop()
        if (known, extra) in looked_at:
            continue
        looked_at.add((known, extra))
        found[known] = distribution(known)
        for line in found[known].requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(wanted.name), more) for more in ("", *wanted.extras)]
    return found


def licence(package: Distribution) -> str:
    """What its metadata say: the expression, else the classifiers, else the first line of the licence's text."""
    told = package.metadata
    said: list[str] = told.get_all("License-Expression") or [
        line for line in told.get_all("Classifier") or () if line.startswith("License ::")
    ]
    return "; ".join(said or [line.partition("\n")[0] for line in told.get_all("License") or ()])


def test_everything_is_pinned_and_installed_so() -> None:
    """What runs was tried: each version stands in constraints.txt, also of what our dependencies depend on."""
    for name, package in needed("tutor-bot", ["all"]).items():
        if name != "tutor-bot":
            assert PINS.get(canonicalize_name(name)) == package.version, name


def test_whatever_is_installed_is_what_was_pinned() -> None:
    """Tools for tests and linters too."""
    installed = {canonicalize_name(str(found.metadata["Name"])): found.version for found in distributions()}
    assert {name: version for name, version in PINS.items() if installed.get(name, version) != version} == {}
    assert PINS.keys() & installed.keys() > needed("tutor-bot", ["all"]).keys() - {"tutor-bot"}


def test_they_agree_with_each_other() -> None:
    """No package wants another version of one than the one that is pinned."""
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_licence_binds_us() -> None:
    """Nothing that runs with the bot is under the GPL or AGPL, and each package says what it is under."""
    for name, package in needed("tutor-bot", ["all"]).items():
        told = licence(package)
        assert told, name
        assert not COPYLEFT.search(told), (name, told)


def test_what_counts_as_copyleft() -> None:
    for told in (
        "GPL-3.0-only",
        "AGPL-3.0",
        "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
        "GPLv2+",
    ):
        assert COPYLEFT.search(told), told
    for told in ("LGPL-3.0-only", "MIT", "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"):
        assert not COPYLEFT.search(told), told
