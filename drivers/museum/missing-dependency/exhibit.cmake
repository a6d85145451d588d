exhibit(missing-dependency)
set_target_properties(exhibit-missing-dependency-found PROPERTIES SKIP_BUILD_RPATH ON)
