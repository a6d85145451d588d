# The names that drivers find in the executable: the rows of driver_api.def,
set(export_list ${CMAKE_BINARY_DIR}/driver_api.exports)
file(STRINGS src/words/driver_api.def rows REGEX "^DDLL_API")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/words/driver_api.def)
string(REGEX REPLACE "DDLL_API\\(([a-z0-9_]+)[^;]*" "\\1" names "${rows}")
string(REPLACE ";" ";\n" names "${names}")
# ... what else of the emulator's own they may use, see api/emulator.cpp,
foreach(name exit printf fprintf fdprintf sprintf snprintf vprintf vfprintf vfdprintf vsprintf vsnprintf)
  string(APPEND names ";\nerts_${name}")
endforeach()
string(APPEND names ";\nerl_assert_error")
# ... and the functions of the system that stand in front of the C library's own, see api/interposed*.cpp.
if(NOT DDLLTOOL_SANITIZE)
  string(APPEND names ";\npthread_create;\npthread_key_create;\npthread_key_delete;\non_exit")
  foreach(name close closefrom close_range fclose dup2 dup3 fcntl fcntl64 ioctl wait wait3 wait4 waitpid waitid fork daemon
               posix_spawn posix_spawnp exit _exit _Exit openlog closelog initstate setstate
               malloc calloc realloc free memalign aligned_alloc posix_memalign valloc pvalloc mmap mmap64 munmap mremap)
    string(APPEND names ";\n${name}")
  endforeach()
endif()
file(CONFIGURE OUTPUT ${export_list} CONTENT "{\n${names};\n};\n")

# An executable that hosts drivers.
function(ddll_hosts_drivers target)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:ddll-api>)
  target_link_libraries(${target} PRIVATE ddll-host)
  target_link_options(${target} PRIVATE -Wl,--dynamic-list=${export_list})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${export_list})
endfunction()
