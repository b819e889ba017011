"""Families of runs, judged."""
