"""The painter that uses matplotlib."""
