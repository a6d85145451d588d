#include "doctor/node_link.h"

#include "base/text.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>
#include <netdb.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace ddll::doctor {

using term::Term;

struct NodeLink::Inner {
    ei_cnode self{};
    int socket = -1;
    std::string node;
    unsigned limit = 0;

    ~Inner() {
        if (socket >= 0) ei_close_connection(socket);
    }
};

namespace {

constexpr std::size_t longest_cookie = 4096;

/// A buffer of ei's, given back at the end.
struct Buffer {
    ei_x_buff x{};
    Buffer() { ei_x_new(&x); }
    ~Buffer() { ei_x_free(&x); }
    Buffer(const Buffer&) = delete;
};

Result<std::string> cookie_of_home() {
    const char* home = std::getenv("HOME");
    const std::string path = fmt::format("{}/.erlang.cookie", home != nullptr ? home : "");
    auto text = read_file(path, longest_cookie);
    if (!text) return error(fmt::format("no cookie: {}", text.error().message), "--cookie gives the node's cookie");
    while (!text->empty() && (text->back() == '\n' || text->back() == ' ' || text->back() == '\r')) text->pop_back();
    return text;
}

/// A node with a long name talks to nodes with long names only.
std::string own_host(const std::string& host) {
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    std::string out = name;
    const std::size_t dot = host.find('.');
    if (dot == host.npos) return out.substr(0, out.find('.'));
    return out.find('.') == out.npos ? out + host.substr(dot) : out;
}

Error not_connected(const NodeAddress& address, const std::string& host, int answer) {
    const std::string alive = address.name.substr(0, address.name.find('@'));
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, nullptr, &found) != 0)
        return error(fmt::format("{}: there is no host {}", address.name, host),
                     "write the name as the node's own node() gives it");
    freeaddrinfo(found);
    switch (answer) {
    case ERL_NO_DAEMON:
    case ERL_NO_PORT:
        return error(
            fmt::format("{}: epmd on {} knows no node {}, or does not run there", address.name, host, alive),
            "epmd -names lists the nodes of a machine; a node has a name when it was started with -name or -sname");
    case ERL_TIMEOUT:
        return error(fmt::format("{}: no answer within {} s", address.name, address.limit.count() / 1000),
                     "is the node busy or suspended? ddlltool doctor --pid PID asks it nothing");
    default:
        return error(
            fmt::format("{}: it refused the connection", address.name),
            "--cookie must be the node's own (erlang:get_cookie()); nodes that talk TLS only are out of reach: "
            "ddlltool doctor --pid PID");
    }
}

} // namespace

NodeLink::NodeLink(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
NodeLink::NodeLink(NodeLink&&) noexcept = default;
NodeLink::~NodeLink() = default;

Result<NodeLink> NodeLink::connect(const NodeAddress& address) {
    static const int started = ei_init();
    if (started != 0) return error("the library ei could not be started");
    const std::size_t at = address.name.find('@');
    const std::string host = address.name.substr(std::min(at, address.name.size() - 1) + 1);
    std::string cookie = address.cookie;
    if (cookie.empty()) {
        auto kept = cookie_of_home();
        if (!kept) return std::move(kept).error();
        cookie = *std::move(kept);
    }
    auto inner = std::make_unique<Inner>();
    inner->node = address.name;
    inner->limit = static_cast<unsigned>(address.limit.count());
    const std::string own = own_host(host), alive = fmt::format("ddlltool_{}", getpid());
    const std::string name = alive + "@" + own;
    in_addr loopback{}; // not published: no node connects to this one
    loopback.s_addr = htonl(INADDR_LOOPBACK);
    if (ei_connect_xinit(&inner->self, own.c_str(), alive.c_str(), name.c_str(),
                         reinterpret_cast<Erl_IpAddr>(&loopback), cookie.c_str(), 0) < 0)
        return error(fmt::format("{} is no name that a node could have", name));
    std::string target = address.name;
    inner->socket = ei_connect_tmo(&inner->self, target.data(), inner->limit);
    if (inner->socket < 0) return not_connected(address, host, inner->socket);
    return NodeLink(std::move(inner));
}

Result<Term> NodeLink::call(const char* module, const char* function, std::vector<Term> arguments) {
    const std::string text = fmt::format("{}: {}:{}/{}", inner_->node, module, function, arguments.size());
    const std::string list = term::encode(Term::list(std::move(arguments))).substr(1);
    std::string m = module, f = function;
    if (ei_rpc_to(&inner_->self, inner_->socket, m.data(), f.data(), list.data(), static_cast<int>(list.size())) < 0)
        return error(text + ": the connection was lost");
    Buffer answer;
    erlang_msg message{};
    int got = ERL_TICK;
    while (got == ERL_TICK)
        got = ei_rpc_from(&inner_->self, inner_->socket, static_cast<int>(inner_->limit), &message, &answer.x);
    if (got == ERL_TIMEOUT) return error(text + ": no answer in time");
    if (got != ERL_MSG) return error(text + ": the connection was lost");
    // {rex, Value}
    const auto decoded = term::decode({answer.x.buff, static_cast<std::size_t>(answer.x.index)});
    if (!decoded || !decoded->term.is_tuple(2) || !decoded->term.elements()[0].is_atom("rex"))
        return error(text + ": the answer is none of rpc's");
    const Term value = decoded->term.elements()[1];
    if (value.is_tuple(2) && value.elements()[0].is_atom("badrpc"))
        return error(fmt::format("{} failed: {}", text, term::print(value.elements()[1])));
    return value;
}

} // namespace ddll::doctor
