"""What speed claims come from: `python -m benchmarks.circuit`."""
