"""The benchmarks: our pages against bare SQL in the same run, as ratios. `make bench`."""
