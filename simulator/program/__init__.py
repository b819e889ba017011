"""A network compiled to arrays, and one tick of it."""
