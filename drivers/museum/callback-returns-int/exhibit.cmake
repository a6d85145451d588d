# Debug information says it; and the compiler sees the mistake.
exhibit(callback-returns-int FOUND_OPTIONS -g -w)
