/// The vector that outputv gets, and a port's queue.
#include "host/ports/command.h"
#include "host/ports/io_queue.h"
#include "stage.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll::host;
using namespace ddll::host::test;

namespace {

/// "0- 3b 70b": length of each element, and whether it has a binary (b) or not (-).
std::string layout(const std::string& data, ddll::words::EmptyElement empty = ddll::words::EmptyElement::no_binary) {
    DriverMemory memory;
    std::string text;
    {
        const auto expr = ddll::term::parse_expr(data);
        REQUIRE(bool(expr));
        const auto value = ddll::term::evaluate(**expr, {}, {});
        CommandVector command(memory, value.value, empty);
        if (!command.valid()) return "invalid";
        const ErlIOVec& ev = command.vector();
        std::size_t total = 0;
        for (int i = 0; i < ev.vsize; ++i) {
            text += (i > 0 ? " " : "") + std::to_string(ev.iov[i].iov_len) + (ev.binv[i] != nullptr ? "b" : "-");
            total += ev.iov[i].iov_len;
        }
        CHECK(total == ev.size);
        CHECK(command.size() == ev.size);
    }
    CHECK(memory.used_by({}).binaries == 0);
    return text;
}

std::string binary(std::size_t size) {
    return "<<0:" + std::to_string(8 * size) + ">>";
}

std::string repeated(const std::string& item, int times) {
    std::string all = "[";
    for (int i = 0; i < times; ++i) all += (i > 0 ? ", " : "") + item;
    return all + "]";
}

} // namespace

TEST_CASE("layout of a command") {
    CHECK(layout("[]") == "0-");
    CHECK(layout("[<<>>]") == "0-");
    CHECK(layout("[[], [<<>>, []]]") == "0-");
    CHECK(layout("<<>>") == "0- 0-");
    CHECK(layout("<<>>", ddll::words::EmptyElement::binary) == "0- 0b");
    CHECK(layout("[<<>>]", ddll::words::EmptyElement::binary) == "0-");
    CHECK(layout("<<1>>") == "0- 1b");
    CHECK(layout("[1, 2, 3]") == "0- 3b");
    CHECK(layout(binary(64)) == "0- 64b");
    CHECK(layout("[1, " + binary(64) + ", 2]") == "0- 66b");
    CHECK(layout("[1, " + binary(65) + ", 2]") == "0- 1b 65b 1b");
    CHECK(layout("[" + binary(65) + ", " + binary(70) + "]") == "0- 65b 70b");
    CHECK(layout("[1, [2, " + binary(65) + "] | <<3>>]") == "0- 2b 65b 1b");
    // 15 elements with the reserved one stand as they are; from 16 on those under 256 bytes are packed.
    CHECK(layout(repeated(binary(65), 14)).size() == 2 + 14 * 4);
    CHECK(layout(repeated(binary(65), 15)) == "0- 975b");
    CHECK(layout("[" + binary(256) + " | " + repeated(binary(255), 15) + "]") == "0- 256b 3825b");
    for (const char* bad : {"foo", "[256]", "[-1]", "[a]", "[1 | 2]", "7", "<<1:3>>", "[<<1:3>>]", "{1}"}) {
        CAPTURE(std::string(bad));
        CHECK(layout(bad) == "invalid");
    }
}

TEST_CASE("bytes arrive in order, and common binaries are shared between slices") {
    Script script;
    std::string all;
    bool same = false, first_free = false;
    script.outputv = [&](ErlDrvPort, ErlIOVec& ev) {
        for (int i = 0; i < ev.vsize; ++i) all.append(static_cast<const char*>(ev.iov[i].iov_base), ev.iov[i].iov_len);
        first_free = ev.iov[0].iov_base == nullptr && ev.binv[0] == nullptr;
        same = ev.vsize == 4 && ev.binv[1] == ev.binv[3] && ev.binv[1] != ev.binv[2];
    };
    Stage stage(script);
    stage.open();
    CHECK(stage.run("port_command(P, [\"ab\", binary:copy(<<\"x\">>, 65), \"cd\"])") == "true");
    CHECK(all == "ab" + std::string(65, 'x') + "cd");
    CHECK(same);
    CHECK(first_free);
    CHECK(stage.run("port_info(P, output)") == "{output,69}");
    CHECK(stage.run("port_command(P, foo)") == "error:badarg");
}

TEST_CASE("a binary of the vector may be kept") {
    Script script;
    ErlDrvBinary* kept = nullptr;
    script.outputv = [&](ErlDrvPort p, ErlIOVec& ev) {
        kept = ev.binv[1];
        driver_binary_inc_refc(kept);
        CHECK(driver_enqv(p, &ev, 1) == 0);
    };
    Stage stage(script);
    stage.open();
    stage.run("port_command(P, binary:copy(<<\"x\">>, 80))");
    stage.inside([&](ErlDrvPort p) {
        CHECK(driver_sizeq(p) == 79);
        CHECK(driver_binary_get_refc(kept) == 2); // the queue's and ours
        CHECK(driver_deq(p, 79) == 0);
        CHECK(driver_binary_get_refc(kept) == 1);
        driver_free_binary(kept);
    });
    CHECK(stage.host().memory().used_by({}).binaries == 0);
}

TEST_CASE("outputv back: driver_outputv and driver_vec_to_buf") {
    Script script;
    script.outputv = [](ErlDrvPort p, ErlIOVec& ev) {
        char all[8] = {};
        CHECK(driver_vec_to_buf(&ev, all, 3) == 3);
        CHECK(std::string(all) == "abc");
        char header[] = {1};
        CHECK(driver_outputv(p, header, 1, &ev, 1) == 0);
    };
    Stage stage(script);
    stage.open("[binary]");
    stage.run("port_command(P, \"abcd\")");
    CHECK(stage.heard("Alice") == "{P,{data,[1|<<\"bcd\">>]}}");
}

TEST_CASE("the queue of a port through the API") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) {
        char ab[] = "ab", cd[] = "cd", e[] = "e";
        CHECK(driver_sizeq(p) == 0);
        CHECK(driver_enq(p, cd, 2) == 0);
        CHECK(driver_pushq(p, ab, 2) == 0);
        ErlDrvBinary* binary = driver_alloc_binary(4);
        std::memcpy(binary->orig_bytes, "wxyz", 4);
        CHECK(driver_enq_bin(p, binary, 1, 2) == 0);
        CHECK(driver_pushq_bin(p, binary, 3, 1) == 0);
        CHECK(driver_enq_bin(p, binary, 3, 2) == -1);
        CHECK(driver_binary_get_refc(binary) == 3);
        driver_free_binary(binary);
        CHECK(driver_enq(p, e, 1) == 0);
        CHECK(driver_sizeq(p) == 8);
        int n = 0;
        const SysIOVec* v = driver_peekq(p, &n);
        std::string all;
        for (int i = 0; i < n; ++i) all.append(static_cast<const char*>(v[i].iov_base), v[i].iov_len);
        CHECK(all == "zabcdxye");
        ErlIOVec peeked{};
        CHECK(driver_peekqv(p, &peeked) == 8);
        CHECK(peeked.size == 8);
        CHECK(peeked.vsize == n);
        CHECK(driver_deq(p, 4) == 4);
        CHECK(driver_deq(p, 5) == static_cast<ErlDrvSizeT>(-1));
        CHECK(driver_sizeq(p) == 4);
    });
    CHECK(stage.run("port_info(P, queue_size)") == "{queue_size,4}");
    CHECK(stage.misuses() == "binary-out-of-bounds queue-overdrawn");
}

TEST_CASE("the queue itself") {
    DriverMemory memory;
    {
        IoQueue queue(memory);
        queue.put(IoQueue::End::tail, "bcd");
        queue.put(IoQueue::End::head, "a");
        queue.put(IoQueue::End::tail, "");
        CHECK(queue.size() == 4);
        ErlDrvBinary* binary = memory.allocate_binary(10, {});
        queue.put(IoQueue::End::tail, binary, 2, 5);
        CHECK(memory.references(binary) == 2);
        CHECK(queue.vectors().size() == 3);
        CHECK(queue.binaries()[2] == binary);
        CHECK(queue.vectors()[2].iov_base == binary->orig_bytes + 2);
        queue.drop(6);
        CHECK(queue.size() == 3);
        CHECK(queue.vectors().size() == 1);
        CHECK(queue.vectors()[0].iov_base == binary->orig_bytes + 4);
        queue.put(IoQueue::End::head, binary, 0, 0);
        CHECK(queue.vectors().size() == 1);
        queue.drop(3);
        CHECK(memory.references(binary) == 1);
        CHECK(memory.used_by({}).binaries == 1);
        memory.drop_reference(binary);
        queue.put(IoQueue::End::tail, "left over");
    }
    CHECK(memory.used_by({}).binaries == 0);
}
