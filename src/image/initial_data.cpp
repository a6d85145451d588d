#include "image/initial_data.h"

#include "base/text.h"
#include "image/elf_facts.h"
#include "image/elf_file.h"

#include <algorithm>

namespace ddll::image {
namespace {

constexpr std::size_t most_found = 64;

bool is_relative(std::uint64_t type) {
#if defined(__x86_64__)
    return type == R_X86_64_RELATIVE;
#else
    return type == R_AARCH64_RELATIVE;
#endif
}

} // namespace

Result<InitialData> InitialData::read(const std::string& path) {
    auto content = read_file(path, largest_file);
    if (!content) return std::move(content).error();
    return of(*std::move(content), path);
}

Result<InitialData> InitialData::of(std::string bytes, const std::string& path) {
    if (auto failure = unfit_for_loading(path, bytes)) return *std::move(failure);
    InitialData out;
    out.bytes_ = std::move(bytes);
    const ElfFile file(out.bytes_);
    Dynamic dynamic;
    for (const auto& h : file.segments()) {
        if (h.p_type == PT_DYNAMIC) dynamic = Dynamic(file.bytes_of(h));
        if (h.p_type == PT_LOAD && h.p_offset <= out.bytes_.size())
            out.segments_.push_back(
                {h.p_vaddr, h.p_offset, h.p_filesz, (h.p_flags & PF_W) != 0, (h.p_flags & PF_X) != 0});
    }
    each_relocation(file, dynamic, [&](const Elf64_Rela& r) {
        Pointer pointer{r.r_offset, std::nullopt};
        if (is_relative(ELF64_R_TYPE(r.r_info))) pointer.to = static_cast<std::uint64_t>(r.r_addend);
        out.pointers_.push_back(pointer);
    });
    std::sort(out.pointers_.begin(), out.pointers_.end(),
              [](const Pointer& a, const Pointer& b) { return a.at < b.at; });
    return out;
}

std::vector<std::uint64_t> InitialData::find(std::uint32_t word) const {
    std::vector<std::uint64_t> out;
    const std::string_view wanted(reinterpret_cast<const char*>(&word), sizeof word);
    for (const Segment& segment : segments_) {
        if (!segment.writable) continue;
        for (std::size_t at = 0; (at = bytes_of(segment).find(wanted, at)) != std::string_view::npos; ++at) {
            if ((segment.address + at) % sizeof word != 0) continue;
            out.push_back(segment.address + at);
            if (out.size() == most_found) return out;
        }
    }
    return out;
}

std::string_view InitialData::at(std::uint64_t address) const {
    for (const Segment& segment : segments_)
        if (const auto bytes = bytes_of(segment); address - segment.address < bytes.size())
            return bytes.substr(address - segment.address);
    return {};
}

const InitialData::Pointer* InitialData::pointer(std::uint64_t address) const {
    const auto found = std::lower_bound(pointers_.begin(), pointers_.end(), address,
                                        [](const Pointer& p, std::uint64_t a) { return p.at < a; });
    return found == pointers_.end() || found->at != address ? nullptr : &*found;
}

std::optional<std::uint32_t> InitialData::word(std::uint64_t address) const {
    return load<std::uint32_t>(at(address), 0);
}

bool InitialData::contains(std::uint32_t word) const {
    const std::string_view wanted(reinterpret_cast<const char*>(&word), sizeof word);
    return std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
        return bytes_of(segment).find(wanted) != std::string_view::npos;
    });
}

std::vector<std::uint64_t> InitialData::pointers() const {
    std::vector<std::uint64_t> out;
    out.reserve(pointers_.size());
    for (const Pointer& pointer : pointers_) out.push_back(pointer.at);
    return out;
}

bool InitialData::points_to_code(std::uint64_t address) const {
    const Pointer* p = pointer(address);
    if (p == nullptr) return false;
    if (!p->to) return true; // a symbol: functions of the driver that it exports
    return std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
        return segment.executable && *p->to - segment.address < bytes_of(segment).size();
    });
}

bool InitialData::points(std::uint64_t address) const {
    return pointer(address) != nullptr || load<std::uint64_t>(at(address), 0).value_or(0) != 0;
}

std::string InitialData::text_behind(std::uint64_t address) const {
    const Pointer* p = pointer(address);
    return p && p->to ? std::string(text_at(at(*p->to), 0, 256)) : std::string();
}

} // namespace ddll::image
