#include "model/error_class.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace sonde {
namespace {

struct Case {
  std::string_view message;
  std::string_view name;
};

class ErrorMessages : public testing::TestWithParam<Case> {};

TEST_P(ErrorMessages, AreClassified) {
  EXPECT_EQ(classify_error(GetParam().message), GetParam().name) << GetParam().message;
}

INSTANTIATE_TEST_SUITE_P(
    Providers, ErrorMessages,
    testing::Values(
        Case{"Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit "
             "30000, Used 29000, Requested 2000. Please try again in 2s.",
             "rate_limit"},
        Case{"Error code: 429 - {'error': {'message': 'You exceeded your current quota, please "
             "check your plan and billing details.', 'type': 'insufficient_quota'}}",
             "quota"},
        Case{"This model's maximum context length is 8192 tokens. However, your messages resulted "
             "in 9001 tokens.",
             "context_length"},
        Case{"Incorrect API key provided: sk-***.", "authentication"},
        Case{"The model `gpt-5-mni` does not exist or you do not have access to it.",
             "model_not_found"},
        Case{"Unsupported parameter: 'max_tokens' is not supported with this model.",
             "invalid_request"},
        Case{"The server had an error while processing your request.", "server_error"},
        Case{"Request timed out.", "timeout"},
        Case{"Your request was rejected as a result of our safety system.", "content_filter"},
        Case{R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
             "overloaded"},
        Case{"prompt is too long: 208310 tokens > 200000 maximum", "context_length"},
        Case{"Your credit balance is too low to access the Anthropic API.", "quota"},
        Case{R"({"type":"error","error":{"type":"api_error","message":"Internal"}})",
             "server_error"},
        Case{R"({"type":"authentication_error","message":"invalid x-api-key"})", "authentication"},
        Case{"The response was filtered due to the prompt triggering Azure OpenAI's content "
             "management policy.",
             "content_filter"},
        Case{"The API deployment for this resource does not exist.", "model_not_found"},
        Case{R"(429 RESOURCE_EXHAUSTED. {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})",
             "rate_limit"},
        Case{"The input token count (1200000) exceeds the maximum number of tokens allowed.",
             "context_length"},
        Case{"API key not valid. Please pass a valid API key.", "authentication"},
        Case{"models/gemini-0 is not found for API version v1beta", "model_not_found"},
        Case{"504 Deadline Exceeded", "timeout"},
        Case{"An error occurred (ThrottlingException) when calling the InvokeModel operation",
             "rate_limit"},
        Case{
            "An error occurred (ValidationException) when calling the Converse operation: Input is "
            "too long for requested model.",
            "context_length"},
        Case{"An error occurred (AccessDeniedException) when calling InvokeModel",
             "authentication"},
        Case{"Connection error.", "connection"},
        Case{"HTTPSConnectionPool(host='x', port=443): Max retries exceeded with url: / (Caused by "
             "NameResolutionError)",
             "connection"},
        Case{"HTTPSConnectionPool(host='x', port=443): Read timed out.", "timeout"},
        Case{"<Error 503>: Service Unavailable", "overloaded"}));

INSTANTIATE_TEST_SUITE_P(
    Dify, ErrorMessages,
    testing::Values(
        Case{"[openai] Rate Limit Error, Error code: 429", "rate_limit"},
        Case{"[openai] Bad Request Error, Error code: 400 - maximum context length is 16385 tokens",
             "context_length"},
        Case{"[openai] Bad Request Error, Error code: 400 - unknown field", "invalid_request"},
        Case{R"(PluginInvokeError: {"args":{"description":"[models] Error: x"},)"
             R"("error_type":"InvokeRateLimitError","message":"[models] Rate"})",
             "rate_limit"},
        Case{"req_id: 1a2b PluginInvokeError: {\"error_type\":\"InvokeAuthorizationError\"}",
             "authentication"},
        Case{"Run failed: [anthropic] Server Unavailable Error, 500", "server_error"},
        Case{"Run failed: Variable #1711.text# not found", "variable_missing"},
        Case{"query is required in input form", "variable_missing"},
        Case{"Model provider openai credentials is not initialized.", "authentication"},
        Case{"Your quota for Dify Hosted Model Provider has been exhausted. QuotaExceededError",
             "quota"},
        Case{"ToolInvokeError: tool google_search failed", "tool_error"},
        Case{"OutputParserError: Failed to parse structured output: no JSON", "parse_error"},
        Case{"Workflow stopped by user", "cancelled"},
        Case{"Max execution time 1200s reached.", "timeout"},
        Case{"Something nobody has seen", "other"}));

TEST(ClassifyError, HttpStatusDecidesWhenTheMessageDoesNot) {
  EXPECT_EQ(classify_error("", 429), "rate_limit");
  EXPECT_EQ(classify_error("oops", 401), "authentication");
  EXPECT_EQ(classify_error("", 502), "server_error");
  EXPECT_EQ(classify_error("", 529), "overloaded");
  EXPECT_EQ(classify_error("", 422), "invalid_request");
  EXPECT_EQ(classify_error("", 200), "other");
}

TEST(ClassifyError, StatusInsideTheMessageIsTheLastResort) {
  EXPECT_EQ(classify_error("Error code: 404 - {}"), "model_not_found");
  EXPECT_EQ(classify_error("took 429 ms, sold 500 items"), "other");
  EXPECT_EQ(classify_error("status code: 5031"), "other");
}

TEST(ClassifyError, SilenceIsUnknown) {
  EXPECT_EQ(classify_error(""), "unknown");
  EXPECT_EQ(classify_error(" \n"), "unknown");
}

TEST(ClassifyError, FindsTheCauseAtTheEndOfALongTraceback) {
  EXPECT_EQ(classify_error(std::string(100'000, 'x') + " ReadTimeout"), "timeout");
}

TEST(ErrorClasses, EachHasADescription) {
  EXPECT_EQ(error_classes().size(), 17U);
  for (const ErrorClass& known : error_classes()) EXPECT_FALSE(known.description.empty());
}

}  // namespace
}  // namespace sonde
