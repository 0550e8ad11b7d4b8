"""From a recipe and a data set to a record of what was measured."""
