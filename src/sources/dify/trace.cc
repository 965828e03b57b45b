#include "sources/dify/trace.h"

#include <algorithm>
#include <tuple>

#include "model/documents.h"
#include "model/error_class.h"
#include "model/span_json.h"
#include "sources/dify/call_totals.h"

namespace sonde::dify {
namespace {

constexpr std::string_view kTwiceNote =
    "rows were read twice (overlapping exports) and counted once";
constexpr std::string_view kDebuggerNote =
    "left out: started from the editor (debugger); --include-debugger counts them";
constexpr std::string_view kTruncatedNote =
    "hold values that Dify truncated or stored elsewhere: checks see only a part of them";
constexpr std::string_view kDatedVersionNote =
    "have a prompt version told by date (the newest saved before the message); the conversations "
    "table would tell it for sure";
constexpr std::string_view kPartialNote =
    "runs succeeded in part: errors inside them were handled; they count as ok";
constexpr std::string_view kExceptionNote =
    "node errors were handled by a fail branch or default value; the nodes count as failed";

constexpr size_t kPoolRowsMax = 4096;

bool is_call(const Row& row) { return (row.span.levels & bit(Level::Call)) != 0; }

void fill(std::string& field, std::string_view value) {
  if (field.empty()) field = value;
}

// The first of the rows that has the field.
std::string_view first_of(std::initializer_list<const std::vector<Row*>*> groups,
                          std::string Span::*field) {
  for (const auto* group : groups) {
    for (const Row* row : *group) {
      if (!(row->span.*field).empty()) return row->span.*field;
    }
  }
  return {};
}

bool is_settled(const Row& row) {
  return row.span.status != Status::Pending && row.span.status != Status::Unknown;
}

// Rows of one id and rank that differ stand in an order of their own, whatever that of the files;
// quotes, such as several people's feedback to one message, keep theirs.
void order_by_content(std::span<Row> rows) {
  if (rows.size() < 2) return;
  const auto content = [](const Row& row) { return to_json(row.span); };
  for (size_t from = 0; from < rows.size();) {
    size_t to = from + 1;
    while (to < rows.size() && rows[to].rank == rows[from].rank) ++to;
    const std::span<Row> equals = rows.subspan(from, rows[from].rank > Rank::Quote ? to - from : 0);
    std::stable_sort(equals.begin(), equals.end(),
                     [&](const Row& a, const Row& b) { return content(a) < content(b); });
    from = to;
  }
}

}  // namespace

Row& TraceEmitter::next_row() {
  if (pool_used_ == pool_.size()) pool_.resize(std::max<size_t>(32, pool_.size() * 2));
  return pool_[pool_used_++];
}

void TraceEmitter::load(std::span<const std::string_view> rows) {
  // Reserved beforehand: the vectors below point into the pool.
  if (pool_.size() < rows.size()) pool_.resize(rows.size());
  pool_used_ = 0;
  messages_.clear();
  runs_.clear();
  nodes_.clear();
  for (size_t first = 0; first < rows.size();) {
    const RowHeader header = decode_header(rows[first]);
    size_t end = first + 1;
    while (end < rows.size() && decode_header(rows[end]).id == header.id &&
           decode_header(rows[end]).kind == header.kind) {
      ++end;
    }
    const size_t pool_start = pool_used_;
    for (size_t i = first; i < end; ++i) decode(rows[i], next_row());
    order_by_content(std::span(pool_).subspan(pool_start, end - first));
    // An export taken while the row was being written gives way to a later one.
    Row* kept = &pool_[pool_start];
    for (size_t i = pool_start; i < pool_used_ && !is_settled(*kept); ++i) {
      if (is_settled(pool_[i])) kept = &pool_[i];
    }
    for (size_t i = pool_start; i < pool_used_; ++i) {
      const Row& other = pool_[i];
      if (&other == kept) continue;
      if (other.span.source == kept->span.source && other.rank > Rank::Quote) {
        add_note(notes_, kTwiceNote, other.span.location);
      }
      merge(*kept, other);
    }
    auto& group = header.kind == RowKind::Message ? messages_
                  : header.kind == RowKind::Run   ? runs_
                                                  : nodes_;
    group.push_back(kept);
    first = end;
  }
  std::sort(nodes_.begin(), nodes_.end(), [](const Row* a, const Row* b) {
    return std::tie(a->index, a->span.start_time, a->span.span_id) <
           std::tie(b->index, b->span.start_time, b->span.span_id);
  });
}

void TraceEmitter::apply_config(const Config& config, Row& row) const {
  Span& message = row.span;
  fill(message.prompt_version, directory_.config_version(id_hash(config.id)));
  fill(message.model, config.model);
  fill(message.provider, config.provider);
  // The config's parameters are those of its own model only.
  if (message.model == config.model) fill(message.parameters, config.parameters);
  // A message may have failed before anything was searched.
  if (row.cites_nothing && config.always_cites && message.status == Status::Ok) {
    fill(message.documents, kNoDocuments);
  }
}

void TraceEmitter::resolve_message(Row& message) {
  Span& span = message.span;
  const auto conversation = directory_.conversation(span.session_id);
  if (conversation) fill(span.user_id, conversation->user_id);
  // A workflow's conversation has no model of its own.
  if (!span.run_id.empty() || !runs_.empty() || !nodes_.empty()) return;
  if (conversation) {
    fill(span.model, conversation->model);
    fill(span.provider, conversation->provider);
    fill(span.parameters, conversation->parameters);
    const Config* const config = directory_.config(conversation->config);
    if (config != nullptr) {
      apply_config(*config, message);
      return;
    }
  }
  if (!span.start_time || !span.prompt_version.empty()) return;
  const Config* const config = directory_.config_at(span.app_id, *span.start_time);
  if (config == nullptr || (!span.model.empty() && config->model != span.model)) return;
  apply_config(*config, message);
  add_note(notes_, kDatedVersionNote, span.location);
}

void TraceEmitter::share_identity() {
  for (Row* const message : messages_) resolve_message(*message);
  for (const auto* group : {&messages_, &runs_, &nodes_}) {
    for (Row* const row : *group) {
      const auto session = directory_.end_user_session(row->span.user_id);
      if (!session.empty()) row->span.user_id = session;
    }
  }
  const std::string message_id(first_of({&messages_, &runs_, &nodes_}, &Span::message_id));
  const std::string run_id(first_of({&runs_, &messages_, &nodes_}, &Span::run_id));
  const std::string session(first_of({&messages_, &runs_, &nodes_}, &Span::session_id));
  const std::string user(first_of({&messages_, &runs_, &nodes_}, &Span::user_id));
  const std::string app_id(first_of({&messages_, &runs_, &nodes_}, &Span::app_id));
  const std::string invoke_from(first_of({&messages_, &runs_}, &Span::invoke_from));
  std::string app_name(first_of({&messages_, &runs_, &nodes_}, &Span::app_name));
  const App* const app = directory_.app(app_id);
  if (app_name.empty() && app != nullptr) app_name = app->name;

  trace_id_ = message_id;
  fill(trace_id_, run_id);
  fill(trace_id_, first_of({&messages_, &runs_, &nodes_}, &Span::trace_id));
  for (const auto* group : {&messages_, &runs_, &nodes_}) {
    for (Row* const row : *group) {
      Span& span = row->span;
      span.trace_id = trace_id_.empty() ? span.span_id : trace_id_;
      fill(span.message_id, message_id);
      fill(span.run_id, run_id);
      fill(span.session_id, session);
      fill(span.app_id, app_id);
      fill(span.app_name, app_name);
      // "app-run" only says that it was not the editor; the message knows more.
      if (span.invoke_from.empty() || span.invoke_from == "app-run") span.invoke_from = invoke_from;
      if (!user.empty()) span.user_id = user;
      if (app != nullptr) fill(row->app_mode, app->mode);
    }
  }
}

void TraceEmitter::finish_message(Row& message) {
  Span& span = message.span;
  const bool by_workflow =
      !span.run_id.empty() || !nodes_.empty() || message.app_mode == "advanced-chat";
  span.levels = by_workflow ? bit(Level::Message) : bit(Level::Message) | bit(Level::Call);
  span.kind = by_workflow ? Kind::Chain : Kind::Llm;
  fill(span.name, "message");
  if (!nodes_.empty()) fill(span.prompt_version, nodes_.front()->span.prompt_version);
  if (runs_.empty()) return;
  const Span& run = runs_.front()->span;
  if (span.status == Status::Unknown) span.status = run.status;
  if (span.status == Status::Error) fill(span.status_message, run.status_message);
  if (!span.duration) span.duration = run.duration;
  fill(span.prompt_version, run.prompt_version);
}

void TraceEmitter::finish_run(Row& run) {
  Span& span = run.span;
  span.levels = bit(Level::Run);
  span.kind = Kind::Workflow;
  span.parent_span_id = span.message_id;
  fill(span.name, "workflow");
  if (const Workflow* const workflow = directory_.workflow(run.workflow_id)) {
    fill(span.prompt_version, workflow->version);
  }
}

void TraceEmitter::finish_node(Row& node) {
  Span& span = node.span;
  span.parent_span_id = span.run_id.empty() ? span.message_id : span.run_id;
  if (!runs_.empty()) fill(span.prompt_version, runs_.front()->span.prompt_version);
  if (const Workflow* const workflow = directory_.workflow(node.workflow_id)) {
    fill(span.prompt_version, workflow->version);
  }
  if (directory_.is_offloaded(span.span_id)) span.content_truncated = true;
}

void TraceEmitter::attach_feedback() {
  for (Row* const message : messages_) {
    const Directory::Rating* const rating = directory_.feedback(message->span.span_id);
    if (rating == nullptr) continue;
    ++feedback_count_;
    message->span.feedback = rating->rating;
    if (!rating->comment.empty()) {
      message->span.attributes.push_back({"feedback_comment", rating->comment});
    }
    for (Row* const node : nodes_) {
      if (is_call(*node)) node->span.feedback = rating->rating;
    }
  }
}

// What a run's knowledge nodes found is what its later model calls, its message and it itself had
// to work with.
void TraceEmitter::share_documents() {
  DocumentList found;
  std::string documents;
  for (Row* const node : nodes_) {
    if (node->span.kind == Kind::Retrieval && !node->span.documents.empty()) {
      found.join(node->span.documents);
      documents = found.text();
    } else if (is_call(*node)) {
      fill(node->span.documents, documents);
    }
  }
  for (Row* const message : messages_) fill(message->span.documents, documents);
  for (Row* const run : runs_) fill(run->span.documents, documents);
}

void TraceEmitter::emit_row(Row& row) {
  Span& span = row.span;
  if (span.status == Status::Error) {
    span.error_class = classify_error(span.status_message);
  }
  if (span.content_truncated) add_note(notes_, kTruncatedNote, span.location);
  ++emitted_;
  sink_.add(span);
}

void TraceEmitter::emit(std::span<const std::string_view> rows) {
  // One long loop must not hold its memory until the end.
  if (pool_.size() > kPoolRowsMax) pool_ = {};
  load(rows);
  // Feedback on a message that is left out has found its message all the same.
  attach_feedback();
  bool debugger = false;
  for (const auto* group : {&messages_, &runs_, &nodes_}) {
    for (const Row* const row : *group) debugger |= row->debugger;
  }
  if (debugger && options_.debugger == Debugger::Exclude) {
    for (const auto* group : {&messages_, &runs_, &nodes_}) {
      for (const Row* const row : *group) add_note(notes_, kDebuggerNote, row->span.location);
      excluded_ += group->size();
    }
    return;
  }
  share_identity();
  for (Row* const run : runs_) finish_run(*run);
  for (Row* const node : nodes_) finish_node(*node);
  for (Row* const message : messages_) finish_message(*message);
  share_documents();

  const CallTotals totals = add_up_calls(nodes_);
  if (!messages_.empty()) apply_to_message(totals, messages_.front()->span);
  if (!runs_.empty()) apply_to_run(totals, runs_.front()->span);
  for (const auto* group : {&messages_, &runs_, &nodes_}) {
    for (Row* const row : *group) {
      const bool counted = row->kind != RowKind::Node || is_call(*row);
      if (counted) fill(row->span.category, totals.category);
      if (row->handled) {
        const bool is_node = row->kind == RowKind::Node;
        add_note(notes_, is_node ? kExceptionNote : kPartialNote, row->span.location);
      }
      emit_row(*row);
    }
  }
}

}  // namespace sonde::dify
