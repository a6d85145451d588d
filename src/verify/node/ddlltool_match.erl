%% Patterns of scenarios, which are Erlang's and a little more: an unbound variable binds, a bound one must match, `_` takes
%% anything, `...` at the end of a list, tuple or map says that it may go on, and calls are evaluated first.
%%
%%   match(Text, Value, [{Variable, Value}])    {ok, Bindings} | no
-module(ddlltool_match).
-export([match/3]).

-define(REST, 'ddlltool rest').
-define(VALUE, 'Ddlltool_Value').

match(Text, Value, B) ->
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Text) ++ "."),
    {ok, [Pattern]} = erl_parse:parse_exprs(rests(Tokens, [])),
    matches(Pattern, Value, B).

%% `...` becomes something that Erlang can parse, in a map a whole association.
rests([{'...', A} | Tokens], [map | _] = Open) ->
    [{atom, A, ?REST}, {'=>', A}, {atom, A, true} | rests(Tokens, Open)];
rests([{'...', A} | Tokens], Open) -> [{atom, A, ?REST} | rests(Tokens, Open)];
rests([{'#', A}, {'{', C} | Tokens], Open) -> [{'#', A}, {'{', C} | rests(Tokens, [map | Open])];
rests([{Bracket, _} = Token | Tokens], Open) when Bracket =:= '{'; Bracket =:= '['; Bracket =:= '(' ->
    [Token | rests(Tokens, [other | Open])];
rests([{Bracket, _} = Token | Tokens], [_ | Open]) when Bracket =:= '}'; Bracket =:= ']'; Bracket =:= ')' ->
    [Token | rests(Tokens, Open)];
rests([Token | Tokens], Open) -> [Token | rests(Tokens, Open)];
rests([], _) -> [].

matches({var, _, Name}, Value, B) ->
    case {atom_to_list(Name), lists:keyfind(Name, 1, B)} of
        {"_" ++ _, _} -> {ok, B};
        {_, {Name, Known}} -> yes(Known =:= Value, B);
        {_, false} -> {ok, [{Name, Value} | B]}
    end;
matches({nil, _}, Value, B) -> yes(Value =:= [], B);
matches({cons, _, {atom, _, ?REST}, _}, Value, B) -> yes(is_list(Value), B);
matches({cons, _, Head, Tail}, [Value | Values], B) -> both(Head, Value, Tail, Values, B);
matches({cons, _, _, _}, _, _) -> no;
matches({tuple, _, Patterns}, Value, B) when is_tuple(Value) -> all(Patterns, tuple_to_list(Value), B);
matches({tuple, _, _}, _, _) -> no;
matches({map, _, Fields}, Value, B) when is_map(Value) -> fields(Fields, Value, [], B);
matches({map, _, _}, _, _) -> no;
matches({op, _, '++', Known, Rest} = Whole, Value, B) ->
    case {unbound(Rest, B), is_list(Value)} of
        {[], _} -> computed(Whole, Value, B);
        {_, false} -> no;
        {_, true} ->
            {ok, Front} = compute(Known, B),
            case lists:prefix(Front, Value) of
                true -> matches(Rest, lists:nthtail(length(Front), Value), B);
                false -> no
            end
    end;
matches({bin, _, _} = Whole, Value, B) ->
    case unbound(Whole, B) of
        [] -> computed(Whole, Value, B);
        _ -> as_erlang(Whole, Value, B)
    end;
matches(Whole, Value, B) -> computed(Whole, Value, B).

both(Pattern, Value, Patterns, Values, B) ->
    case matches(Pattern, Value, B) of {ok, New} -> matches(Patterns, Values, New); no -> no end.

all([{atom, _, ?REST}], _, B) -> {ok, B};
all([], [], B) -> {ok, B};
all([Pattern | Patterns], [Value | Values], B) ->
    case matches(Pattern, Value, B) of {ok, New} -> all(Patterns, Values, New); no -> no end;
all(_, _, _) -> no.

fields([], Map, Seen, B) -> yes(maps:size(Map) =:= length(lists:usort(Seen)), B);
fields([{_, _, {atom, _, ?REST}, _}], _, _, B) -> {ok, B};
fields([{_, _, Key, Pattern} | More], Map, Seen, B) ->
    {ok, Known} = compute(Key, B),
    case Map of
        #{Known := Value} ->
            case matches(Pattern, Value, B) of {ok, New} -> fields(More, Map, [Known | Seen], New); no -> no end;
        _ -> no
    end.

as_erlang(Pattern, Value, B) ->
    try ddlltool_player:evaluate([{match, 1, Pattern, {var, 1, ?VALUE}}], bindings([{?VALUE, Value} | B])) of
        {value, _, New} -> {ok, [{N, V} || {N, V} <- erl_eval:bindings(New), N =/= ?VALUE]}
    catch error:{badmatch, _} -> no end.

computed(Form, Value, B) ->
    case compute(Form, B) of {ok, Known} -> yes(Known =:= Value, B); Error -> Error end.

compute(Form, B) ->
    try ddlltool_player:evaluate([Form], bindings(B)) of {value, Value, _} -> {ok, Value} catch _:_ -> no end.

bindings(B) -> lists:foldl(fun({N, V}, All) -> erl_eval:add_binding(N, V, All) end, erl_eval:new_bindings(), B).

unbound({var, _, Name}, B) -> case lists:keymember(Name, 1, B) of true -> []; false -> [Name] end;
unbound(Form, B) when is_tuple(Form) -> unbound(tuple_to_list(Form), B);
unbound([Form | Forms], B) -> unbound(Form, B) ++ unbound(Forms, B);
unbound(_, _) -> [].

yes(true, B) -> {ok, B};
yes(false, _) -> no.
