// With g++ a single make_shared is enough for a unique symbol.
#include <memory>

extern "C" int driver_init() {
    return *std::make_shared<int>(3);
}
