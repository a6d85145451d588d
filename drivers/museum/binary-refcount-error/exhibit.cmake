# Compilers see the mistake.
exhibit(binary-refcount-error FOUND_OPTIONS -w)
