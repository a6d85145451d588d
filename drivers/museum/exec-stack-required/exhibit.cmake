exhibit(exec-stack-required FOUND_LINK -Wl,-z,execstack)
