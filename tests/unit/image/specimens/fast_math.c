/* Linked with -ffast-math: a start file brings a constructor. */
double specimen_half(double x) { return x / 2; }
