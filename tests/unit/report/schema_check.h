#pragma once
/// JSON reports against the schema that ddlltool gives for them.
#include "report/json.h"

#include <nlohmann/json.hpp>

// valijson's own headers are not free of our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

#include <string>

/// What does not fit, a line each; empty when all does.
inline std::string schema_mistakes(const nlohmann::json& report) {
    const auto text = nlohmann::json::parse(ddll::report::report_schema());
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
    valijson::Validator validator;
    valijson::ValidationResults results;
    validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(report), &results);
    std::string out;
    for (const auto& error : results) {
        for (const auto& step : error.context) out += step;
        out += ": " + error.description + "\n";
    }
    return out;
}
