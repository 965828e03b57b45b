# schema/migrations/*.sql as a table in the program (store/migrations.h).
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/migrations/*.sql)
list(SORT migrations)
set(rows "")
foreach(path IN LISTS migrations)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  cmake_path(GET path STEM name)
  file(READ ${path} sql)
  string(APPEND rows "    {\"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/store/all_migrations.cc @ONLY NEWLINE_STYLE UNIX CONTENT
"#include \"store/migrations.h\"

namespace sonde {
namespace {

constexpr Migration kMigrations[] = {
@rows@};

}  // namespace

std::span<const Migration> all_migrations() { return kMigrations; }

}  // namespace sonde
")
target_sources(sonde_store PRIVATE ${PROJECT_BINARY_DIR}/generated/store/all_migrations.cc)
