# Compilers see the mistake.
exhibit(deprecated-api-used FOUND_OPTIONS -w)
