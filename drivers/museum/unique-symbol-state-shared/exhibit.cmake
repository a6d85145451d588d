# Unique symbols are g++'s.
exhibit(unique-symbol-state-shared GXX)
