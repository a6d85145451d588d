// A driver in Rust with a thread_local that has a destructor. It keeps the library mapped while that scheduler runs.
// needs: rustc
// true: dso-pinned-thread-local-destructor reload-kept-old-code
// may: heap-leak-outside-driver-heap
// says: thread_local
// node: stays
use std::os::raw::{c_char, c_int, c_uint, c_void};

type Data = *mut c_void;
type Control = extern "C" fn(Data, c_uint, *mut c_char, usize, *mut *mut c_char, usize) -> isize;

#[repr(C)]
pub struct Entry {
    init: Option<extern "C" fn() -> c_int>,
    start: Option<extern "C" fn(Data, *mut c_char) -> Data>,
    stop: Option<extern "C" fn(Data)>,
    output: usize,
    ready_input: usize,
    ready_output: usize,
    driver_name: *const u8,
    finish: Option<extern "C" fn()>,
    handle: usize,
    control: Option<Control>,
    unused: [usize; 6],
    extended_marker: c_uint,
    major: c_int,
    minor: c_int,
    flags: c_int,
    rest: [usize; 4],
}

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
    let text = format!("{} lines", lines).into_bytes();
    let n = text.len().min(room);
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr() as *const c_char, *rbuf, n) };
    n as isize
}

static mut ENTRY: Entry = Entry {
    init: None, start: Some(start), stop: None, output: 0, ready_input: 0, ready_output: 0,
    driver_name: concat!(env!("DRIVER_NAME"), "\0").as_ptr(), finish: None, handle: 0, control: Some(control),
    unused: [0; 6], extended_marker: 0xfeeeeeed, major: 3, minor: 3, flags: 0, rest: [0; 4],
};

#[no_mangle]
pub extern "C" fn driver_init() -> *mut Entry {
    unsafe { std::ptr::addr_of_mut!(ENTRY) }
}
