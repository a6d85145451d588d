/// The loader's cache (/etc/ld.so.cache) as bytes from anywhere: what makes no sense is left out.
#include "image/loader_cache.h"
#include "base/check.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto cache = ddll::image::LoaderCache::parse(bytes);
    DDLL_CHECK(cache.size() <= size);
    // Whatever is found is text of the file, under a name that is text of the file.
    for (std::size_t at = 0; at < size; ++at) {
        if (at > 0 && bytes[at - 1] != '\0') continue;
        const std::string name(bytes.substr(at, bytes.find('\0', at) - at));
        if (name.size() > 200) continue;
        const std::string path = cache.find(name);
        DDLL_CHECK(path.empty() || bytes.find(path) != bytes.npos);
    }
    return 0;
}
