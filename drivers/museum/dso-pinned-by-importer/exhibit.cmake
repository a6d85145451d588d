exhibit(dso-pinned-by-importer PART_OPENED)
