"""How sure a measured figure is."""
