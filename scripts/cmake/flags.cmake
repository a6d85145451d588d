# Flags shared by everything of ours: the target ddll-flags, which every other links.

add_library(ddll-flags INTERFACE)
target_include_directories(ddll-flags INTERFACE src)
target_compile_options(ddll-flags INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wimplicit-fallthrough -fno-omit-frame-pointer
  $<$<BOOL:${DDLLTOOL_WERROR}>:-Werror>
  # Of files that are compiled together one's globals shadow nothing in the next, and g++ takes them for a header.
  $<IF:$<BOOL:${DDLLTOOL_UNITY}>,$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>,-Wshadow>
  # For ccache, what a precompiled header was made of. For g++ 12 that is no system header: it warns of std::string.
  "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<BOOL:${DDLLTOOL_PCH}>>:-fpch-preprocess;-Wno-array-bounds>"
  "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,Clang>,$<BOOL:${DDLLTOOL_PCH}>>:SHELL:-Xclang -fno-pch-timestamp>"
  # A tenth of the time of g++ went into collecting what it never needs back.
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:SHELL:--param ggc-min-heapsize=500000>"
  # A host with unique symbols of its own would hide a driver's: see reload-kept-old-code.
  $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>
  # Locks are annotated, see base/mutex.h.
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Werror=thread-safety>)
target_include_directories(ddll-flags SYSTEM INTERFACE ${FMT_INCLUDE_DIR})
if(DDLLTOOL_SANITIZE)
  # g++ 12 sees uninitialised variants and reads past constants where the sanitizers' checks stand between; its plain build does not.
  target_compile_options(ddll-flags INTERFACE -fsanitize=${DDLLTOOL_SANITIZE} -fno-sanitize-recover=all
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-stringop-overread>)
  target_link_options(ddll-flags INTERFACE -fsanitize=${DDLLTOOL_SANITIZE})
endif()
if(DDLLTOOL_FUZZ)
  target_compile_options(ddll-flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
