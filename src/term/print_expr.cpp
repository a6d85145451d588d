#include "term/expr.h"
#include "term/parser.h"
#include "term/writer.h"

#include <fmt/format.h>

namespace ddll::term {
namespace {

class Writer {
public:
    explicit Writer(const Namer& namer) : namer_(namer) {}

    // In parentheses when it binds less strongly than `least`.
    void write(const Expr& e, int least = 0) {
        switch (e.kind) {
        case Expr::Kind::literal:
            write_term(out_, e.value, namer_, Spacing::after_commas);
            break;
        case Expr::Kind::variable:
            out_ += e.name;
            break;
        case Expr::Kind::tuple:
            sequence("{", e, "}");
            break;
        case Expr::Kind::list:
            sequence("[", e, "]");
            break;
        case Expr::Kind::map:
            map(e);
            break;
        case Expr::Kind::binary:
            bits(e);
            break;
        case Expr::Kind::call:
            if (!e.module.empty()) out_ += print_atom(e.module) + ":";
            out_ += print_atom(e.name);
            sequence("(", e, ")");
            break;
        case Expr::Kind::op:
            op(e, least);
            break;
        case Expr::Kind::comprehension:
            comprehension(e);
            break;
        }
    }

    std::string take() { return std::move(out_); }

private:
    void sequence(std::string_view opener, const Expr& e, std::string_view closer) {
        out_ += opener;
        bool first = true;
        for (const auto& child : e.children) {
            comma(first);
            write(*child);
        }
        end(e, first);
        if (e.tail) {
            out_ += " | ";
            write(*e.tail);
        }
        out_ += closer;
    }

    void comma(bool& first) {
        if (!first) out_ += ", ";
        first = false;
    }

    void end(const Expr& e, bool& first) {
        if (!e.open) return;
        comma(first);
        out_ += "...";
    }

    void map(const Expr& e) {
        out_ += "#{";
        bool first = true;
        for (std::size_t i = 0; i < e.children.size(); i += 2) {
            comma(first);
            write(*e.children[i]);
            out_ += " => ";
            write(*e.children[i + 1]);
        }
        end(e, first);
        out_ += '}';
    }

    void bits(const Expr& e) {
        out_ += "<<";
        bool first = true;
        for (std::size_t i = 0; i < e.children.size(); ++i) {
            comma(first);
            segment_value(*e.children[i]);
            segment_shape(e.segments[i]);
        }
        out_ += ">>";
    }

    void segment_value(const Expr& e) {
        const bool number = e.kind == Expr::Kind::literal && (e.value.is_integer() || e.value.is(Term::Kind::floating));
        const bool binary =
            e.kind == Expr::Kind::binary || (e.kind == Expr::Kind::literal && e.value.is(Term::Kind::bits));
        if (e.kind == Expr::Kind::literal && e.value.is_list()) {
            write_string(out_, e.value.items());
        } else if (number || e.kind == Expr::Kind::variable || binary) {
            write(e);
        } else {
            out_ += '(';
            write(e);
            out_ += ')';
        }
    }

    void segment_shape(const Expr::Segment& s) {
        using Type = Expr::Segment::Type;
        if (s.size >= 0) out_ += fmt::format(":{}", s.size);
        std::string types;
        const auto add = [&types](std::string_view word) { types += (types.empty() ? "/" : "-") + std::string(word); };
        if (s.type == Type::binary) add("binary");
        if (s.type == Type::bitstring) add("bitstring");
        if (s.type == Type::utf8) add("utf8");
        if (s.type == Type::floating) add("float");
        if (s.little) add("little");
        if (s.is_signed) add("signed");
        out_ += types;
    }

    void op(const Expr& e, int least) {
        const bool prefix = e.children.size() == 1;
        const Binding binding = prefix ? Binding{prefix_strength, Binding::Side::right} : binary_binding(e.name);
        const bool parentheses = binding.strength < least;
        if (parentheses) out_ += '(';
        if (prefix) {
            out_ += e.name;
            // Between two signs as well: --X would be another operator. Parentheses would do, but could nest a
            // chain of signs deeper than it was written.
            const bool again = e.children[0]->kind == Expr::Kind::op && e.children[0]->children.size() == 1;
            if (e.name == "not" || again) out_ += ' ';
            write(*e.children[0], prefix_strength);
        } else {
            write(*e.children[0], binding.strength + (binding.side == Binding::Side::left ? 0 : 1));
            out_ += " " + e.name + " ";
            write(*e.children[1], binding.strength + (binding.side == Binding::Side::right ? 0 : 1));
        }
        if (parentheses) out_ += ')';
    }

    void comprehension(const Expr& e) {
        out_ += '[';
        write(*e.children[0]);
        out_ += " || ";
        bool first = true;
        for (const auto& q : e.qualifiers) {
            comma(first);
            if (q.pattern) {
                write(*q.pattern);
                out_ += " <- ";
            }
            write(*q.source);
        }
        out_ += ']';
    }

    const Namer& namer_;
    std::string out_;
};

} // namespace

std::string print(const Expr& expr, const Namer& namer) {
    Writer writer(namer);
    writer.write(expr);
    return writer.take();
}

} // namespace ddll::term
