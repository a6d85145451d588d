# Where the libraries are that we link. All of them from the system.
#
# They are linked statically: whatever the executable brings into the process as a shared library could provide symbols
# to a driver that a real node would not provide. A distribution that has no archive of one gets the shared library, and
# is told what that costs.
option(DDLLTOOL_STATIC "Link libraries statically, where there are archives of them" ON)

# ddll_library(VARIABLE SHARED name... ARCHIVES name... [AND_PERHAPS name...]): the archives, or the shared libraries,
# which know themselves what they need. AND_PERHAPS: archives that newer versions need.
function(ddll_library variable)
  cmake_parse_arguments(arg "" "" "SHARED;ARCHIVES;AND_PERHAPS" ${ARGN})
  set(found)
  foreach(name ${arg_ARCHIVES} ${arg_AND_PERHAPS})
    find_library(ARCHIVE_${name} NAMES lib${name}.a)
    if(ARCHIVE_${name})
      list(APPEND found ${ARCHIVE_${name}})
    elseif(name IN_LIST arg_ARCHIVES)
      list(APPEND missing lib${name}.a)
    endif()
  endforeach()
  if(missing OR NOT DDLLTOOL_STATIC)
    set(found)
    foreach(name ${arg_SHARED})
      find_library(SHARED_${name} NAMES ${name} REQUIRED)
      list(APPEND found ${SHARED_${name}})
      set_property(GLOBAL APPEND PROPERTY DDLL_SHARED_LIBRARIES ${name})
    endforeach()
  endif()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

ddll_library(GMP_LIBRARIES SHARED gmp ARCHIVES gmp)
ddll_library(ZLIB_LIBRARIES SHARED z ARCHIVES z)
ddll_library(DWARF_LIBRARIES SHARED dw elf ARCHIVES dw elf lzma bz2 z AND_PERHAPS zstd)
ddll_library(EDIT_LIBRARIES SHARED edit ARCHIVES edit tinfo bsd md)
ddll_library(MD_LIBRARIES SHARED md ARCHIVES md)

get_property(shared GLOBAL PROPERTY DDLL_SHARED_LIBRARIES)
if(shared)
  list(REMOVE_DUPLICATES shared)
  list(JOIN shared ", " shared)
  message(STATUS "Linked as shared libraries: ${shared}. Their symbols, and those of the libraries that they need, are "
                 "there for every driver: one that forgot to link them loads in ddlltool, and not on a node. "
                 "Archives (lib*.a) avoid that.")
endif()

# fmt's own shared library is never used. Where there is no archive, base/format.cpp compiles it.
find_package(fmt 9 REQUIRED)
get_target_property(FMT_INCLUDE_DIR fmt::fmt-header-only INTERFACE_INCLUDE_DIRECTORIES)
find_library(ARCHIVE_fmt NAMES libfmt.a)
set(FMT_LIBRARIES $<$<BOOL:${ARCHIVE_fmt}>:${ARCHIVE_fmt}>)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2 REQUIRED)
find_path(EI_INCLUDE_DIR ei.h PATHS /usr/lib/erlang/usr/include REQUIRED)
find_library(EI_LIBRARY NAMES libei.a PATHS /usr/lib/erlang/usr/lib REQUIRED)
find_path(ERL_DRIVER_INCLUDE_DIR erl_driver.h PATHS /usr/lib/erlang/usr/include REQUIRED)

# The release that erl_driver.h is of, for `ddlltool --version`.
set(otp unknown)
get_filename_component(erl_driver_header ${ERL_DRIVER_INCLUDE_DIR}/erl_driver.h REALPATH)
get_filename_component(erlang_root ${erl_driver_header}/../../.. REALPATH)
if(EXISTS ${erlang_root}/releases/start_erl.data)
  file(STRINGS ${erlang_root}/releases/start_erl.data otp LIMIT_COUNT 1)
  string(REGEX REPLACE "^[^ ]+ +" "" otp "${otp}")
endif()
