#include "image/elf_facts.h"
