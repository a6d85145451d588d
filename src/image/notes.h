#pragma once
/// The build-id: an ELF note that the linker makes from the content. Internal to image/.
#include <cstdint>
#include <string>
#include <string_view>

namespace ddll::image {

/// Of a note segment with that alignment, in lower-case hex; empty when there is none or the bytes make no sense.
std::string build_id_in_notes(std::string_view notes, std::uint64_t alignment);

/// Of an open ELF file, with a few small reads; empty likewise.
std::string build_id_of_file(int fd);

} // namespace ddll::image
