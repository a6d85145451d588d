#include "record/node_log.h"

#include "term/external.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace ddll::record {

using term::Term;
using verify::witness::Header;

namespace {

/// A file, mapped for reading.
class Mapping {
public:
    explicit Mapping(const std::string& file) {
        const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat st {};
        if (fd >= 0 && fstat(fd, &st) == 0 && static_cast<std::size_t>(st.st_size) >= sizeof(Header)) {
            void* mapped = mmap(nullptr, static_cast<std::size_t>(st.st_size), PROT_READ, MAP_SHARED, fd, 0);
            if (mapped != MAP_FAILED) bytes_ = {static_cast<const char*>(mapped), static_cast<std::size_t>(st.st_size)};
        }
        if (fd >= 0) close(fd);
    }
    ~Mapping() {
        if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }
    Mapping(const Mapping&) = delete;

    std::string_view bytes() const { return bytes_; }

private:
    std::string_view bytes_;
};

std::string name_or_bytes(const Term& term) {
    if (term.is(Term::Kind::atom)) return term.as_atom();
    return term.is(Term::Kind::bits) ? std::string(term.as_bits().bytes()) : std::string();
}

bool read_terms(Event& event) {
    const auto decoded = term::decode(event.data);
    if (!decoded || !decoded->term.is_tuple(3)) return false;
    const auto parts = decoded->term.elements();
    event.process = parts[0];
    event.what = parts[1];
    event.more = parts[2];
    event.data.clear();
    return true;
}

/// The event at the front of `bytes`, which is dropped.
std::optional<Event> take(std::string_view& bytes) {
    verify::witness::Event raw;
    if (bytes.size() < sizeof raw) return std::nullopt;
    std::memcpy(&raw, bytes.data(), sizeof raw);
    if (raw.size < sizeof raw + std::size_t{raw.data_size} || raw.size > bytes.size()) return std::nullopt;
    Event event;
    event.kind = raw.kind;
    event.tag = static_cast<TermTag>(raw.library);
    event.library = raw.library;
    event.port = raw.port;
    event.a = raw.a;
    event.data = bytes.substr(sizeof raw, raw.data_size);
    bytes.remove_prefix(raw.size);
    return event;
}

void read_node(const Term& said, NodeLog& log) {
    if (!said.is_tuple(5)) return;
    const auto parts = said.elements();
    log.otp = name_or_bytes(parts[0]);
    log.erts = name_or_bytes(parts[1]);
    for (const Term& name : parts[2].items()) log.linked_in.push_back(name_or_bytes(name));
    for (const Term& named : parts[3].items())
        if (named.is_tuple(2)) log.names.emplace(named.elements()[1], name_or_bytes(named.elements()[0]));
    log.trapping = parts[4].items();
}

std::string beside(const std::string& file, std::string_view kind, std::uint64_t number) {
    return fmt::format("{}.{}{}.so", file.substr(0, file.rfind('.')), kind, number);
}

} // namespace

std::string NodeLog::library_file(std::uint32_t number) const {
    return beside(file, "library", number);
}

std::string NodeLog::refused_file(std::uint64_t number) const {
    return number == 0 ? std::string() : beside(file, "refused", number);
}

std::optional<NodeLog> read_node_log(const std::string& file) {
    const Mapping mapping(file);
    if (mapping.bytes().empty()) return std::nullopt;
    Header header;
    std::memcpy(&header, mapping.bytes().data(), sizeof header);
    NodeLog log;
    log.file = file;
    log.full = header.full != 0;
    std::string_view rest = mapping.bytes().substr(sizeof header);
    rest = rest.substr(0, std::min<std::size_t>(rest.size(), header.used));
    for (std::uint64_t i = 0; i < header.count; ++i) {
        auto event = take(rest);
        if (!event) break;
        if (event->kind == Kind::term && !read_terms(*event)) continue; // nested too deep for us
        if (event->is(TermTag::node))
            read_node(event->what, log);
        else
            log.events.push_back(*std::move(event));
    }
    return log;
}

} // namespace ddll::record
