exhibit(static-tls-exhausted FOUND_OPTIONS -ftls-model=initial-exec)
