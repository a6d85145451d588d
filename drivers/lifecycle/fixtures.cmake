# Variations of echo.c, one deviation each, in drivers/lifecycle/: what a load can meet. Included by drivers/CMakeLists.txt.
function(echo_variant name)
  cmake_parse_arguments(arg "" "DRIVER_NAME;VERSION;AS" "DEFINES;LINK_OPTIONS" ${ARGN})
  if(NOT DEFINED arg_DRIVER_NAME)
    set(arg_DRIVER_NAME ${name})
  endif()
  if(NOT DEFINED arg_VERSION)
    set(arg_VERSION 1)
  endif()
  if(NOT DEFINED arg_AS)
    set(arg_AS ${name})
  endif()
  sample_driver(${arg_AS} FOLDER lifecycle SOURCES echo.c
    DEFINES ECHO_NAME="${arg_DRIVER_NAME}" VERSION=${arg_VERSION} ${arg_DEFINES} LINK_OPTIONS ${arg_LINK_OPTIONS})
endfunction()

echo_variant(other)
echo_variant(pldrv DEFINES ECHO_FLAGS=ERL_DRV_FLAG_USE_PORT_LOCKING)
echo_variant(flushdrv DEFINES ECHO_FLUSH)
echo_variant(noinitcb DEFINES ECHO_NO_INIT_CALLBACK)
echo_variant(sub_deep DRIVER_NAME sub/deep)
echo_variant(e_acute DRIVER_NAME "\\303\\251") # the two UTF-8 bytes of an e with an acute accent

# The entry point is missing, has its other spelling, or gives nothing.
echo_variant(noinit DEFINES ECHO_ENTRY_POINT=not_an_entry_point)
echo_variant(usinit DEFINES ECHO_ENTRY_POINT=_driver_init)
echo_variant(retnull DEFINES ECHO_RETURN_NULL=1)
echo_variant(undef DEFINES ECHO_UNDEFINED)

# The entry says something that the host does not accept, or only just accepts.
echo_variant(badmark DEFINES ECHO_MARKER=0)
echo_variant(major0 DEFINES ECHO_MAJOR=0)
echo_variant(major1 DEFINES ECHO_MAJOR=1)
echo_variant(major2 DEFINES ECHO_MAJOR=2)
echo_variant(major4 DEFINES ECHO_MAJOR=4)
echo_variant(minor0 DEFINES ECHO_MINOR=0)
echo_variant(minor4 DEFINES ECHO_MINOR=4)
echo_variant(version_1_9 DEFINES ECHO_MAJOR=1 ECHO_MINOR=9)
echo_variant(version_2_9 DEFINES ECHO_MAJOR=2 ECHO_MINOR=9)
echo_variant(version_4_0 DEFINES ECHO_MAJOR=4 ECHO_MINOR=0)
echo_variant(wrongname DRIVER_NAME zzz)
echo_variant(vername DRIVER_NAME zzz DEFINES ECHO_MAJOR=1)
echo_variant(namefail DRIVER_NAME zzz DEFINES ECHO_INIT_RESULT=-1)

# init fails: any value but zero.
echo_variant(initfail DEFINES ECHO_INIT_RESULT=-1)
echo_variant(initpos DEFINES ECHO_INIT_RESULT=1)

# dlclose does not unmap.
foreach(version 1 2)
  echo_variant(nodel AS nodel_v${version} VERSION ${version} LINK_OPTIONS -Wl,-z,nodelete)
endforeach()
