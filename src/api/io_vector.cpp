#include "api/io_vector.h"

namespace ddll::api {

int skip_bytes(ErlIOVec& ev, std::size_t skip) {
    int i = 0;
    while (i < ev.vsize && skip > 0) {
        SysIOVec& element = ev.iov[i];
        if (element.iov_len > skip) {
            element.iov_base = static_cast<char*>(element.iov_base) + skip;
            element.iov_len -= skip;
            return i;
        }
        skip -= element.iov_len;
        ++i;
    }
    return i;
}

} // namespace ddll::api
