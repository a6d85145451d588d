// The same with a type that has nothing to drop, as the fix for the other says: nothing is kept.
// needs: rustc
include!("ordinary.rs.in");

thread_local! {
    static LINES: std::cell::Cell<usize> = std::cell::Cell::new(0);
}

extern "C" fn start(port: Data, _arguments: *mut c_char) -> Data {
    port
}
extern "C" fn control(_data: Data, command: c_uint, _buf: *mut c_char, len: usize, rbuf: *mut *mut c_char, room: usize) -> isize {
    let lines = LINES.with(|lines| {
        lines.set(lines.get() + 1);
        lines.get()
    });
    say(format!("{} lines", lines), rbuf, room)
}

driver!(None);
