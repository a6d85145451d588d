#include "support/json_schema.h"

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

namespace ddll::test {

struct JsonSchema::Parsed {
    nlohmann::json document; // the schema refers to it
    valijson::Schema schema;
};

JsonSchema::JsonSchema(const nlohmann::json& schema) : parsed_(std::make_unique<Parsed>()) {
    parsed_->document = schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(parsed_->document),
                                            parsed_->schema);
}

JsonSchema::~JsonSchema() = default;

std::string JsonSchema::violations(const nlohmann::json& document) const {
    valijson::Validator validator;
    valijson::ValidationResults results;
    validator.validate(parsed_->schema, valijson::adapters::NlohmannJsonAdapter(document), &results);
    std::string out;
    for (const auto& error : results) {
        for (const auto& step : error.context) out += step;
        out += ": " + error.description + "\n";
    }
    return out;
}

} // namespace ddll::test
