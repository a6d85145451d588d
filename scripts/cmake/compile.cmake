# What makes compiling cheaper: headers compiled once, and files compiled together.

# What most files of a folder include is compiled once: src/<folder>/precompiled.h, or else that of the folder before.
macro(ddll_precompile target header)
  if(DDLLTOOL_PCH AND EXISTS ${PROJECT_SOURCE_DIR}/${header})
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/${header} ${ARGN})
    set(precompiled_with ${target} PARENT_SCOPE)
  elseif(DDLLTOOL_PCH)
    target_precompile_headers(${target} REUSE_FROM ${precompiled_with})
  endif()
endmacro()

# The files of a target, a few in each unit. Two of them may not give one name to two things, even where nobody else sees it.
function(ddll_together target)
  if(DDLLTOOL_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()
