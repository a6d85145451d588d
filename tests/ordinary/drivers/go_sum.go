// A driver in Go. The runtime of a c-shared library can never be unloaded: it is linked with -z nodelete. It
// starts threads as it needs them.
// needs: golang-go erlang-dev
// true: dso-nodelete-flag reload-kept-old-code
// may: signal-handler-left thread-outlives-driver
// says: Go
// unseen: reload-kept-old-code: replaced from another folder
// node: stays grows
package main

/*
#include <erl_driver.h>
extern long goSum(char*, int);
static inline ErlDrvData keep(ErlDrvPort port, char* arguments) {
	(void)arguments;
#ifdef PERMANENT
	driver_lock_driver(port);
#endif
	return (ErlDrvData)port;
}
static inline ErlDrvSSizeT control(ErlDrvData d, unsigned c, char* buf, ErlDrvSizeT len, char** rbuf, ErlDrvSizeT room) {
	long sum = goSum(buf, (int)len);
	(void)d, (void)c, (void)room;
	*(long*)*rbuf = sum;
	return sizeof sum;
}
static inline void* entry(void) {
	static ErlDrvEntry e;
	e.driver_name = DRIVER_NAME;
	e.start = keep;
	e.control = control;
	e.extended_marker = ERL_DRV_EXTENDED_MARKER;
	e.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
	e.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
	return &e;
}
*/
import "C"
import "unsafe"

//export goSum
func goSum(text *C.char, length C.int) C.long {
	sums := make(chan int64)
	go func() {
		var sum int64
		for _, b := range C.GoBytes(unsafe.Pointer(text), length) {
			sum += int64(b)
		}
		sums <- sum
	}()
	return C.long(<-sums)
}

//export driver_init
func driver_init() unsafe.Pointer {
	return C.entry()
}

func main() {}
