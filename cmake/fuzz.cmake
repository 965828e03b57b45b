# One program for each fuzz/NAME_fuzz.cc, run by tools/fuzz.sh with the seeds of fuzz/seeds/NAME.
file(GLOB targets CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/fuzz/*_fuzz.cc)
foreach(source ${targets})
  cmake_path(GET source STEM name)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE sonde_filter sonde_sources sonde_dialects sonde_analysis
                        sonde_templates sonde_store)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endforeach()
