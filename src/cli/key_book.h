// The book of keys of the data folder, whether a server holds the folder or not.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/settings.h"
#include "store/key_book.h"

namespace sonde {

// Makes the folder and the catalog where there is none. Fails with Unavailable when that must be
// done while an older program holds the folder.
Result<std::unique_ptr<KeyBook>> open_key_book(const Settings& settings);

}  // namespace sonde
