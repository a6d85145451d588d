#include "host/ports/output.h"
#include "api/entry.h"

#include <algorithm>
#include <cstring>

using term::Term;

namespace {

std::string_view view(const char* data, std::size_t size) {
    return data == nullptr ? std::string_view() : std::string_view(data, size);
}

std::size_t offset_in(const ErlDrvBinary* binary, const void* data) {
    return static_cast<std::size_t>(static_cast<const char*>(data) - binary->orig_bytes);
}

} // namespace

extern "C" {

int driver_output(ErlDrvPort handle, char* buf, ErlDrvSizeT len) {
    Call call(Function::driver_output);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    host::output_bytes(call.host(), *port, {}, view(buf, len), buf == nullptr);
    return call.returns(0, static_cast<std::int64_t>(len));
}

int driver_output2(ErlDrvPort handle, char* hbuf, ErlDrvSizeT hlen, char* buf, ErlDrvSizeT len) {
    Call call(Function::driver_output2);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    host::output_bytes(call.host(), *port, view(hbuf, hlen), view(buf, len), buf == nullptr);
    return call.returns(0, static_cast<std::int64_t>(hlen), static_cast<std::int64_t>(len));
}

int driver_output_binary(ErlDrvPort handle, char* hbuf, ErlDrvSizeT hlen, ErlDrvBinary* bin, ErlDrvSizeT offset,
                         ErlDrvSizeT len) {
    Call call(Function::driver_output_binary);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    host::Host& host = call.host();
    if (!call.has_part(bin, offset, len)) return call.returns(-1);
    if (port->discards_output()) return call.returns(0);
    port->info.input += hlen + len;
    const std::string_view header = view(hbuf, hlen);
    if (port->options.binary) {
        Term data = host::binary_term(host, bin, offset, len);
        host::output_to_owner(host, *port, Term::list(host::header_items(header), std::move(data)));
    } else {
        std::string all(header);
        all.append(bin->orig_bytes + offset, len);
        host::output_to_owner(host, *port, Term::bytes_list(all));
    }
    return call.returns(0, static_cast<std::int64_t>(hlen), static_cast<std::int64_t>(len));
}

int driver_outputv(ErlDrvPort handle, char* hbuf, ErlDrvSizeT hlen, ErlIOVec* ev, ErlDrvSizeT skip) {
    Call call(Function::driver_outputv);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    host::Host& host = call.host();
    if (ev->size <= skip) {
        host::output_bytes(host, *port, view(hbuf, hlen), {}, true);
        return call.returns(0, static_cast<std::int64_t>(hlen), 0);
    }
    const std::size_t size = ev->size - skip;
    int first = api::skip_bytes(*ev, skip);
    // Where nothing is to be left out, one empty element at the beginning is; others arrive (measured).
    if (skip == 0 && ev->iov[0].iov_len == 0) ++first;
    if (port->discards_output()) return call.returns(0);
    port->info.input += hlen + size;
    const std::string_view header = view(hbuf, hlen);
    if (!port->options.binary) {
        std::string all(header);
        for (int i = first; i < ev->vsize; ++i)
            all.append(static_cast<const char*>(ev->iov[i].iov_base), ev->iov[i].iov_len);
        host::output_to_owner(host, *port, Term::bytes_list(all));
        return call.returns(0, static_cast<std::int64_t>(hlen), static_cast<std::int64_t>(size));
    }
    std::vector<Term> items = host::header_items(header);
    for (int i = first; i < ev->vsize; ++i) {
        const SysIOVec& element = ev->iov[i];
        ErlDrvBinary* binary = ev->binv[i];
        if (binary != nullptr)
            items.push_back(host::binary_term(host, binary, offset_in(binary, element.iov_base), element.iov_len));
        else
            items.push_back(Term::binary({static_cast<const char*>(element.iov_base), element.iov_len}));
    }
    Term tail = std::move(items.back());
    items.pop_back();
    host::output_to_owner(host, *port, Term::list(std::move(items), std::move(tail)));
    return call.returns(0, static_cast<std::int64_t>(hlen), static_cast<std::int64_t>(size));
}

ErlDrvSizeT driver_vec_to_buf(ErlIOVec* ev, char* buf, ErlDrvSizeT len) {
    Call call(Function::driver_vec_to_buf);
    std::size_t copied = 0;
    for (int i = 0; i < ev->vsize && copied < len; ++i) {
        const std::size_t n = std::min<std::size_t>(ev->iov[i].iov_len, len - copied);
        if (n > 0) std::memcpy(buf + copied, ev->iov[i].iov_base, n);
        copied += n;
    }
    return call.returns(copied, static_cast<std::int64_t>(len));
}

} // extern "C"
