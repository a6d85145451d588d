exhibit(dependency-pinned PART_LINK -Wl,-z,nodelete)
