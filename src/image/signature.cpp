#include "image/signature.h"

#include "image/dwarf_file.h"
#include "image/symbolize.h"
#include "isolate/isolate.h"

#include <dwarf.h>
#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <variant>

namespace ddll::image {
namespace {

constexpr std::chrono::milliseconds patience_with_signatures{5'000};

/// Where the file says that an address lies in it, and how far its part goes; and the address of an offset.
struct Place {
    std::uint64_t at = 0, bytes = 0;
};
std::optional<Place> place_of(Elf* elf, std::uint64_t address) {
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr part;
        if (!gelf_getphdr(elf, static_cast<int>(i), &part) || part.p_type != PT_LOAD) continue;
        if (address >= part.p_vaddr && address - part.p_vaddr < part.p_filesz)
            return Place{part.p_offset + (address - part.p_vaddr), part.p_filesz - (address - part.p_vaddr)};
    }
    return std::nullopt;
}

std::string_view code_of(Elf* elf, Dwarf_Die& function) {
    Dwarf_Addr low = 0, high = 0;
    std::size_t size = 0;
    const char* bytes = elf_rawfile(elf, &size);
    if (bytes == nullptr || dwarf_lowpc(&function, &low) != 0 || dwarf_highpc(&function, &high) != 0 || high <= low)
        return {};
    const auto place = place_of(elf, low);
    if (!place || place->at > size) return {};
    return {bytes + place->at, std::min({place->bytes, std::uint64_t{high - low}, std::uint64_t{size - place->at}})};
}

/// x86-64: a small negative number is put somewhere, or made of another one (or, sbb, neg). What is asked is whether a
/// function that returns int ever has one in its hands: a guess, but not one that an alarm comes of without reason.
bool makes_negative(std::string_view code) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(code[i]); };
    const auto small_negative = [&](std::size_t i) {
        std::int32_t value = 0;
        if (i + sizeof value > code.size()) return false;
        std::memcpy(&value, code.data() + i, sizeof value);
        return value < 0 && value >= -4096;
    };
    for (std::size_t i = 0; i + 1 < code.size(); ++i) {
        const bool wide = i > 0 && (byte(i - 1) & 0xf8) == 0x48; // of 64 bits
        const unsigned char next = byte(i + 1);
        if (byte(i) >= 0xb8 && byte(i) <= 0xbf && small_negative(i + 1)) return true;       // mov r, n
        if (byte(i) == 0xc7 && (next & 0xf8) == 0x40 && small_negative(i + 3)) return true; // mov [r+x], n
        if (byte(i) == 0x83 && next >= 0xc8 && next <= 0xcf && i + 2 < code.size() && byte(i + 2) == 0xff)
            return true;                                                                              // or r, -1
        if (byte(i) == 0x19 && next >= 0xc0 && ((next >> 3) & 7) == (next & 7) && !wide) return true; // sbb r, r
        if (byte(i) == 0xf7 && next >= 0xd8 && next <= 0xdf && !wide) return true;                    // neg r
    }
    return false;
}

/// The child's part. What it prints comes back to the parent.
void print_signature(const std::string& path, std::uint64_t offset) {
    DwarfFile file(path);
    if (file.elf() == nullptr) return;
    const Dwarf_Addr address = file.lowest_address() + offset;
    const Dwarf_Die* found = file.unit_at(address);
    if (found == nullptr) return;
    Dwarf_Die unit = *found;
    auto function = subprogram_at(unit, address);
    if (!function) return;
    Dwarf_Attribute attribute;
    Dwarf_Die type, plain;
    if (dwarf_formref_die(dwarf_attr_integrate(&*function, DW_AT_type, &attribute), &type) == nullptr ||
        dwarf_peel_type(&type, &plain) != 0 || dwarf_tag(&plain) != DW_TAG_base_type)
        return;
    Dwarf_Word encoding = 0;
    if (dwarf_formudata(dwarf_attr(&plain, DW_AT_encoding, &attribute), &encoding) != 0) return;
    const char* name = dwarf_diename(&plain);
    bool negative = true;
#if defined(__x86_64__)
    negative = makes_negative(code_of(file.elf(), *function));
#endif
    std::printf("returns %s\nbytes %d\nsigned %d\nnegative %d\n", name != nullptr ? name : "", dwarf_bytesize(&plain),
                encoding == DW_ATE_signed ? 1 : 0, negative ? 1 : 0);
    std::fflush(stdout);
}

} // namespace

std::optional<Signature> read_signature(const std::string& path, std::uint64_t offset) {
    isolate::Limits limits;
    limits.wall = patience_with_signatures;
    const isolate::Ending ending = isolate::run(limits, [&] { print_signature(path, offset); });
    if (!std::holds_alternative<isolate::Finished>(ending.how)) return std::nullopt;
    Signature out;
    for (std::size_t at = 0; at < ending.output.size();) {
        const auto end = std::min(ending.output.find('\n', at), ending.output.size());
        const std::string line = ending.output.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("returns ")) out.returns = line.substr(8);
        if (line.starts_with("bytes ")) out.bytes = std::atoi(line.c_str() + 6);
        if (line.starts_with("signed ")) out.is_signed = line.ends_with('1');
        if (line.starts_with("negative ")) out.has_negative = line.ends_with('1');
    }
    if (out.returns.empty()) return std::nullopt;
    if (const auto place = symbolize(path, offset)) {
        out.function = place->function;
        if (!place->file.empty()) out.source = fmt::format("{}:{}", place->file, place->line);
    }
    return out;
}

} // namespace ddll::image
