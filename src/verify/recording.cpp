#include "verify/recording.h"

#include "base/sha256.h"
#include "base/text.h"
#include "term/external.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace ddll::verify {

using Json = nlohmann::ordered_json;
using scenario::StepRecord;
using term::Evaluated;
using term::Term;

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (j < left ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j) out += j <= left ? base64_digits[group >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        std::size_t digits = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const auto digit = base64_digits.find(text[i + j]);
            const bool padding = text[i + j] == '=' && i + 4 == text.size() && j >= 2;
            if (digit == base64_digits.npos ? !padding : digits != j) return std::nullopt;
            group = group << 6 | static_cast<std::uint32_t>(padding ? 0 : digit);
            digits += padding ? 0 : 1;
        }
        for (std::size_t j = 0; j + 1 < digits; ++j) out += static_cast<char>(group >> (16 - 8 * j) & 0xFF);
    }
    return out;
}

// --- a step as a term ------------------------------------------------------------------------------------------------

Term binary_of(std::string_view text) {
    return Term::binary(text);
}

Term evaluated_term(const Evaluated& result) {
    switch (result.kind) {
    case Evaluated::Kind::value:
        return term::make_tuple(Term::atom("value"), result.value);
    case Evaluated::Kind::raised:
        return term::make_tuple(Term::atom("raised"), binary_of(result.exception_class), result.value);
    case Evaluated::Kind::blocked:
        break;
    }
    return Term::atom("blocked");
}

Term call_term(const scenario::DriverCall& call) {
    return term::make_tuple(Term::integer(static_cast<int>(call.kind)),
                            call.callback ? binary_of(words::name(*call.callback)) : Term::atom("none"),
                            binary_of(call.name), binary_of(call.driver), binary_of(call.version),
                            Term::list(call.arguments), Term::boolean(call.before_return));
}

template <class All, class Make>
Term list_of(const All& all, Make make) {
    std::vector<Term> out;
    for (const auto& one : all) out.push_back(make(one));
    return Term::list(std::move(out));
}

Term record_term(const StepRecord& record) {
    const auto maybe = [](bool has, const Term& value) {
        return has ? term::make_tuple(Term::atom("some"), value) : Term::atom("none");
    };
    return term::make_tuple(
        Term::boolean(record.skipped), binary_of(record.why), list_of(record.returns, evaluated_term),
        list_of(record.late,
                [](const auto& one) { return term::make_tuple(binary_of(one.first), evaluated_term(one.second)); }),
        list_of(record.messages,
                [](const auto& one) {
                    return term::make_tuple(
                        binary_of(one.first), list_of(one.second, [](const scenario::Arrival& arrival) {
                            return term::make_tuple(arrival.message, Term::boolean(arrival.before_return),
                                                    Term::boolean(arrival.by_thread));
                        }));
                }),
        list_of(record.exits, [](const auto& one) { return term::make_tuple(binary_of(one.first), one.second); }),
        list_of(record.driver_calls, call_term), maybe(record.info.has_value(), record.info.value_or(Term())),
        maybe(record.death.has_value(), binary_of(record.death.value_or(""))));
}

// --- and back: each function says by its result whether the term has the form -------------------------------------

bool take(const Term& term, std::string& out) {
    if (!term.is_binary()) return false;
    out = term.as_bits().bytes();
    return true;
}

bool take(const Term& term, bool& out) {
    out = term.is_atom("true");
    return out || term.is_atom("false");
}

bool take(const Term& term, Evaluated& out) {
    if (term.is_atom("blocked")) {
        out = Evaluated::blocked();
        return true;
    }
    if (term.is_tuple(2) && term.elements()[0].is_atom("value")) {
        out = Evaluated::of(term.elements()[1]);
        return true;
    }
    if (!term.is_tuple(3) || !term.elements()[0].is_atom("raised")) return false;
    out = Evaluated::raise(term.elements()[2], {});
    return take(term.elements()[1], out.exception_class);
}

bool take(const Term& term, scenario::Arrival& out) {
    if (!term.is_tuple(3)) return false;
    out.message = term.elements()[0];
    return take(term.elements()[1], out.before_return) && take(term.elements()[2], out.by_thread);
}

bool take(const Term& term, Term& out) {
    out = term;
    return true;
}

bool take(const Term& term, scenario::DriverCall& out) {
    using Kind = scenario::DriverCall::Kind;
    if (!term.is_tuple(7)) return false;
    const auto& parts = term.elements();
    if (!parts[0].is(Term::Kind::integer) || parts[0].as_integer() < 0 ||
        parts[0].as_integer() > static_cast<int>(Kind::api))
        return false;
    out.kind = static_cast<Kind>(parts[0].as_integer());
    if (std::string callback; take(parts[1], callback)) {
        out.callback = words::named<words::Callback>(callback);
        if (!out.callback) return false;
    } else if (!parts[1].is_atom("none")) {
        return false;
    }
    if (!parts[5].is_proper_list()) return false;
    const auto arguments = parts[5].items();
    out.arguments.assign(arguments.begin(), arguments.end());
    return take(parts[2], out.name) && take(parts[3], out.driver) && take(parts[4], out.version) &&
           take(parts[6], out.before_return);
}

template <class T>
bool take(const Term& term, std::vector<T>& out) {
    if (!term.is_proper_list()) return false;
    for (const Term& item : term.items())
        if (!take(item, out.emplace_back())) return false;
    return true;
}

template <class T>
bool take(const Term& term, std::map<std::string, T>& out) {
    if (!term.is_proper_list()) return false;
    for (const Term& item : term.items()) {
        std::string key;
        if (!item.is_tuple(2) || !take(item.elements()[0], key) || !take(item.elements()[1], out[key])) return false;
    }
    return true;
}

template <class T>
bool take(const Term& term, std::optional<T>& out) {
    if (term.is_atom("none")) return true;
    return term.is_tuple(2) && term.elements()[0].is_atom("some") && take(term.elements()[1], out.emplace());
}

bool take(const Term& term, StepRecord& out) {
    if (!term.is_tuple(9)) return false;
    const auto& parts = term.elements();
    return take(parts[0], out.skipped) && take(parts[1], out.why) && take(parts[2], out.returns) &&
           take(parts[3], out.late) && take(parts[4], out.messages) && take(parts[5], out.exits) &&
           take(parts[6], out.driver_calls) && take(parts[7], out.info) && take(parts[8], out.death);
}

// --- the file --------------------------------------------------------------------------------------------------------

constexpr int deepest_recording = 20;
constexpr const char* make_it_anew = "make it anew with ddlltool verify --record FILE";

/// Reads one document; the first thing that is wrong is the error.
class RecordingReader {
public:
    explicit RecordingReader(const std::string& name) : name_(name) {}

    Result<Recording> run(const std::string& text) {
        bool too_deep = false;
        const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
            too_deep = too_deep || depth > deepest_recording;
            return depth <= deepest_recording;
        };
        const Json document = Json::parse(text, watch, false);
        if (document.is_discarded() || too_deep)
            return wrong("", text.empty() ? "is empty" : "is not JSON, or only a part of it");
        if (!document.is_object() || !document.contains("ddlltool_recording"))
            return wrong("", "is not a recording of ddlltool verify");
        if (document.at("ddlltool_recording") != recording_version)
            return wrong("/ddlltool_recording",
                         fmt::format("is a recording of version {}; this ddlltool reads version {}",
                                     printable_number(document.at("ddlltool_recording")), recording_version));
        facts(document);
        const Json* scenarios = member(document, "", "scenarios", Json::value_t::array);
        for (std::size_t i = 0; scenarios != nullptr && !error_ && i < scenarios->size(); ++i)
            scenario(scenarios->at(i), fmt::format("/scenarios/{}", i));
        if (error_) return *std::move(error_);
        return std::move(out_);
    }

private:
    static std::string printable_number(const Json& value) {
        return value.is_number_integer() ? value.dump() : "that is no number";
    }

    Error wrong(const std::string& pointer, std::string what) const {
        Error out = error(std::move(what), make_it_anew);
        out.place.file = pointer.empty() ? name_ : fmt::format("{} {}", name_, pointer);
        return out;
    }
    void note(const std::string& pointer, std::string what) {
        if (!error_) error_ = wrong(pointer, std::move(what));
    }

    const Json* member(const Json& object, const std::string& pointer, const char* key, Json::value_t type) {
        const bool is_object = object.is_object();
        const auto found = is_object ? object.find(key) : object.end();
        if (is_object && found != object.end() && found->type() == type) return &*found;
        note(pointer + "/" + key,
             is_object && found != object.end() ? "has another type than it must have" : "is missing");
        return nullptr;
    }
    std::string text(const Json& object, const std::string& pointer, const char* key) {
        const Json* found = member(object, pointer, key, Json::value_t::string);
        return found == nullptr ? std::string() : found->get<std::string>();
    }

    void facts(const Json& document) {
        out_.facts.otp = text(document, "", "otp");
        out_.facts.erts = text(document, "", "erts");
        out_.facts.driver_interface = text(document, "", "driver_interface");
        scenario::ComparedNode& machine = out_.facts.machine;
        machine.release = nearest_release(out_.facts.otp);
        machine.erts_version = out_.facts.erts;
        if (out_.facts.erts.find('\0') != std::string::npos) note("/erts", "has a zero byte");
        if (const Json* port = member(document, "", "first_port", Json::value_t::number_unsigned))
            machine.first_port = port->get<std::uint64_t>();
        if (machine.first_port == 0 || machine.first_port > UINT32_MAX)
            note("/first_port", "is not the number of a port");
        if (const Json* preset = member(document, "", "open_error_preset", Json::value_t::boolean))
            machine.open_error_preset = preset->get<bool>();
        const Json* linked_in = member(document, "", "linked_in", Json::value_t::array);
        for (std::size_t i = 0; linked_in != nullptr && i < linked_in->size(); ++i) {
            const Json& one = linked_in->at(i);
            if (!one.is_string()) return note(fmt::format("/linked_in/{}", i), "is not a text");
            machine.linked_in.push_back(one.get<std::string>());
        }
    }

    void scenario(const Json& object, const std::string& pointer) {
        RecordedScenario out;
        out.file = text(object, pointer, "file");
        out.title = text(object, pointer, "title");
        out.digest = text(object, pointer, "sha256");
        const Json* steps = member(object, pointer, "steps", Json::value_t::array);
        for (std::size_t i = 0; steps != nullptr && !error_ && i < steps->size(); ++i)
            step(steps->at(i), fmt::format("{}/steps/{}", pointer, i), out.steps.emplace_back());
        if (!error_) out_.scenarios.push_back(std::move(out));
    }

    void step(const Json& value, const std::string& pointer, RecordedStep& out) {
        const std::string encoded = value.is_string() ? value.get<std::string>() : text(value, pointer, "seen");
        if (error_) return;
        const auto bytes = from_base64(encoded);
        const auto decoded = bytes ? term::decode(*bytes, term::Compressed::refused) : std::nullopt;
        if (!bytes)
            note(pointer, "is not base64");
        else if (!decoded || decoded->used != bytes->size())
            note(pointer, "is not a term in external format");
        else if (!take(decoded->term, out.record))
            note(pointer, "is not what a node shows in a step");
        if (error_ || !value.is_object() || !value.contains("files")) return;
        const Json* files = member(value, pointer, "files", Json::value_t::array);
        for (std::size_t i = 0; files != nullptr && i < files->size(); ++i) {
            const std::string at = fmt::format("{}/files/{}", pointer, i);
            out.files.push_back({text(files->at(i), at, "what"), text(files->at(i), at, "got")});
        }
    }

    const std::string& name_;
    Recording out_;
    std::optional<Error> error_;
};

} // namespace

std::string write_recording(const Recording& recording) {
    Json out = {{"ddlltool_recording", recording_version},
                {"otp", recording.facts.otp},
                {"erts", recording.facts.erts},
                {"driver_interface", recording.facts.driver_interface},
                {"first_port", recording.facts.machine.first_port},
                {"open_error_preset", recording.facts.machine.open_error_preset},
                {"linked_in", recording.facts.machine.linked_in},
                {"scenarios", Json::array()}};
    for (const RecordedScenario& one : recording.scenarios) {
        Json steps = Json::array();
        for (const RecordedStep& step : one.steps) {
            std::string seen = to_base64(term::encode(record_term(step.record)));
            if (step.files.empty()) {
                steps.push_back(std::move(seen));
                continue;
            }
            Json files = Json::array();
            for (const RecordedFile& file : step.files) files.push_back({{"what", file.what}, {"got", file.got}});
            steps.push_back({{"seen", std::move(seen)}, {"files", std::move(files)}});
        }
        out["scenarios"].push_back(
            {{"file", one.file}, {"title", one.title}, {"sha256", one.digest}, {"steps", std::move(steps)}});
    }
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Recording> read_recording(const std::string& name, const std::string& text) {
    return RecordingReader(name).run(text);
}

std::string digest_of(const std::string& file) {
    constexpr std::size_t largest = std::size_t{256} << 20;
    const auto text = read_file(file, largest);
    return text ? sha256(*text) : std::string();
}

} // namespace ddll::verify
