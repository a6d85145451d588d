# libgomp is g++'s.
exhibit(openmp-runtime-unloaded GXX FOUND_OPTIONS -fopenmp)
