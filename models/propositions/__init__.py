"""Propositions over time and the nets that say them (McCulloch & Pitts 1943)."""
