"""Suites for people: their list, and the runs of one."""

from pathlib import Path

import msgspec

from modelzoo.base.paths import toml_name
from modelzoo.recipes.suite import SuiteRun, load_suite, suite_names
from modelzoo.tables.table import Column, Table


class SuiteDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A suite: its texts, and its runs with the slides' values of the same training."""

    name: str
    title: str
    description: str
    runs: tuple[SuiteRun, ...]

    def table(self) -> Table:
        """Return a row for each run."""
        columns = [
            Column("model", "Model"),
            Column("recipe", "Recipe"),
            Column("test_accuracy_pct", "Slides' test %", right=True),
            Column("epochs", "Slides' epochs", right=True),
        ]
        rows = [[getattr(run, column.key) for column in columns] for run in self.runs]
        notes = [self.description, "A run without a recipe has the recipe named like its model, or default."]
        return Table(columns, rows, caption=f"{self.name}: {self.title}.", notes=[*filter(None, notes)])


class SuiteListing(msgspec.Struct, frozen=True):
    """The suites that come with the project."""

    suites: tuple[SuiteDescription, ...]

    def table(self) -> Table:
        """Return a row for each suite."""
        columns = [
            Column("name", "Suite"),
            Column("title", "Title"),
            Column("runs", "Runs", right=True),
            Column("models", "Models"),
        ]
        rows = [
            [item.name, item.title, len(item.runs), ", ".join(dict.fromkeys(run.model for run in item.runs))]
            for item in self.suites
        ]
        return Table(columns, rows, caption="`zoo suites NAME` shows the runs, `zoo bench --suite NAME` trains them.")


def list_suites() -> SuiteListing:
    """List the suites that come with the project."""
    return SuiteListing(tuple(map(describe_suite, suite_names())))


def describe_suite(name: str | Path) -> SuiteDescription:
    """Describe the suite of that name in ``benchmarks/suites``, or the one in your own TOML file.

    Raises
    ------
    ZooError
        If there is none, or it is wrong.
    """
    suite = load_suite(name)
    return SuiteDescription(
        name=toml_name(name),
        title=suite.title,
        description=" ".join(suite.description.split()),
        runs=suite.runs,
    )
