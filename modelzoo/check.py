"""`zoo check`: whether every content file is well formed, each fault named by file, line and column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelzoo.base import paths
from modelzoo.catalog.catalog import read_catalog
from modelzoo.catalog.criteria import criterion
from modelzoo.catalog.trainings import NAME, read_trainings
from modelzoo.errors import ZooError
from modelzoo.slides.printed import LISTS, check_printed


@dataclass(frozen=True)
class Check:
    """How many files were read, and every fault found in them."""

    files: int
    faults: tuple[str, ...]

    def summary(self) -> str:
        """One sentence: what was read and whether it is well formed."""
        files = "1 file" if self.files == 1 else f"{self.files} files"
        faults = {0: "no faults", 1: "1 fault"}.get(len(self.faults), f"{len(self.faults)} faults")
        return f"{files} read, {faults}."

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON has it."""
        return {"files": self.files, "faults": list(self.faults)}


def check(path: Path | None = None) -> Check:
    """Every fault of the content that comes with the project, of a folder laid out like it, or of a catalog CSV.

    Parameters
    ----------
    path : a folder with ``catalog``, ``scoring`` or ``benchmarks`` in it, a catalog folder, or a CSV of one's own

    Raises
    ------
    ZooError
        If there is nothing at `path` that could be checked.
    """
    root = paths.ROOT if path is None else path
    if root.is_file():
        return Check(1, tuple(read_catalog(root)[1]))
    if (root / "models.csv").exists():
        return check_catalog(root)
    parts = [
        part(root / name)
        for name, part in (("catalog", check_catalog), ("scoring", check_profiles), ("benchmarks", check_benchmarks))
        if (root / name).is_dir()
    ]
    if not parts:
        raise ZooError(
            f"nothing to check at {root}; expected a CSV file, a folder with models.csv, "
            "or one with catalog, scoring or benchmarks in it"
        )
    return Check(sum(part.files for part in parts), tuple(fault for part in parts for fault in part.faults))


def check_catalog(folder: Path) -> Check:
    """The catalog folder: models, sources and, where it has them, the slides' tables."""
    catalog, faults = read_catalog(folder)
    # models.csv and sources.toml, a CSV for each source, and that of the variants where there is one
    files = 2 + len(catalog.sources) + (folder / "variants.csv").exists()
    if (folder / "slides").is_dir():
        faults += check_printed(folder / "slides", catalog.models)
        files += len(LISTS) + 1
        if (trainings := folder / "slides" / f"{NAME}.csv").exists():
            faults += read_trainings(trainings)[1]
            files += 1
    return Check(files, tuple(faults))


def check_profiles(folder: Path) -> Check:
    """The scoring profiles, and that there are the criteria and the sources that they name."""
    from modelzoo.scoring.criterion_spec import parse_criteria, sense_of
    from modelzoo.scoring.profile import load_profile

    beside = folder.parent / "catalog"
    catalog, _ = read_catalog(beside if beside.is_dir() else None)

    def load(path: Path) -> None:
        profile = load_profile(path)
        try:
            for choice in parse_criteria(profile.by):
                sense_of(choice, criterion(choice.key))
            if catalog.sources:
                catalog.chosen_sources(profile.sources)
        except ZooError as error:
            raise ZooError(f"{paths.shown(path)}: {error}") from None

    return _check_each(folder.glob("*.toml"), load)


def check_benchmarks(folder: Path) -> Check:
    """The recipes, the suites, what is known of devices, and the records of published runs."""
    from modelzoo.recipes.load import load_recipe
    from modelzoo.recipes.suite import load_suite
    from modelzoo.runs.record import load_records
    from modelzoo.timing.peak import read_gpus

    recipes = _check_each((folder / "recipes").glob("*.toml"), load_recipe)
    suites = _check_each((folder / "suites").glob("*.toml"), load_suite)
    devices = _check_each(folder.glob("devices.toml"), read_gpus)
    records, faults = load_records(folder / "results")
    files = recipes.files + suites.files + devices.files + len(records) + len(faults)
    return Check(files, (*recipes.faults, *suites.faults, *devices.faults, *faults))


def _check_each(paths: Iterable[Path], load: Callable[[Path], object]) -> Check:
    files, faults = 0, []
    for path in sorted(paths):
        files += 1
        try:
            load(path)
        except ZooError as error:
            faults.append(str(error))
    return Check(files, tuple(faults))
