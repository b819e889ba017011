"""The experiments: the library of files, and the code that reads, runs and judges them."""
