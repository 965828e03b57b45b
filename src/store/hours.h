// Sums by the hour (schema/migrations/0005_hours.sql): what they are summed by, which of them are
// out of date, and how they are made again from the merged spans.
//
// Changes have numbers that grow (ingest/history.h gives them out). An hour whose last change is
// newer than what its sums were made of is answered from the spans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/columns.h"
#include "store/store.h"

namespace sonde {

// Columns of the model by which there are sums, one at a time. Each is also summed by status.
inline constexpr FieldSet kHourDimensions = {
    Field::AppName,     Field::Provider,   Field::Model,         Field::Category,
    Field::Environment, Field::PromptName, Field::PromptVersion, Field::ErrorClass};

// Buckets of a measure split each power of two into 2^bits equal ones, and below 2^(bits + 1) each
// value has its own, as in stats/sketch.h. The middle is at most 2^-(bits + 1) of a value off.
inline constexpr unsigned kHourBucketBits = 4;
inline constexpr unsigned kSpanBucketBits = 9;

// SQL: the bucket of a whole number that is not negative. Exact below 2^47.
std::string bucket_expression(std::string_view value, unsigned bits);
// SQL: the middle of a bucket, a Float64.
std::string middle_expression(std::string_view bucket, unsigned bits);

// Notes that spans filed in these hours have changed. `keys` is the batch's block for span_keys. To
// be called when the spans are in the store; again with the same token it changes nothing.
Result<> mark_hours(Store& store, std::string_view keys, uint64_t number, const std::string& token);

// The same for the hours that a removal touches: those before a time, or those of the spans that
// are listed in the table removals, which is to be emptied later.
Result<> mark_hours_before(Store& store, const std::string& project, uint32_t before,
                           uint64_t number);
Result<> mark_listed_hours(Store& store, const std::string& project, uint64_t number);

// Makes the sums of the hours that have changed, all of them or those that nothing has changed
// since `unchanged_since` (a number; what is still being written would be made again soon). Every
// change up to `number` must be in the store as a whole. Returns how many hours it made. Killed at
// any moment, or failed, it leaves hours that are answered from the spans. One at a time; writers
// go on meanwhile.
Result<uint64_t> make_hours(Store& store, const std::string& project, uint64_t number,
                            std::optional<uint64_t> unchanged_since = {});

}  // namespace sonde
