/// The tables of fields.h written as JSON Schema, draft 7.
#include "scenario/fields.h"
#include "scenario/reader.h"

#include <nlohmann/json.hpp>

namespace ddll::scenario {
namespace {

using Json = nlohmann::ordered_json;

// An initializer list of pairs would become an object or a list depending on its content; this is always a list.
template <class... T>
Json list_of(T&&... items) {
    Json out = Json::array();
    (out.push_back(std::forward<T>(items)), ...);
    return out;
}

Json object_schema(const Shape& shape);

Json type_schema(const Type& type) {
    Json out = Json::object();
    switch (type.form) {
    case Type::Form::text:
        out["type"] = "string";
        if (type.spelling) out["pattern"] = type.spelling->regex;
        for (const auto word : type.words) out["enum"].push_back(word);
        break;
    case Type::Form::whole:
        out["type"] = "integer";
        out["minimum"] = type.least;
        if (type.most != std::numeric_limits<std::int64_t>::max()) out["maximum"] = type.most;
        break;
    case Type::Form::flag:
        out["type"] = "boolean";
        if (type.only_true) out["const"] = true;
        break;
    case Type::Form::list:
    case Type::Form::steps:
        out["type"] = "array";
        if (type.least > 0) out["minItems"] = type.least;
        if (type.form == Type::Form::list)
            out["items"] = type_schema(*type.element);
        else
            out["items"] = {{"$ref", "#/definitions/step"}};
        break;
    case Type::Form::map:
        out["type"] = "object";
        if (type.least > 0) out["minProperties"] = type.least;
        out["propertyNames"] = type_schema(*type.key);
        out["additionalProperties"] = type_schema(*type.element);
        break;
    case Type::Form::object:
        out = object_schema(*type.shape);
        break;
    }
    if (type.other == nullptr) return out;
    Json either = Json::object();
    either["anyOf"] = list_of(std::move(out), type_schema(*type.other));
    return either;
}

// Both keys of a pair at once are refused; and one of them must be there when the choice is required.
void add_choice(Json& out, const Choice& choice) {
    for (std::size_t i = 0; i < choice.keys.size(); ++i) {
        for (std::size_t j = i + 1; j < choice.keys.size(); ++j) {
            Json both = Json::object();
            both["not"]["required"] = list_of(choice.keys[i], choice.keys[j]);
            out["allOf"].push_back(std::move(both));
        }
    }
    if (!choice.required) return;
    Json any = Json::object();
    for (const auto key : choice.keys) {
        Json one = Json::object();
        one["required"] = list_of(key);
        any["anyOf"].push_back(std::move(one));
    }
    out["allOf"].push_back(std::move(any));
}

Json object_schema(const Shape& shape) {
    Json out = Json::object();
    out["type"] = "object";
    out["description"] = shape.doc;
    for (const auto& field : shape.fields) {
        Json property = type_schema(*field.type);
        property["description"] = field.doc;
        if (field.key == shape.tag_key) {
            if (shape.tag_is)
                property["const"] = shape.tag_value;
            else
                property["not"]["const"] = shape.tag_value;
        }
        out["properties"][std::string(field.key)] = std::move(property);
        if (field.required) out["required"].push_back(field.key);
    }
    if (shape.least_keys > 0) out["minProperties"] = shape.least_keys;
    for (const auto& choice : shape.choices) add_choice(out, choice);
    out["additionalProperties"] = false;
    return out;
}

} // namespace

std::string scenario_schema() {
    Json out = Json::object();
    out["$schema"] = "http://json-schema.org/draft-07/schema#";
    out["title"] = "ddlltool scenario";
    const Json top = object_schema(scenario_shape);
    for (auto member = top.begin(); member != top.end(); ++member) out[member.key()] = *member;
    Json& step = out["definitions"]["step"];
    step["description"] = "One step of the story.";
    step["oneOf"] = Json::array();
    for (const Shape* shape : step_shapes()) {
        Json one = object_schema(*shape);
        one["title"] = shape->name;
        step["oneOf"].push_back(std::move(one));
    }
    return out.dump(2) + "\n";
}

} // namespace ddll::scenario
