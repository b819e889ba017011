"""Learning rules, lessons, and training by them."""
