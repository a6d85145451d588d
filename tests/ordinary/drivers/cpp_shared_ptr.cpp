// Ports share objects by name through weak pointers; the last port that closes takes the object with it.
#include "ordinary.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace {
struct Channel : std::enable_shared_from_this<Channel> {
    std::string name;
    long messages = 0;
};
std::mutex lock;
std::map<std::string, std::weak_ptr<Channel>> channels;

std::shared_ptr<Channel> channel(const std::string& name) {
    const std::lock_guard guard(lock);
    std::weak_ptr<Channel>& known = channels[name];
    std::shared_ptr<Channel> found = known.lock();
    if (!found) {
        found = std::make_shared<Channel>();
        found->name = name;
        known = found;
    }
    return found;
}
struct Port {
    std::shared_ptr<Channel> channel;
};
} // namespace

static ErlDrvData start(ErlDrvPort, char* arguments) {
    return reinterpret_cast<ErlDrvData>(new Port{channel(arguments)});
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    auto self = reinterpret_cast<Port*>(data)->channel->shared_from_this();
    ++self->messages;
    const std::string text = self->name + " has " + std::to_string(self->messages);
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = start, .stop = stop, .control = control)
