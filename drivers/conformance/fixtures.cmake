# The drivers of the conformance stories, in drivers/conformance/: each shows how one part of the driver API answers.
# Included by drivers/CMakeLists.txt.
foreach(name acknowledged async closing opening ownership selecting vectors)
  sample_driver(${name} FOLDER conformance SOURCES conformance/${name}.c)
endforeach()
# driver_get_now and driver_send_term are deprecated, and still there.
foreach(name clock terms_from_thread)
  sample_driver(${name} FOLDER conformance SOURCES conformance/${name}.c OPTIONS -Wno-deprecated-declarations)
endforeach()

# The same with one callback less.
sample_driver(async_without_ready FOLDER conformance SOURCES conformance/async.c DEFINES WITHOUT_READY)
foreach(callback ready stop)
  string(TOUPPER ${callback} upper)
  sample_driver(selecting_without_${callback} FOLDER conformance SOURCES conformance/selecting.c
    DEFINES WITHOUT_${upper} NAME="selecting_without_${callback}")
endforeach()

function(busy_driver name flags)
  sample_driver(${name} FOLDER conformance SOURCES conformance/busy.c
    DEFINES BUSY_NAME="${name}" BUSY_FLAGS=${flags})
endfunction()
busy_driver(busy 0)
busy_driver(soft_busy ERL_DRV_FLAG_SOFT_BUSY)
busy_driver(no_busy_queue ERL_DRV_FLAG_NO_BUSY_MSGQ)
