/* Complex accessors that the lab's Wine leaves as aborting stubs in ucrtbase. A test double, never shipped. */
typedef struct { float re, im; } complex_float;
typedef struct { double re, im; } complex_double;

__declspec(dllexport) float shim_crealf(complex_float z) { return z.re; }
__declspec(dllexport) float shim_cimagf(complex_float z) { return z.im; }
__declspec(dllexport) double shim_creal(complex_double z) { return z.re; }
__declspec(dllexport) double shim_cimag(complex_double z) { return z.im; }
