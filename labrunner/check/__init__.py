"""A lab linter: what would break, mislead or hang a reader, found without running anything."""
