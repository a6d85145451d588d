# Builds of wide.c, in drivers/wide/: the driver of random scenarios. Included by drivers/CMakeLists.txt.
function(wide_driver name)
  cmake_parse_arguments(arg "" "" "DEFINES" ${ARGN})
  foreach(version 1 2)
    sample_driver(${name}_v${version} FOLDER wide SOURCES wide.c
      DEFINES WIDE_NAME="${name}" VERSION=${version} ${arg_DEFINES} OPTIONS -Wno-deprecated-declarations)
  endforeach()
endfunction()

wide_driver(wide)
# Commands come as vectors, force and nosuspend are understood, each port has its own lock.
wide_driver(widev DEFINES WIDE_OUTPUTV "WIDE_FLAGS=(ERL_DRV_FLAG_USE_PORT_LOCKING|ERL_DRV_FLAG_SOFT_BUSY)")
# open_port waits for erl_drv_init_ack.
wide_driver(widea DEFINES "WIDE_FLAGS=(ERL_DRV_FLAG_USE_PORT_LOCKING|ERL_DRV_FLAG_USE_INIT_ACK)")
