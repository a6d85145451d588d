#include "calls/ddll_call.h"

#include <algorithm>

namespace ddll::calls {

using term::Expr;
using term::Term;

namespace {

struct Loader {
    std::string_view name;
    bool reload;
};
constexpr Loader loaders[] = {
    {"load", false}, {"load_driver", false}, {"try_load", false}, {"reload", true}, {"reload_driver", true},
};

bool is_reload(const Term& option) {
    return option.is_tuple(2) && option.elements()[0].is_atom("reload");
}

// {reload, _} among the options: written out, whatever else in them is a variable.
bool asks_for_reload(const Expr& options) {
    if (options.kind == Expr::Kind::literal) {
        if (!options.value.is_proper_list()) return is_reload(options.value);
        const auto& items = options.value.items();
        return std::any_of(items.begin(), items.end(), is_reload);
    }
    if (options.kind == Expr::Kind::tuple && options.children.size() == 2 &&
        options.children[0]->kind == Expr::Kind::literal)
        return options.children[0]->value.is_atom("reload");
    return std::any_of(options.children.begin(), options.children.end(),
                       [](const auto& child) { return child && asks_for_reload(*child); });
}

} // namespace

std::optional<DdllCall> ddll_call(const Expr& expr) {
    if (expr.kind != Expr::Kind::call || expr.module != "erl_ddll") return std::nullopt;
    DdllCall out;
    const auto* loader =
        std::find_if(std::begin(loaders), std::end(loaders), [&](const Loader& row) { return row.name == expr.name; });
    if (loader != std::end(loaders)) {
        out.kind = DdllCall::Kind::load;
        out.reload = loader->reload || (expr.children.size() > 2 && asks_for_reload(*expr.children[2]));
        if (expr.children.size() > 1) {
            out.folder = expr.children[0].get();
            out.driver = expr.children[1].get();
        }
    } else if (!expr.children.empty()) {
        out.driver = expr.children[0].get();
    }
    return out;
}

bool loads(const Expr& expr) {
    if (const auto call = ddll_call(expr); call && call->kind == DdllCall::Kind::load) return true;
    const auto inside = [](const auto& child) { return child && loads(*child); };
    return std::any_of(expr.children.begin(), expr.children.end(), inside) || inside(expr.tail) ||
           std::any_of(expr.qualifiers.begin(), expr.qualifiers.end(),
                       [&](const Expr::Qualifier& q) { return inside(q.source); });
}

std::optional<std::string> literal_word(const Expr& expr) {
    if (expr.kind != Expr::Kind::literal) return std::nullopt;
    if (expr.value.is(Term::Kind::atom)) return std::string(expr.value.as_atom());
    std::string bytes;
    if (expr.value.is_list() && term::iolist_to_bytes(expr.value, bytes)) return bytes;
    return std::nullopt;
}

} // namespace ddll::calls
