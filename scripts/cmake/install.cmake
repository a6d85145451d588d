# What `cmake --install` and the Debian package put where. Everything is relative to the prefix, so that the tree may be
# moved; the executable itself reads no other file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(cmake_folder ${CMAKE_INSTALL_DATADIR}/cmake/ddlltool)
set(package_folder ${CMAKE_BINARY_DIR}/share/cmake/ddlltool) # so that a build folder may stand in CMAKE_PREFIX_PATH, too

install(TARGETS ddlltool EXPORT ddlltoolTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT ddlltoolTargets NAMESPACE ddlltool:: DESTINATION ${cmake_folder})
export(EXPORT ddlltoolTargets NAMESPACE ddlltool:: FILE ${package_folder}/ddlltoolTargets.cmake)
configure_package_config_file(scripts/cmake/ddlltoolConfig.cmake.in ${package_folder}/ddlltoolConfig.cmake
                              INSTALL_DESTINATION ${cmake_folder} NO_SET_AND_CHECK_MACRO
                              NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${package_folder}/ddlltoolConfigVersion.cmake COMPATIBILITY SameMajorVersion)
configure_file(scripts/cmake/ddlltool.cmake ${package_folder}/ddlltool.cmake COPYONLY)
install(FILES ${package_folder}/ddlltoolConfig.cmake ${package_folder}/ddlltoolConfigVersion.cmake
              ${package_folder}/ddlltool.cmake DESTINATION ${cmake_folder})

configure_file(scripts/cmake/ddlltool.pc.in ${CMAKE_BINARY_DIR}/share/pkgconfig/ddlltool.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/share/pkgconfig/ddlltool.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

set(schema ${CMAKE_BINARY_DIR}/share/ddlltool/scenario.schema.json)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/ddlltool)
add_custom_command(OUTPUT ${schema} COMMAND ddlltool schema > ${schema} DEPENDS ddlltool VERBATIM)
add_custom_target(ddlltool-schema ALL DEPENDS ${schema})
install(FILES ${schema} DESTINATION ${CMAKE_INSTALL_DATADIR}/ddlltool)
foreach(example cmake_project make_project rebar3_project mix_project)
  install(DIRECTORY tests/integration/${example} DESTINATION ${CMAKE_INSTALL_DATADIR}/ddlltool/examples)
endforeach()

file(GLOB pages CONFIGURE_DEPENDS docs/*.md)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Man pages, completions and the like lie in share/ as they will lie below the prefix: share/man/man1/ddlltool.1,
# share/bash-completion/completions/ddlltool. Whatever is there is installed.
if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/share)
  install(DIRECTORY share/ DESTINATION ${CMAKE_INSTALL_DATADIR})
endif()

# --- manual pages and completions: the program knows them -------------------------------------------------------------

if(NOT DDLLTOOL_SANITIZE) # nobody installs those
  set(terminal_files ${CMAKE_BINARY_DIR}/terminal)
  add_custom_command(OUTPUT ${terminal_files}/done
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scripts/terminal-files --program $<TARGET_FILE:ddlltool> ${terminal_files}
    COMMAND ${CMAKE_COMMAND} -E touch ${terminal_files}/done
    DEPENDS ddlltool ${CMAKE_CURRENT_SOURCE_DIR}/scripts/terminal-files VERBATIM)
  add_custom_target(terminal-files ALL DEPENDS ${terminal_files}/done)
  install(DIRECTORY ${terminal_files}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${terminal_files}/ddlltool DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${terminal_files}/_ddlltool DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${terminal_files}/ddlltool.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# --- the Debian package: cpack in the build folder --------------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ddlltool)
set(CPACK_PACKAGE_CONTACT "ddlltool developers <ddlltool@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "rehearse loading and reloading Erlang linked-in drivers")
set(CPACK_PACKAGE_DESCRIPTION
    "Loads unmodified drivers, built against erl_driver.h, into a small simulated node, without an Erlang emulator. \
Scenario files say who loads, opens, closes and reloads them, and what each call returns; ddlltool plays them in child \
processes, reports crashes and leaks with callback and line, and proves what is in memory afterwards. It checks whether \
a driver is safe to replace on a live node, and compares what it does with a real emulator where one is installed.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "erlang-base, erlang-dev")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
include(CPack)
