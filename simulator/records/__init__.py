"""What is left of a life: records, their text, and why a unit did what it did."""
