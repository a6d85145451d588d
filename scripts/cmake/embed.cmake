# ddll_embed(FOLDER file...) carries files inside the executable, for the code of src/FOLDER. A relative path begins
# there. `#include <embedded/FOLDER.h>` declares, for data/page.css, std::string_view ddll::embedded::page_css().
function(ddll_embed folder)
  set(declared "#pragma once\n#include <string_view>\n\nnamespace ddll::embedded {\n\n")
  set(defined "#include \"${folder}.h\"\n\n")
  set(files)
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/src/${folder})
    cmake_path(GET file FILENAME name)
    string(MAKE_C_IDENTIFIER ${name} name)
    string(APPEND declared "std::string_view ${name}();\n")
    # The assembler copies the bytes, and puts a zero behind them.
    string(APPEND defined
      "__asm__(\".section .rodata\\n.balign 16\\nddll_${name}_begin:\\n.incbin \\\"${file}\\\"\\nddll_${name}_end:\\n\"\n"
      "        \".byte 0\\n.previous\\n\");\n"
      "extern \"C\" __attribute__((visibility(\"hidden\"))) const char ddll_${name}_begin[], ddll_${name}_end[];\n"
      "std::string_view ddll::embedded::${name}() {\n"
      "    return {ddll_${name}_begin, static_cast<std::size_t>(ddll_${name}_end - ddll_${name}_begin)};\n}\n\n")
    list(APPEND files ${file})
  endforeach()
  set(out ${PROJECT_BINARY_DIR}/embedded/${folder})
  file(CONFIGURE OUTPUT ${out}.h CONTENT "${declared}\n} // namespace ddll::embedded\n" @ONLY)
  file(CONFIGURE OUTPUT ${out}.cpp CONTENT "${defined}" @ONLY)
  # By itself: what it waits for, one that is built here perhaps, a unit of several files would not wait for.
  set_source_files_properties(${out}.cpp PROPERTIES OBJECT_DEPENDS "${files}" SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(ddll-${folder} PRIVATE ${out}.cpp)
  target_include_directories(ddll-${folder} PRIVATE ${PROJECT_BINARY_DIR})
endfunction()
