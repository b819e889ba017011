"""Nets as automata, and automata as nets."""
