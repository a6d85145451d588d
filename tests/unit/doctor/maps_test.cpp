#include "doctor/maps.h"

#include <doctest/doctest.h>

using ddll::doctor::mapped_libraries;

TEST_CASE("what was mapped of one file in one go is one library") {
    const auto libraries =
        mapped_libraries("55d0-55d1 r--p 00000000 fe:00 12 /usr/lib/erlang/erts/bin/beam.smp\n"
                         "7f00-7f01 r--p 00000000 fe:00 77                         /opt/my app/counter.so\n"
                         "7f01-7f02 r-xp 00001000 fe:00 77                         /opt/my app/counter.so\n"
                         "7f02-7f03 r--p 00002000 fe:00 77                         /opt/my app/counter.so\n"
                         "7f03-7f04 r--p 00002000 fe:00 77                         /opt/my app/counter.so\n"
                         "7f04-7f05 rw-p 00003000 fe:00 77                         /opt/my app/counter.so\n"
                         "7f05-7f06 rw-p 00000000 00:00 0 \n"
                         "7f10-7f11 r-xp 00000000 fe:01 78                         /opt/echo.so (deleted)\n"
                         "7fff-7ffff r-xp 00000000 00:00 0                         [vdso]\n");
    REQUIRE(libraries.size() == 2); // of the emulator nothing is executable here
    CHECK(libraries[0].path == "/opt/my app/counter.so");
    CHECK_FALSE(libraries[0].deleted);
    CHECK(libraries[0].base() == 0x7f00);
    CHECK(libraries[0].parts.size() == 5);
    CHECK(libraries[0].parts[1].executable);
    CHECK(libraries[0].inode == 77);
    CHECK(libraries[1].path == "/opt/echo.so");
    CHECK(libraries[1].deleted);
    CHECK(libraries[1].device == "fe:01");
}

TEST_CASE("a file that is mapped twice is two libraries, and so are two files of one path") {
    const auto libraries = mapped_libraries("1000-2000 r-xp 00000000 fe:00 77 /a.so (deleted)\n"
                                            "2000-3000 r-xp 00000000 fe:00 77 /a.so (deleted)\n"
                                            "4000-5000 r-xp 00000000 fe:00 78 /a.so\n"
                                            "5000-6000 r-xp 00001000 fe:00 79 /a.so\n");
    REQUIRE(libraries.size() == 4);
    CHECK(libraries[0].base() == 0x1000);
    CHECK(libraries[1].base() == 0x2000);
    CHECK_FALSE(libraries[2].deleted);
    CHECK(libraries[3].inode == 79);
}

TEST_CASE("lines that are none are passed over, and a line end in a name comes back") {
    CHECK(mapped_libraries("").empty());
    CHECK(mapped_libraries("nonsense\n\n1000-2000\nx-y r-xp 0 fe:00 1 /a\n1000 r-xp 0 fe:00 1 /a\n").empty());
    const auto libraries = mapped_libraries("1000-2000 r-xp 00000000 fe:00 77 /tmp/a\\012b.so");
    REQUIRE(libraries.size() == 1);
    CHECK(libraries[0].path == "/tmp/a\nb.so");
}
