# Unique symbols are g++'s.
exhibit(dso-pinned-unique-symbol GXX)
