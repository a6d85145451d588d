// The same, permanent, as the other fix for it says: nothing that is kept can go on as old code in a reload.
// needs: rustc
// true: permanent-by-driver-lock
// accepts: permanent-by-driver-lock
// node: permanent
include!("ordinary.rs.in");

thread_local! {
    static LOG: std::cell::RefCell<Vec<String>> = std::cell::RefCell::new(Vec::new());
}

extern "C" {
    fn driver_lock_driver(port: Data) -> c_int;
}

extern "C" fn start(port: Data, _arguments: *mut c_char) -> Data {
    unsafe { driver_lock_driver(port) };
    port
}
extern "C" fn control(_data: Data, command: c_uint, _buf: *mut c_char, len: usize, rbuf: *mut *mut c_char, room: usize) -> isize {
    let lines = LOG.with(|log| {
        log.borrow_mut().push(format!("{} {}", command, len));
        log.borrow().len()
    });
    say(format!("{} lines", lines), rbuf, room)
}

driver!(None);
