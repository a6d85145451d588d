#pragma once
/// JSON documents against their schema.
#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>

namespace ddll::test {

class JsonSchema {
public:
    explicit JsonSchema(const nlohmann::json& schema);
    ~JsonSchema();

    /// What does not fit, a line each; empty when all does.
    std::string violations(const nlohmann::json& document) const;

private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

} // namespace ddll::test
