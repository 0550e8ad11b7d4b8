"""`zoo check`: the problems of all content files, each with file, line and column."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from modelzoo.base import paths
from modelzoo.base.text import plural
from modelzoo.catalog.catalog import Catalog, read_catalog
from modelzoo.catalog.criteria import criterion
from modelzoo.catalog.trainings import NAME, read_trainings
from modelzoo.errors import ZooError
from modelzoo.slides.printed import LISTS, check_printed


class Check(msgspec.Struct, frozen=True, rename={"problems": "faults"}):
    """The number of files read, and their problems; JSON calls these faults."""

    files: int
    problems: tuple[str, ...]

    def summary(self) -> str:
        """Return the numbers of files and problems in one sentence."""
        problems = plural(len(self.problems), "problem") if self.problems else "no problems"
        return f"{plural(self.files, 'file')} read, {problems}."


def check(path: Path | None = None) -> Check:
    """Check the project's content, a folder with the same layout, a catalog CSV, or a TOML file.

    Parameters
    ----------
    path : a folder with ``catalog``, ``scoring`` or ``benchmarks`` in it, or a catalog folder. It may be your own CSV,
        recipe, space, suite or profile, too

    Raises
    ------
    ZooError
        If `path` holds no content.
    """
    root = paths.ROOT if path is None else path
    if root.suffix == ".toml" and not root.is_dir():
        return check_toml(root)
    if root.exists() and not root.is_dir():
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
            f"nothing to check at {root}; expected a CSV or TOML file, a folder with models.csv, "
            "or one with catalog, scoring or benchmarks in it"
        )
    return Check(sum(part.files for part in parts), tuple(problem for part in parts for problem in part.problems))


def check_toml(path: Path) -> Check:
    """Check your own recipe, space, suite or profile; its fields tell which one it is."""
    from modelzoo.base.toml import read_toml
    from modelzoo.recipes.load import load_recipe
    from modelzoo.recipes.recipe import Recipe
    from modelzoo.recipes.suite import Suite, load_suite
    from modelzoo.scoring.profile import Profile
    from modelzoo.tuning.space import is_space, load_space

    kinds: dict[str, tuple[tuple[str, ...], Callable[[Path], object]]] = {
        "recipe": ((*Recipe.__struct_fields__, "extends"), load_recipe),
        "space": (Recipe.__struct_fields__, load_space),
        "suite": (Suite.__struct_fields__, load_suite),
        "profile": (Profile.__struct_fields__, lambda path: check_profile(path, None)),
    }
    try:
        content = read_toml(path)
        del kinds["recipe" if "runs" not in content and "by" not in content and is_space(content) else "space"]
        fields = content.keys() - {"title", "description"}
        counts = {kind: len(fields & set(known)) for kind, (known, _) in kinds.items()}
        taken = max(counts, key=counts.__getitem__)
        if not counts[taken]:
            raise ZooError(
                f"{paths.shown(path)}: expected fields of a recipe, lists of them (a space), a suite (runs) or a "
                "profile (by); the source of a catalog is checked with its CSV"
            )
    except ZooError as error:
        return Check(1, (str(error),))
    found = _check_each([path], kinds[taken][1])
    return Check(1, tuple(f"{problem} (taken for a {taken} by its fields)" for problem in found.problems))


def check_catalog(folder: Path) -> Check:
    """Check a catalog folder: models, sources and the slides' tables if it has them."""
    catalog, problems = read_catalog(folder)
    # models.csv, sources.toml, a CSV for each source, and variants.csv if there is one
    files = 2 + len(catalog.sources) + (folder / "variants.csv").exists()
    if (folder / "slides").is_dir():
        problems += check_printed(folder / "slides", catalog.models)
        files += len(LISTS) + 1
        if (trainings := folder / "slides" / f"{NAME}.csv").exists():
            problems += read_trainings(trainings)[1]
            files += 1
    return Check(files, tuple(problems))


def check_profiles(folder: Path) -> Check:
    """Check the scoring profiles, and the names of criteria and sources in them."""
    own = folder.parent / "catalog"
    catalog, _ = read_catalog(own if own.is_dir() else None)
    return _check_each(folder.glob("*.toml"), lambda path: check_profile(path, catalog))


def check_profile(path: Path, catalog: Catalog | None) -> None:
    """Load a profile, and check the names of criteria and sources in it.

    Parameters
    ----------
    catalog : what the profile ranks; without one, a criterion with a sense may be a column of your own CSV
    """
    from modelzoo.scoring.criterion_spec import sense_of
    from modelzoo.scoring.profile import load_profile

    profile = load_profile(path)
    try:
        for choice in profile.by:
            if catalog is not None or choice.sense is None:
                sense_of(choice, criterion(choice.key))
        if catalog is not None and catalog.sources:
            catalog.chosen_sources(profile.sources)
    except ZooError as error:
        raise ZooError(f"{paths.shown(path)}: {error}") from None


def check_benchmarks(folder: Path) -> Check:
    """Check the recipes, the spaces, the suites, the peaks of devices, and the records of published runs."""
    from modelzoo.recipes.load import load_recipe
    from modelzoo.recipes.suite import load_suite
    from modelzoo.runs.record import load_records
    from modelzoo.timing.peak import read_gpus
    from modelzoo.tuning.space import load_space

    recipes = _check_each((folder / "recipes").glob("*.toml"), load_recipe)
    spaces = _check_each((folder / "spaces").glob("*.toml"), load_space)
    suites = _check_each((folder / "suites").glob("*.toml"), load_suite)
    devices = _check_each(folder.glob("devices.toml"), read_gpus)
    records, problems = load_records(folder / "results")
    files = recipes.files + spaces.files + suites.files + devices.files + len(records) + len(problems)
    return Check(files, (*recipes.problems, *spaces.problems, *suites.problems, *devices.problems, *problems))


def _check_each(paths: Iterable[Path], load: Callable[[Path], object]) -> Check:
    files, problems = sorted(paths), []
    for path in files:
        try:
            load(path)
        except ZooError as error:
            problems.append(str(error))
    return Check(len(files), tuple(problems))
