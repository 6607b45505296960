"""Working time: pure arithmetic in `working_time`, what is stored in `stored`, people in `people`."""
