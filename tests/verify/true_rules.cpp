// The rules under another name, so that watched_rules.cpp can stand in front of them.
#define decide true_decide
#include "lifecycle/rules.cpp"
