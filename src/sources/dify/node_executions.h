// A console page of node executions is one workflow run, though no row of it names that run.
#pragma once

#include <simdjson.h>

#include <string>

#include "base/result.h"
#include "sources/source.h"

namespace sonde::dify {

struct NodePage {
  std::string run_id;    // From the start node's system variables, or empty.
  std::string trace_id;  // Ties the rows together when the run is not told: the smallest row id.
};

NodePage look_at_nodes(simdjson::dom::array rows);

// Fails with InvalidInput when the row has no id.
Result<> read_node_of_page(simdjson::dom::object row, const NodePage& page, ReadContext& context);

}  // namespace sonde::dify
