# The drivers of the conformance stories, in drivers/conformance/: each shows how one part of the driver API answers.
# Included by drivers/CMakeLists.txt.
foreach(name closing created entries opening ownership vectors)
  sample_driver(${name} FOLDER conformance SOURCES conformance/${name}.c)
endforeach()
# driver_get_now is deprecated, and still there.
sample_driver(clock FOLDER conformance SOURCES conformance/clock.c OPTIONS -Wno-deprecated-declarations)

function(busy_driver name flags)
  sample_driver(${name} FOLDER conformance SOURCES conformance/busy.c
    DEFINES BUSY_NAME="${name}" BUSY_FLAGS=${flags})
endfunction()
busy_driver(busy 0)
busy_driver(soft_busy ERL_DRV_FLAG_SOFT_BUSY)
busy_driver(no_busy_queue ERL_DRV_FLAG_NO_BUSY_MSGQ)
