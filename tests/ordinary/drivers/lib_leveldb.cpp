// A database in a folder of its own for each port, removed in stop.
// needs: libleveldb-dev
// flags: -lleveldb
#include "ordinary.h"

#include <cstdlib>
#include <leveldb/db.h>
#include <memory>
#include <string>

namespace {
struct Port {
    std::string folder;
    std::unique_ptr<leveldb::DB> db;
    ~Port() {
        db.reset();
        leveldb::DestroyDB(folder, {});
    }
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    char folder[] = "/tmp/leveldb-XXXXXX";
    if (mkdtemp(folder) == nullptr) return ERL_DRV_ERROR_GENERAL;
    auto port = std::make_unique<Port>();
    port->folder = folder;
    leveldb::DB* db = nullptr;
    leveldb::Options options;
    options.create_if_missing = true;
    if (!leveldb::DB::Open(options, folder, &db).ok()) return ERL_DRV_ERROR_GENERAL;
    port->db.reset(db);
    return reinterpret_cast<ErlDrvData>(port.release());
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const auto* port = reinterpret_cast<Port*>(data);
    const std::string key = std::to_string(command);
    std::string value;
    port->db->Put({}, key, leveldb::Slice(buf, len));
    return say(rbuf, rlen, port->db->Get({}, key, &value).ok() && value.size() == len ? "kept" : "?");
}

DRIVER(.start = start, .stop = stop, .control = control)
