// Retrieval against outcome: calls that were given nothing fail more often; a document, or a
// prompt, gathers the dislikes.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/association.h"

namespace sonde {
namespace {

constexpr uint64_t kRatedMin = 10;

const std::vector<uint64_t>* documents_of(const CallTable& table, const Call& call) {
  return call.documents == kNotRetrieved ? nullptr : &table.documents[call.documents];
}

std::vector<Candidate> find_empty(const CallTable& table, const AssociationOptions& options) {
  std::vector<CallValue> failures;
  std::vector<CallValue> dislikes;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    const auto* documents = documents_of(table, call);
    if (documents == nullptr) continue;
    const uint32_t group = documents->empty() ? 1 : 0;
    const uint64_t work = stratum_of(table, call);
    failures.push_back({i, group, work, call.failed ? 1.0 : 0.0});
    if (call.feedback != 0) dislikes.push_back({i, group, work, call.feedback < 0 ? 1.0 : 0.0});
  }
  std::vector<Candidate> candidates;
  const auto compare = [&](const std::vector<CallValue>& values, std::string_view metric,
                           std::string_view verb, bool (*shows)(const Call&)) {
    const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
    if (contrasts.groups() < 2 ||
        std::min(contrasts.calls(0), contrasts.calls(1)) < kSideCallsMin) {
      return;
    }
    Candidate found = worse_candidate(contrasts.between(1, 0), metric, options);
    const Contrast& contrast = found.effect.contrast;
    found.subject = fmt::format("empty retrieval, {}", metric);
    found.effect.variant = "nothing retrieved";
    found.effect.baseline = "documents retrieved";
    found.effect.strata = "app, prompt, category and model";
    found.evidence =
        fmt::format("where retrieval found nothing {} {}, where it found documents {}",
                    percent(contrast.variant_value), verb, percent(contrast.baseline_value));
    found.patch = action_patch(
        "answer an empty retrieval without the model (\"I have no document about this\"), or lower "
        "the score threshold and look at the questions that found nothing");
    fill_evidence(
        table, options,
        [&](const Call& call) {
          const auto* documents = documents_of(table, call);
          return documents != nullptr && documents->empty() && shows(call);
        },
        found);
    candidates.push_back(std::move(found));
  };
  compare(failures, "failure_rate", "of the calls fail", [](const Call& c) { return c.failed; });
  compare(dislikes, "dislike_rate", "of the rated answers are disliked",
          [](const Call& c) { return c.feedback < 0; });
  return candidates;
}

// Dislikes (of rated answers) of one group of calls against all others'.
struct Suspect {
  std::string_view kind;  // "document"
  std::string name;
  std::function<bool(const Call&)> holds;
  StratumParts parts;
};

std::optional<Candidate> disliked(const CallTable& table, const AssociationOptions& options,
                                  const Suspect& suspect,
                                  const std::function<bool(const Call&)>& is_comparable) {
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    if (call.feedback == 0 || !is_comparable(call)) continue;
    values.push_back({i, suspect.holds(call) ? 1U : 0U, stratum_of(table, call, suspect.parts),
                      call.feedback < 0 ? 1.0 : 0.0});
  }
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
  if (contrasts.groups() < 2 || std::min(contrasts.calls(0), contrasts.calls(1)) < kRatedMin) {
    return std::nullopt;
  }
  Candidate found = worse_candidate(contrasts.between(1, 0), "dislike_rate", options);
  const Contrast& contrast = found.effect.contrast;
  found.subject = fmt::format("{} {}", suspect.kind, suspect.name);
  found.effect.variant = found.subject;
  found.effect.baseline = fmt::format("all other {}s", suspect.kind);
  found.effect.strata =
      suspect.parts.prompt ? "app, prompt, category and model" : "app, category and model";
  found.evidence =
      fmt::format("{} of the rated answers with {} are disliked, {} of the others",
                  percent(contrast.variant_value), found.subject, percent(contrast.baseline_value));
  fill_evidence(
      table, options, [&](const Call& call) { return call.feedback < 0 && suspect.holds(call); },
      found);
  return found;
}

std::vector<Candidate> find_disliked(const CallTable& table, const AssociationOptions& options) {
  // How often each document and template was rated.
  boost::unordered_flat_map<uint64_t, uint64_t> documents;
  boost::unordered_flat_map<uint32_t, uint64_t> templates;
  for (const Call& call : table.calls) {
    if (call.feedback == 0) continue;
    if (const auto* list = documents_of(table, call)) {
      for (const uint64_t document : *list) ++documents[document];
    }
    if (is_template(table, call.prompt_template)) ++templates[call.prompt_template];
  }
  std::vector<Candidate> candidates;
  const auto keep = [&](std::optional<Candidate> found, Patch patch) {
    if (!found) return;
    found->patch = std::move(patch);
    candidates.push_back(std::move(*found));
  };
  std::vector<std::pair<uint64_t, uint64_t>> sorted(documents.begin(), documents.end());
  std::ranges::sort(sorted);
  for (const auto& [document, rated] : sorted) {
    if (rated < kRatedMin) continue;
    const auto holds = [&, wanted = document](const Call& call) {
      const auto* list = documents_of(table, call);
      return list != nullptr && std::ranges::find(*list, wanted) != list->end();
    };
    const std::string name(table.name(document));
    keep(
        disliked(table, options, {"document", name, holds, {}},
                 [&](const Call& call) { return documents_of(table, call) != nullptr; }),
        action_patch(fmt::format("read the answers that cite \"{}\", then correct, split or remove "
                                 "the document",
                                 name)));
  }
  std::vector<std::pair<uint32_t, uint64_t>> prompts(templates.begin(), templates.end());
  std::ranges::sort(prompts);
  for (const auto& [prompt, rated] : prompts) {
    if (rated < kRatedMin) continue;
    const auto holds = [wanted = prompt](const Call& call) {
      return call.prompt_template == wanted;
    };
    const PromptTemplate& found = table.templates[prompt];
    keep(disliked(table, options,
                  {"prompt",
                   found.name.empty() ? found.hash : found.name + " " + found.version,
                   holds,
                   {.prompt = false}},
                  [](const Call&) { return true; }),
         action_patch("read the disliked answers of this prompt beside the liked ones of others"));
  }
  return candidates;
}

}  // namespace

const Association kEmptyRetrieval{
    .check = {.id = "empty-retrieval",
              .kind = FindingKind::Association,
              .stage = Stage::Prompt,
              .per_template = true,
              .title = "calls fail where retrieval found nothing",
              .description = "Calls whose retrieval gave no document fail, or are disliked, more "
                             "often than those with documents.",
              .needs = {FieldSet{Field::Documents}, FieldSet{}},
              .needs_words = "retrieved documents",
              .precision = {},
              .run = nullptr},
    .find = find_empty,
};

const Association kDislikesGather{
    .check = {.id = "dislikes-gather",
              .kind = FindingKind::Association,
              .stage = Stage::Prompt,
              .per_template = true,
              .title = "one document or prompt gathers the dislikes",
              .description = "Of the rated answers, those that had one document, or came from one "
                             "prompt, are disliked more often than the others.",
              .needs = {FieldSet{Field::Feedback}, FieldSet{}},
              .needs_words = "feedback",
              .precision = {},
              .run = nullptr},
    .find = find_disliked,
};

}  // namespace sonde
