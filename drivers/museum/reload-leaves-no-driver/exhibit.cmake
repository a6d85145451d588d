exhibit(reload-leaves-no-driver GXX FOUND_OPTIONS -c)
