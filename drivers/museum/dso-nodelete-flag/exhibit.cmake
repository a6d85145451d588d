exhibit(dso-nodelete-flag FOUND_LINK -Wl,-z,nodelete)
