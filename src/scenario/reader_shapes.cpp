#include "scenario/reader_context.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {
namespace {

struct StepKey {
    std::string_view key;
    const Shape* shape;
};
// The key that makes a step what it is.
constexpr StepKey step_keys[] = {
    {"call", &call_step},     {"calls", &batch_step},   {"install", &install_step}, {"advance", &advance_step},
    {"expect", &expect_step}, {"repeat", &repeat_step}, {"peer", &peer_step},
};

const Shape* install_or_removal(const Node& step) {
    const Node* how = step.find("how");
    if (how == nullptr || !how->is(Node::Kind::text)) return &install_step;
    const auto meant = nearest(how->text, install_step.find("how")->type->words);
    return meant && *meant == removal_step.tag_value ? &removal_step : &install_step;
}

// A look at a file, unless it says that it is one at a driver.
const Shape* expect_driver_or_file(const Node& step) {
    const Node* what = step.find("expect");
    const bool file = what != nullptr && what->is(Node::Kind::object) && what->find("file") != nullptr &&
                      what->find("driver") == nullptr;
    return file ? &expect_file_step : &expect_step;
}

bool any_step_has(std::string_view key) {
    return std::any_of(step_shapes().begin(), step_shapes().end(),
                       [&](const Shape* s) { return s->find(key) != nullptr; });
}

std::vector<std::string_view> keys_of(const Shape& shape) {
    std::vector<std::string_view> out;
    for (const auto& field : shape.fields) out.push_back(field.key);
    return out;
}

std::string label(const Node& node) {
    if (node.parent == nullptr) return "the file";
    if (node.parent->is(Node::Kind::list)) return fmt::format("item {} of {}", node.index + 1, label(*node.parent));
    return quote(node.key);
}

std::string got(const Node& node) {
    switch (node.kind) {
    case Node::Kind::integer:
        return std::to_string(node.integer);
    case Node::Kind::floating:
        return fmt::format("{}", node.floating);
    case Node::Kind::boolean:
        return node.boolean ? "true" : "false";
    default:
        return std::string(describe(node.kind));
    }
}

bool has_form(const Node& node, const Type& type) {
    using enum Node::Kind;
    // In the order of Type::Form.
    static constexpr Node::Kind kinds[] = {text, integer, boolean, list, object, object, list};
    return node.is(kinds[static_cast<std::size_t>(type.form)]);
}

std::vector<std::string_view> step_key_names() {
    std::vector<std::string_view> out;
    for (const auto& row : step_keys) out.push_back(row.key);
    return out;
}

class Checker {
public:
    explicit Checker(ReadScope& context) : context_(context) {}

    void object(const Node& node, const Shape& shape) {
        std::vector<std::string_view> meant; // misspelled keys are not missed a second time
        for (const Node* child : node.children) {
            if (context_.full()) return;
            if (const Field* field = shape.find(child->key))
                value(*child, *field->type);
            else
                unknown_key(*child, shape, meant);
        }
        bool complete = meant.empty();
        for (const auto& field : shape.fields) {
            if (!field.required || node.find(field.key) != nullptr) continue;
            complete = false;
            if (std::find(meant.begin(), meant.end(), field.key) != meant.end()) continue;
            context_.mistake(node, fmt::format("{} needs \"{}\"", shape.name, field.key),
                             fmt::format("{}: {}", field.key, field.doc));
        }
        for (const auto& choice : shape.choices) choose(node, shape, choice);
        if (complete && node.children.size() < shape.least_keys) {
            context_.mistake(node, fmt::format("{} says nothing", shape.name),
                             fmt::format("it may have {}", one_of(keys_of(shape))));
        }
    }

private:
    void unknown_key(const Node& child, const Shape& shape, std::vector<std::string_view>& meant) {
        context_.bad.insert(&child);
        const auto keys = keys_of(shape);
        const Place place = context_.document.place_of_key(child);
        const bool is_step = std::find(step_shapes().begin(), step_shapes().end(), &shape) != step_shapes().end();
        if (is_step && any_step_has(child.key)) {
            context_.mistake(place, fmt::format("\"{}\" does not belong in {}", child.key, shape.name),
                             misplaced_hint(child.key, shape));
            return;
        }
        if (const auto key = nearest(child.key, keys)) meant.push_back(*std::find(keys.begin(), keys.end(), *key));
        context_.mistake(place, fmt::format("{} is no key of {}", quote(child.key), shape.name),
                         did_you_mean(child.key, keys, fmt::format("it may have {}", one_of(keys))));
    }

    static std::string misplaced_hint(std::string_view key, const Shape& shape) {
        for (const auto& row : step_keys)
            if (row.key == key) return "each of them is a step of its own";
        if (&shape == &batch_step && key == "raises")
            return "in a batch, {\"raises\": ...} stands at its place in the list \"returns\"";
        if (&shape == &batch_step && key == "blocks") return "a call that blocks is a step of its own";
        return fmt::format("it may have {}", one_of(keys_of(shape)));
    }

    void choose(const Node& node, const Shape& shape, const Choice& choice) {
        const Node* first = nullptr;
        for (const Node* child : node.children) {
            if (std::find(choice.keys.begin(), choice.keys.end(), child->key) == choice.keys.end()) continue;
            if (first == nullptr) {
                first = child;
            } else {
                context_.mistake(context_.document.place_of_key(*child),
                                 fmt::format("\"{}\" cannot stand beside \"{}\"", child->key, first->key),
                                 std::string(choice.why));
            }
        }
        if (first == nullptr && choice.required)
            context_.mistake(node, fmt::format("{} needs one of {}", shape.name, one_of(choice.keys)),
                             std::string(choice.why));
    }

    void wrong(const Node& node, std::string message, std::string hint = {}) {
        context_.bad.insert(&node);
        context_.mistake(node, std::move(message), std::move(hint));
    }

    void value(const Node& node, const Type& type) {
        if (context_.full()) return;
        if (!has_form(node, type)) {
            if (type.other != nullptr && has_form(node, *type.other)) return value(node, *type.other);
            return wrong(node, fmt::format("{} must be {}, not {}", label(node), type.what, got(node)));
        }
        switch (type.form) {
        case Type::Form::text:
            return text(node, node.text, type, context_.document.place_of(node));
        case Type::Form::whole:
            if (node.integer < type.least || node.integer > type.most)
                wrong(node, fmt::format("{} must be {}, not {}", label(node), type.what, node.integer));
            return;
        case Type::Form::flag:
            if (type.only_true && !node.boolean)
                wrong(node, fmt::format("{} can only be true", label(node)), "leave it out otherwise");
            return;
        case Type::Form::object:
            return object(node, *type.shape);
        case Type::Form::list:
        case Type::Form::map:
        case Type::Form::steps:
            break;
        }
        if (static_cast<std::int64_t>(node.children.size()) < type.least)
            wrong(node, fmt::format("{} must not be empty", label(node)), fmt::format("it is {}", type.what));
        for (const Node* child : node.children) {
            if (context_.full()) return;
            if (type.form == Type::Form::steps) {
                step(*child);
                continue;
            }
            if (type.key != nullptr) text(*child, child->key, *type.key, context_.document.place_of_key(*child));
            value(*child, *type.element);
        }
    }

    void text(const Node& node, std::string_view written, const Type& type, Place place) {
        if (!type.words.empty() && std::find(type.words.begin(), type.words.end(), written) == type.words.end()) {
            context_.bad.insert(&node);
            context_.mistake(std::move(place), fmt::format("{} is not {}", quote(written), type.what),
                             did_you_mean(written, type.words, fmt::format("it is {}", one_of(type.words))));
        } else if (type.spelling != nullptr && !type.spelling->matches(written)) {
            context_.bad.insert(&node);
            context_.mistake(std::move(place), fmt::format("{} cannot be {}", quote(written), type.what),
                             std::string(type.spelling->words));
        }
    }

    void step(const Node& node) {
        if (!node.is(Node::Kind::object))
            return wrong(node, fmt::format("a step must be an object, not {}", got(node)));
        if (const Shape* shape = step_shape(node)) return object(node, *shape);
        context_.bad.insert(&node);
        auto keys = step_key_names();
        keys.push_back("note");
        if (node.children.empty())
            return wrong(node, "a step needs something to do", fmt::format("one of {}", one_of(keys)));
        for (const Node* child : node.children) {
            context_.mistake(context_.document.place_of_key(*child),
                             fmt::format("{} is no key of a step", quote(child->key)),
                             fmt::format("a step has one of {}", one_of(keys)));
        }
    }

    ReadScope& context_;
};

} // namespace

const Shape* step_shape(const Node& step) {
    const auto chosen = [&](const Shape* shape) {
        return shape == &install_step  ? install_or_removal(step)
               : shape == &expect_step ? expect_driver_or_file(step)
                                       : shape;
    };
    for (const auto& row : step_keys)
        if (step.find(row.key) != nullptr) return chosen(row.shape);
    for (const Node* child : step.children) {
        if (any_step_has(child->key)) continue;
        const auto meant = nearest(child->key, step_key_names());
        for (const auto& row : step_keys)
            if (meant && row.key == *meant) return chosen(row.shape);
    }
    for (const Node* child : step.children) {
        if (child->key == "note") continue;
        for (const Shape* shape : step_shapes())
            if (shape->find(child->key) != nullptr) return chosen(shape);
    }
    return step.find("note") != nullptr ? &note_step : nullptr;
}

void check_shapes(ReadScope& context, const Node& root) {
    if (!root.is(Node::Kind::object)) {
        context.bad.insert(&root);
        context.mistake(root, fmt::format("a scenario is an object, not {}", got(root)));
        return;
    }
    Checker(context).object(root, scenario_shape);
}

} // namespace ddll::scenario
