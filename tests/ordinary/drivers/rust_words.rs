// A driver in Rust: a HashMap and Strings for each port, and a panic that is caught before it reaches the emulator.
// needs: rustc
include!("ordinary.rs.in");

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
    say(format!("{} words, {} bytes", port.words.len(), len), rbuf, room)
}

driver!(Some(stop));
