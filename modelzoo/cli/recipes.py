"""`zoo recipes`."""

import typer

from modelzoo.cli.complete import one_of
from modelzoo.cli.complete import recipes as recipe_names
from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions


@with_options
def recipes(
    *,
    name: str | None = typer.Argument(
        None,
        metavar="RECIPE",
        autocompletion=one_of(recipe_names),
        help="A recipe of benchmarks/recipes, or a TOML file: show all its fields.",
    ),
    output: OutputOptions,
) -> None:
    """List the recipes with the fields in which they differ from the default one, or show all fields of one.

    Example: zoo recipes lenet5
    """
    from modelzoo.recipes.describe import describe_recipe, list_recipes

    result = describe_recipe(name) if name else list_recipes()
    output.emit(result, table=result.table)
