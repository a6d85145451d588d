# Compiling through ccache, where it is installed.
find_program(CCACHE ccache)
if(CCACHE)
  set(launcher ${CCACHE})
  if(DDLLTOOL_PCH)
    # It compares what a precompiled header was made of; macros given on the command line, which it cannot see behind
    # one, are the same for all files here.
    # With comments: g++ knows by the bytes of a header that a precompiled one has it already, and includes it again when
    # only a comment is another.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_COMMENTS=1 ${CCACHE})
  endif()
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
