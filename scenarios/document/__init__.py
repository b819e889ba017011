"""What a scenario file says, and what may be said."""
