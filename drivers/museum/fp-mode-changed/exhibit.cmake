exhibit(fp-mode-changed GXX FOUND_OPTIONS -ffast-math)
