#include "host/probe/held.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace ddll::host {
namespace {

constexpr std::size_t most_told = 16;
/// Fewer are the first uses of something.
constexpr std::uint64_t many_calls = 8;
/// Of those, nothing is to refer to so many. What was freed and looks like a pointer makes it fewer, and nothing more.
constexpr std::uint64_t enough_lost = 4;
/// A process with more to look at is not looked at: nothing is lost in it.
constexpr std::size_t most_bytes = std::size_t{512} << 20;

Site site_of(const Piece& piece) {
    return {piece.owner, piece.site, piece.mapping};
}

template <class Take>
HeldBySite sums(const Pieces& pieces, Take take) {
    std::vector<std::pair<Site, std::uint32_t>> calls;
    HeldBySite out;
    for (std::size_t i = 0; i < pieces.count; ++i) {
        const Piece& piece = pieces.all[i];
        if (!take(piece)) continue;
        out[site_of(piece)].bytes += static_cast<std::int64_t>(piece.size);
        calls.emplace_back(site_of(piece), piece.call);
    }
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    for (const auto& [site, call] : calls) ++out[site].calls;
    return out;
}

std::vector<HeldAt> largest(std::vector<HeldAt> all) {
    std::stable_sort(all.begin(), all.end(), [](const HeldAt& a, const HeldAt& b) { return a.bytes > b.bytes; });
    if (all.size() > most_told) all.resize(most_told);
    return all;
}

class OpenFile {
public:
    explicit OpenFile(const char* path) : number_(open(path, O_RDONLY | O_CLOEXEC)) {}
    ~OpenFile() {
        if (number_ >= 0) close(number_);
    }
    OpenFile(const OpenFile&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

/// Looks through the process for what leads to pieces. All that it keeps itself is in pages of its own, where it does
/// not look.
class Search {
public:
    explicit Search(const Pieces& pieces)
        : all_(pieces.count + 1), reached_(pieces.count + 1), open_(pieces.count + 1), buffer_(buffer_words),
          count_(pieces.count) {
        able_ = all_.capacity() != 0 && reached_.capacity() != 0 && open_.capacity() != 0 && buffer_.capacity() != 0 &&
                memory_.number() >= 0;
        if (!able_) return;
        std::copy(pieces.all.data(), pieces.all.data() + count_, all_.data());
        std::sort(all_.data(), all_.data() + count_,
                  [](const Piece& a, const Piece& b) { return a.address < b.address; });
    }

    /// False when it could not be done.
    bool run() {
        if (!able_ || !look_at_roots()) return false;
        while (open_count_ > 0) {
            const Piece& piece = all_[open_[--open_count_]];
            look_at(piece.address, piece.address + piece.size);
        }
        return true;
    }

    template <class F>
    void each_unreached(F&& see) const {
        for (std::size_t i = 0; i < count_; ++i)
            if (reached_[i] == 0) see(all_[i]);
    }

private:
    static constexpr std::size_t buffer_words = 8192;

    // Whatever can be written and is the process's own, but for the pieces themselves.
    bool look_at_roots() {
        PageArray<char> maps(std::size_t{1} << 20);
        const OpenFile file("/proc/self/maps");
        if (maps.capacity() == 0 || file.number() < 0) return false;
        std::size_t length = 0;
        for (ssize_t n = 1; n > 0; length += static_cast<std::size_t>(std::max<ssize_t>(n, 0))) {
            if (length == maps.capacity()) return false;
            n = read(file.number(), maps.data() + length, maps.capacity() - length);
        }
        std::size_t bytes = 0;
        for (std::string_view rest(maps.data(), length); !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            std::uintptr_t low = 0, high = 0;
            const char* const end = line.data() + line.size();
            const auto [dash, error] = std::from_chars(line.data(), end, low, 16);
            if (error != std::errc() || dash + 1 >= end) return false;
            const auto [space, error_too] = std::from_chars(dash + 1, end, high, 16);
            if (error_too != std::errc() || end - space < 5) return false;
            if (std::string_view(space + 1, 2) != "rw" || space[4] != 'p') continue;
            bytes += high - low;
            if (bytes > most_bytes) return false;
            look_beside_pieces(low, high);
        }
        return true;
    }

    void look_beside_pieces(std::uintptr_t low, std::uintptr_t high) {
        // What functions that have returned left on this thread's stack refers to nothing.
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        if (low < here && here < high) low = here & ~std::uintptr_t{7};
        std::size_t i = first_behind(low);
        for (; i < count_ && all_[i].address < high; ++i) {
            if (all_[i].address > low) look_at(low, all_[i].address);
            low = std::max(low, all_[i].address + all_[i].size);
        }
        if (low < high) look_at(low, high);
    }

    // What another thread unmaps meanwhile is passed over.
    void look_at(std::uintptr_t low, std::uintptr_t high) {
        low = (low + sizeof low - 1) & ~(sizeof low - 1);
        while (low < high) {
            const std::size_t wanted = std::min<std::size_t>(high - low, buffer_words * sizeof low);
            const ssize_t n = pread(memory_.number(), buffer_.data(), wanted, static_cast<off_t>(low));
            if (n <= 0) return;
            for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof low; ++i) reach(buffer_[i]);
            low += static_cast<std::uintptr_t>(n);
        }
    }

    // Also by a pointer into its midst, or right behind it.
    void reach(std::uintptr_t word) {
        if (count_ == 0 || word < all_[0].address || word > all_[count_ - 1].address + all_[count_ - 1].size) return;
        const std::size_t i = first_behind(word - 1);
        if (i == count_ || all_[i].address > word || reached_[i] != 0) return;
        reached_[i] = 1;
        open_[open_count_++] = static_cast<std::uint32_t>(i);
    }

    std::size_t first_behind(std::uintptr_t address) const {
        const Piece* begin = all_.data();
        return static_cast<std::size_t>(
            std::partition_point(begin, begin + count_, [&](const Piece& p) { return p.address + p.size <= address; }) -
            begin);
    }

    PageArray<Piece> all_; ///< by address
    PageArray<unsigned char> reached_;
    PageArray<std::uint32_t> open_; ///< reached, and not looked at yet
    PageArray<std::uintptr_t> buffer_;
    std::size_t count_, open_count_ = 0;
    OpenFile memory_{"/proc/self/mem"};
    bool able_ = false;
};

} // namespace

HeldBySite held_by(const Pieces& pieces, std::uint16_t owner) {
    return sums(pieces, [&](const Piece& piece) { return piece.owner == owner || piece.owner == 0; });
}

std::vector<HeldAt> grown(const HeldBySite& before, const HeldBySite& now) {
    std::int64_t total[2] = {0, 0};
    for (const auto& [site, held] : now) total[site.mapping ? 1 : 0] += held.bytes;
    for (const auto& [site, held] : before) total[site.mapping ? 1 : 0] -= held.bytes;
    std::vector<HeldAt> out;
    for (const auto& [site, held] : now) {
        const auto it = before.find(site);
        const Held was = it == before.end() ? Held{} : it->second;
        const std::int64_t bytes = std::min(held.bytes - was.bytes, total[site.mapping ? 1 : 0]);
        if (bytes > 0) out.push_back({{bytes, held.calls - std::min(held.calls, was.calls)}, site});
    }
    return largest(std::move(out));
}

std::vector<HeldAt> lost(const Pieces& pieces, std::uint16_t owner, std::uint32_t call) {
    const auto concerns = [&](const Piece& piece) { return piece.owner == owner && piece.call >= call; };
    const HeldBySite all = sums(pieces, concerns);
    if (std::none_of(all.begin(), all.end(), [](const auto& site) { return site.second.calls >= many_calls; }))
        return {};
    Search search(pieces);
    if (!search.run()) return {};
    Pieces left{PageArray<Piece>(pieces.count), 0};
    if (left.all.capacity() == 0) return {};
    search.each_unreached([&](const Piece& piece) { left.all[left.count++] = piece; });
    std::vector<HeldAt> out;
    for (const auto& [site, held] : sums(left, concerns))
        if (held.calls >= enough_lost && all.at(site).calls >= many_calls) out.push_back({all.at(site), site});
    return largest(std::move(out));
}

} // namespace ddll::host
