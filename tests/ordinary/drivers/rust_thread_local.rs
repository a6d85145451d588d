// A driver in Rust with a thread_local that has a destructor. It keeps the library mapped while that scheduler runs.
// needs: rustc
// true: dso-pinned-thread-local-destructor reload-kept-old-code
// may: heap-leak-outside-driver-heap
// says: thread_local
// node: stays
include!("ordinary.rs.in");

thread_local! {
    static LOG: std::cell::RefCell<Vec<String>> = std::cell::RefCell::new(Vec::new());
}

extern "C" fn start(port: Data, _arguments: *mut c_char) -> Data {
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
