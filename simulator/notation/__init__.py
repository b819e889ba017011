"""Synapses, stimuli and numbers as text."""
