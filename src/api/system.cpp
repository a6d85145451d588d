#include "api/entry.h"
#include "base/sanitized.h"
#include "isolate/crash.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

namespace {

// Virtual time 0 as Erlang system time: the first moment of 2020, the same in every run.
constexpr std::int64_t epoch_ns = 1'577'836'800'000'000'000;

constexpr std::int64_t unit_ns[] = {1'000'000'000, 1'000'000, 1'000, 1};

DDLL_TAKES_ANY_ENUM bool known_unit(ErlDrvTimeUnit unit) {
    return static_cast<int>(unit) >= ERL_DRV_SEC && static_cast<int>(unit) <= ERL_DRV_NSEC;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return quotient - (value % by < 0 ? 1 : 0);
}

DDLL_TAKES_ANY_ENUM ErlDrvTime in_unit(Call& call, std::int64_t ns, ErlDrvTimeUnit unit) {
    if (!known_unit(unit) || !call.on_emulator_thread()) return ERL_DRV_TIME_ERROR;
    return call.returns(floor_divide(ns, unit_ns[unit]), unit);
}

// Copies a field only when the driver's struct, as it was compiled, has all of it.
template <class T>
void fill(ErlDrvSysInfo* info, std::size_t size, T ErlDrvSysInfo::*field, T value) {
    const std::size_t end =
        static_cast<std::size_t>(reinterpret_cast<char*>(&(info->*field)) - reinterpret_cast<char*>(info)) + sizeof(T);
    if (end <= size) info->*field = value;
}

constexpr std::size_t smallest_info = 32;

} // namespace

extern "C" {

void driver_system_info(ErlDrvSysInfo* info, size_t size) {
    Call call(Function::driver_system_info);
    if (info == nullptr || size < smallest_info)
        isolate::die(words::Fatal::other, fmt::format("driver_system_info({}, {}) called with invalid arguments",
                                                      info == nullptr ? "NULL" : "info", size));
    fill(info, size, &ErlDrvSysInfo::driver_major_version, int{ERL_DRV_EXTENDED_MAJOR_VERSION});
    fill(info, size, &ErlDrvSysInfo::driver_minor_version, int{ERL_DRV_EXTENDED_MINOR_VERSION});
    const words::ReleaseFacts& release = call.host().release();
    fill(info, size, &ErlDrvSysInfo::erts_version, const_cast<char*>(release.erts_version));
    fill(info, size, &ErlDrvSysInfo::otp_release, const_cast<char*>(release.otp_release));
    fill(info, size, &ErlDrvSysInfo::thread_support, 1);
    fill(info, size, &ErlDrvSysInfo::smp_support, 1);
    fill(info, size, &ErlDrvSysInfo::async_threads, 1);
    fill(info, size, &ErlDrvSysInfo::scheduler_threads, 1);
    fill(info, size, &ErlDrvSysInfo::nif_major_version, 2);
    fill(info, size, &ErlDrvSysInfo::nif_minor_version, static_cast<int>(release.nif_minor_version));
    fill(info, size, &ErlDrvSysInfo::dirty_scheduler_support, 1);
    call.returns(0, static_cast<std::int64_t>(size));
}

char* erl_errno_id(int error) {
    return const_cast<char*>(host::errno_name(error));
}

int erl_drv_putenv(const char* key, char* value) {
    Call call(Function::erl_drv_putenv);
    if (key == nullptr || value == nullptr) return call.returns(-1);
    // Any key will do, with = in it or empty: it is the emulator's own table, not the system's (measured).
    call.host().options().environment[key] = value;
    return call.returns(0);
}

int erl_drv_getenv(const char* key, char* value, size_t* size) {
    Call call(Function::erl_drv_getenv);
    const auto& environment = call.host().options().environment;
    const auto it = environment.find(key);
    // Where the value is missing or does not fit, the emulator gives back one less than what it was given, not the size
    // needed (measured).
    if (it == environment.end()) {
        --*size;
        return call.returns(-1);
    }
    if (it->second.size() >= *size) {
        --*size;
        return call.returns(1);
    }
    std::memcpy(value, it->second.c_str(), it->second.size() + 1);
    *size = it->second.size();
    return call.returns(0);
}

int driver_get_now(ErlDrvNowData* now) {
    Call call(Function::driver_get_now);
    if (now == nullptr || !call.on_emulator_thread()) return call.returns(-1);
    const std::int64_t us = call.host().clock().unique_us(epoch_ns / 1000);
    now->megasecs = static_cast<unsigned long>(us / 1'000'000'000'000);
    now->secs = static_cast<unsigned long>(us / 1'000'000 % 1'000'000);
    now->microsecs = static_cast<unsigned long>(us % 1'000'000);
    return call.returns(0);
}

DDLL_TAKES_ANY_ENUM ErlDrvTime erl_drv_monotonic_time(ErlDrvTimeUnit unit) {
    Call call(Function::erl_drv_monotonic_time);
    return in_unit(call, call.host().now().ns, unit);
}

DDLL_TAKES_ANY_ENUM ErlDrvTime erl_drv_time_offset(ErlDrvTimeUnit unit) {
    Call call(Function::erl_drv_time_offset);
    return in_unit(call, epoch_ns, unit);
}

DDLL_TAKES_ANY_ENUM ErlDrvTime erl_drv_convert_time_unit(ErlDrvTime value, ErlDrvTimeUnit from, ErlDrvTimeUnit to) {
    if (!known_unit(from) || !known_unit(to)) return ERL_DRV_TIME_ERROR;
    if (unit_ns[from] <= unit_ns[to]) return floor_divide(value, unit_ns[to] / unit_ns[from]);
    std::int64_t result = 0;
    if (__builtin_mul_overflow(value, unit_ns[from] / unit_ns[to], &result))
        return value < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return result;
}

int null_func(void) {
    return 0;
}

void add_driver_entry(ErlDrvEntry* entry) {
    Call call(Function::add_driver_entry);
    if (!call.on_emulator_thread()) return;
    call.locks_driver_list();
    call.returns();
    call.host().drivers().add_static(entry);
}

int remove_driver_entry(ErlDrvEntry* entry) {
    Call call(Function::remove_driver_entry);
    if (!call.on_emulator_thread()) return 0;
    call.locks_driver_list();
    return call.returns(call.host().drivers().remove_static(entry));
}

} // extern "C"
