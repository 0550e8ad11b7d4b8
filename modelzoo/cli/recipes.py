"""`zoo recipes`."""

import typer

from modelzoo.cli.output import FORMAT, JSON, emit
from modelzoo.tables.table import Form


def recipes(
    name: str | None = typer.Argument(
        None, help="A recipe of benchmarks/recipes, or a TOML file: show all its fields."
    ),
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """List the recipes with the fields in which they differ from the default one, or show all fields of one.

    Example: zoo recipes lenet5
    """
    from modelzoo.recipes.describe import describe_recipe, list_recipes

    result = describe_recipe(name) if name else list_recipes()
    emit(result, form, as_json, table=result.table)
