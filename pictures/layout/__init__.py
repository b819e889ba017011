"""Where everything of a drawn network stands, before anything is painted."""
