// Commands are objects of a class hierarchy, found by name in a registry that static objects fill.
#include "ordinary.h"

#include <map>
#include <memory>
#include <string>
#include <typeinfo>

namespace {
struct Command {
    virtual ~Command() = default;
    virtual std::string run(const std::string& text) const = 0;
};
std::map<unsigned, std::unique_ptr<Command>>& registry() {
    static std::map<unsigned, std::unique_ptr<Command>> commands;
    return commands;
}
template <class T>
struct Registered {
    explicit Registered(unsigned number) { registry()[number] = std::make_unique<T>(); }
};
struct Upper : Command {
    std::string run(const std::string& text) const override {
        std::string out = text;
        for (char& c : out)
            if (c >= 'a' && c <= 'z') c -= 32;
        return out;
    }
};
struct Length : Command {
    std::string run(const std::string& text) const override { return std::to_string(text.size()); }
};
const Registered<Upper> upper(0);
const Registered<Length> length(1);
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    const auto found = registry().find(command);
    if (found == registry().end()) return say(rbuf, rlen, "unknown");
    std::string out = found->second->run({buf, len});
    if (dynamic_cast<const Length*>(found->second.get()) != nullptr) out += typeid(*found->second).name();
    return say(rbuf, rlen, out.c_str());
}

DRIVER(.start = keep_port, .control = control)
