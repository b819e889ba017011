"""What people see: layout, scenes and painters. Imports the simulator only."""
