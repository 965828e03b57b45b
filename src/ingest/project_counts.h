// How many spans each project of a history holds.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace sonde {

// Each span once, whatever older rows of it are still there. Fails as Store::query().
Result<std::map<std::string, uint64_t>> count_projects(Store& store);

}  // namespace sonde
