"""Networks living through time."""
