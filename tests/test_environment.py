"""pyproject.toml, requirements.txt and environment.yml name the same packages in the same versions."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # conda's name for the same package
NO_PINS = {"python", "pip", "make"}  # tools of the installation; python's own test is below

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


def locked():
    """Return (requirement, hashes) for every entry of requirements.txt."""
    entries = LOCK.replace("\\\n", " ").splitlines()
    entries = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    return [
        (Requirement(entry.split(" --hash")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry))
        for entry in entries
    ]


def pins(python, platform):
    """Return {name: version} of what requirements.txt installs there."""
    system, os_name = PLATFORMS[platform]
    place = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": os_name,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for requirement, _ in locked():
        if requirement.marker is None or requirement.marker.evaluate(place):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{name} is pinned twice for Python {python} on {platform}"
            found[name] = Version(next(iter(requirement.specifier)).version)
    return found


PLACES = pytest.mark.parametrize(("python", "platform"), list(itertools.product(PYTHONS, PLATFORMS)))


def by_pip():
    """Return what the conda environment takes from PyPI by pip, then the course itself."""
    (entries,) = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    return entries


def conda_pins():
    entries = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)] + by_pip()[:-1]
    return {
        name: version
        for name, version in (re.split("==?", entry) if "=" in entry else (entry, "") for entry in entries)
    }


def test_every_locked_package_has_one_exact_version_and_hashes():
    assert len(locked()) > 50
    for requirement, hashes in locked():
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert "*" not in str(requirement.specifier), requirement
        assert hashes, f"{requirement} has no hash"
        assert requirement.url is None and not requirement.extras


def test_the_lock_names_no_index_and_no_host():
    assert not re.search(r"https?:|//|--(?:extra-)?index|--find-links|--trusted-host|@", LOCK)


@PLACES
@pytest.mark.parametrize("extra", [None, "dev"])
def test_the_lock_satisfies_the_project(python, platform, extra):
    wanted = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    there = pins(python, platform)
    for requirement in map(Requirement, wanted):
        version = there.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in requirements.txt: make lock"
        assert version in requirement.specifier, f"{requirement} but requirements.txt has {version}: make lock"


@PLACES
def test_conda_has_the_locked_versions(python, platform):
    there = pins(python, platform)
    for name, version in conda_pins().items():
        if name not in NO_PINS:
            assert Version(version) == there[CONDA_NAMES.get(name, canonicalize_name(name))], f"environment.yml: {name}"


def test_conda_has_every_package_the_notebooks_need_and_no_other():
    needed = {canonicalize_name(Requirement(entry).name) for entry in PROJECT["dependencies"]}
    assert {CONDA_NAMES.get(name, name) for name in conda_pins()} - NO_PINS == needed


def test_conda_installs_the_package_itself_on_a_tested_python():
    assert CONDA["name"] == "unrolled" and CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert conda_pins()["python"] in PYTHONS
    assert by_pip()[-1] == "-e ."


def test_the_project_takes_the_oldest_tested_python():
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


def test_the_site_is_built_with_the_same_versions():
    def versions(text):
        return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))

    learner, site = versions(LOCK), versions((ROOT / "docs/requirements.txt").read_text(encoding="utf-8"))
    assert {"sphinx", "myst-nb"} <= set(site) and not {"sphinx", "myst-nb"} & set(learner)
    assert {name: learner[name] for name in learner if name in site} == {n: site[n] for n in site if n in learner}
    wanted = {canonicalize_name(Requirement(line).name) for line in PROJECT["optional-dependencies"]["site"]}
    assert wanted <= {canonicalize_name(name) for name in site}
