"""A network as plain data on a graph: what it must be, how it is shown and kept."""
