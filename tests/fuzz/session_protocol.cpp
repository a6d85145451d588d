/// Lines over the socket of a session as bytes from anywhere: a request is understood whole or refused with words.
#include "base/check.h"
#include "session/lines.h"
#include "session/protocol.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

void as_request(const std::string& line) {
    using namespace ddll::session;
    const auto json = nlohmann::json::parse(line, nullptr, false);
    const auto request = request_from(json);
    if (!request) {
        DDLL_CHECK(!request.error().message.empty());
        return;
    }
    // What was understood can be said again, and is understood in the same way.
    const auto said = to_json(*request);
    const auto again = request_from(said);
    DDLL_CHECK_MSG(again && to_json(*again) == said, line);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // As they come: through a pipe, in whatever pieces. What does not fit into it would wait for a reader.
    size = std::min<std::size_t>(size, 60'000);
    int ends[2];
    DDLL_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    DDLL_CHECK(write(ends[1], data, size) == static_cast<ssize_t>(size));
    close(ends[1]);
    ddll::session::LineReader lines(ends[0]);
    while (const auto line = lines.next()) as_request(*line);
    close(ends[0]);
    return 0;
}
