"""The engine: networks, programs, time and records. It knows no model."""
