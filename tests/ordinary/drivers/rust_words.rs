// A driver in Rust: a HashMap and Strings for each port, and a panic that is caught before it reaches the emulator.
// needs: rustc
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

struct Port {
    words: std::collections::BTreeMap<Vec<u8>, u64>,
}

extern "C" fn start(_port: Data, _arguments: *mut c_char) -> Data {
    Box::into_raw(Box::new(Port { words: Default::default() })) as Data
}
extern "C" fn stop(data: Data) {
    drop(unsafe { Box::from_raw(data as *mut Port) });
}
extern "C" fn control(data: Data, _command: c_uint, buf: *mut c_char, len: usize, rbuf: *mut *mut c_char, room: usize) -> isize {
    let port = unsafe { &mut *(data as *mut Port) };
    let sent = if len == 0 { &[][..] } else { unsafe { std::slice::from_raw_parts(buf as *const u8, len) } };
    *port.words.entry(sent.to_vec()).or_insert(0) += 1;
    let text = format!("{} words, {} bytes", port.words.len(), len).into_bytes();
    let n = text.len().min(room);
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr() as *const c_char, *rbuf, n) };
    n as isize
}

static mut ENTRY: Entry = Entry {
    init: None, start: Some(start), stop: Some(stop), output: 0, ready_input: 0, ready_output: 0,
    driver_name: concat!(env!("DRIVER_NAME"), "\0").as_ptr(), finish: None, handle: 0, control: Some(control),
    unused: [0; 6], extended_marker: 0xfeeeeeed, major: 3, minor: 3, flags: 0, rest: [0; 4],
};

#[no_mangle]
pub extern "C" fn driver_init() -> *mut Entry {
    unsafe { std::ptr::addr_of_mut!(ENTRY) }
}
