"""The web as a rehearsal has it: the addresses that a lab has pinned, and a clear no for all others."""
