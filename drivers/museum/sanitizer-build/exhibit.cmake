# A sanitizer's runtime as a library is g++'s.
exhibit(sanitizer-build GXX FOUND_OPTIONS -fsanitize=address)
