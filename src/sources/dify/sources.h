// Dify's formats, in the order in which they are to be tried. See docs of each in its file; the
// facts are those of Dify 1.16 (console API, service API, database, exports).
#pragma once

#include "sources/source.h"

namespace sonde {

// messages.cc
extern const Source kDifyMessages;         // SQL: messages
extern const Source kDifyChatMessages;     // Console: chat-messages, one message
extern const Source kDifyServiceMessages;  // Service API: /messages
extern const Source kDifyExportMessages;   // flask export-app-messages

// node_executions.cc
extern const Source kDifyNodeExecutions;         // SQL: workflow_node_executions
extern const Source kDifyConsoleNodeExecutions;  // Console: a run's node executions

// workflow_runs.cc
extern const Source kDifyWorkflowRuns;         // SQL: workflow_runs
extern const Source kDifyConsoleWorkflowRuns;  // Console and service API: runs, run detail
extern const Source kDifyWorkflowLogs;         // Console and service API: workflow logs
extern const Source kDifyWorkflowAppLogs;      // SQL: workflow_app_logs

// feedbacks.cc
extern const Source kDifyFeedbacks;       // SQL: message_feedbacks; service API: /app/feedbacks
extern const Source kDifyFeedbackRows;    // Feedback export: a row of it (CSV)
extern const Source kDifyFeedbackExport;  // Feedback export: the JSON file

// conversations.cc
extern const Source kDifyConversations;         // SQL: conversations
extern const Source kDifyConsoleConversations;  // Console: chat and completion conversations

// id_maps.cc: no spans, but names and versions for those of others
extern const Source kDifyAppModelConfigs;
extern const Source kDifyWorkflows;
extern const Source kDifyApps;
extern const Source kDifyEndUsers;
extern const Source kDifyOffloads;
extern const Source kDifyPassedOver;  // Tables that hold no executions

// pages.cc: {"data": [rows of the above], ...}
extern const Source kDifyPage;

}  // namespace sonde
