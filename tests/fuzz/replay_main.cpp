// Runs a fuzz target over files that were kept, so that what a fuzzer found once stays found.
// Arguments: folders. Every file in them is one input. An empty folder is a mistake in the test, not a success.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
        return 2;
    }
    std::size_t total = 0;
    for (int i = 1; i < argc; ++i) {
        std::error_code failure;
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i], failure))
            if (entry.is_regular_file()) files.push_back(entry.path());
        if (failure || files.empty()) {
            std::fprintf(stderr, "%s: %s\n", argv[i], failure ? failure.message().c_str() : "no inputs");
            return 1;
        }
        std::sort(files.begin(), files.end());
        for (const auto& path : files) {
            std::ifstream in(path, std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
            if (!in) {
                std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
                return 1;
            }
            // Said first: after a crash the last line names the input.
            std::printf("%s\n", path.c_str());
            std::fflush(stdout);
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        }
        total += files.size();
    }
    std::printf("%zu passed, 0 failed\n", total); // what does not pass has ended the process
}
