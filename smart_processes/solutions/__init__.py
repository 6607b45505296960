"""Solution files: a whole configuration as one readable YAML file, planned, applied, exported."""
