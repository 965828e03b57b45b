# Every library comes from Debian 12; tools/setup.sh installs the packages.
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(date REQUIRED)
find_package(simdjson REQUIRED)
find_package(tomlplusplus REQUIRED)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)

# Debian's RapidJSON defines variables only.
if(NOT TARGET RapidJSON)
  add_library(RapidJSON INTERFACE)
  target_include_directories(RapidJSON SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
  target_compile_definitions(RapidJSON INTERFACE RAPIDJSON_HAS_STDSTRING=1)
endif()

# Neither has SOCI a CMake nor a pkg-config file in Debian.
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE soci_sqlite3 REQUIRED)
find_path(SOCI_INCLUDE soci/soci.h REQUIRED)
find_path(SQLITE_INCLUDE sqlite3.h REQUIRED)  # SOCI's header includes it.
add_library(soci INTERFACE)
target_include_directories(soci SYSTEM INTERFACE ${SOCI_INCLUDE} ${SQLITE_INCLUDE})
target_link_libraries(soci INTERFACE ${SOCI_CORE} ${SOCI_SQLITE})

# net/ takes its header; the library is loaded when something is sent.
find_package(CURL 7.85 REQUIRED)

# Headers alone, and neither a CMake nor a pkg-config file.
find_path(PROTOZERO_INCLUDE protozero/pbf_reader.hpp REQUIRED)
add_library(protozero INTERFACE)
target_include_directories(protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE})
