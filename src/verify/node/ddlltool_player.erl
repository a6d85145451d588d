%% The real emulator's side of `ddlltool verify`: does on a node what it is asked over a socket, and answers into a pipe, and says what it sees.
%%
%% One process for each process of the scenario evaluates its calls, so that a call that blocks blocks only its own. This
%% process, the coordinator, never waits for the clock: the clock of the node stands still but for {advance, Ns} (see
%% witness.cpp), and all patience is ddlltool's. Plain Erlang of OTP 24 to 28, kernel and stdlib only.
%%
%% Commands and their answers, each one external term in a packet of 4 length bytes:
%%
%%   {begin_scenario, Folder, [{Name, TrapExit}]}  {processes, [Pid]}
%%   {call, Name, [{Text, Pattern}], [{Var, Value}]}  ready | {refused, Why}; begins with the next look
%%   {advance, Nanoseconds}                         ok
%%   look                                           calls that are ready are made, and the node comes to rest: the look
%%   end_step                                       ok; empties the mailboxes
%%   {apply, Module, Function, Arguments}           {value, V} | {error | exit | throw, Reason}
%%   end_scenario                                   ok | dirty: whether the node is as it was before the scenario
%%
%% A look: {look, Return, Late, Mail, Exits, Info, Events}, all of it since the last end_step.
%%   Return  none | {blocked, [Outcome]} | {returned, [Outcome], MessagesBefore, EventsBefore}, two numbers: how much of the
%%           caller's mail and of the driver events came before the call had returned
%%   Late    [{Name, Outcome}]  calls of earlier steps that returned
%%   Mail    [{Name, [Message]}]
%%   Exits   [{Name, Reason}]
%%   Info    erl_ddll:info()
%%   Events  how many driver events the witness has seen
%%
%% Suites that `ddlltool export` writes use the same functions on a node whose clock goes; see ddlltool_story.erl.
-module(ddlltool_player).
-export([start/0]).
-export([begin_scenario/1, call_and_look/4, settle_and_look/1, end_step/1, end_scenario/1, parse_text/1, evaluate/2]).

-record(proc, {name, pid, seen = 0, waiting = none}). % waiting: number of the call it has not answered
%% outcomes: what a call of several has given so far; held: messages its receiver has taken out of its mailbox.
-record(state, {port, out, ref, base_ports, procs = [], number = 0, caller = none, returned = none, outcomes = [],
                arrived = 0, held = [], late = [], exits = [], clock = none,
                steps = none, % a counter of them, which processes read between their calls: that handles no signal
                ready = []}). % calls that begin with the next look

start() ->
    spawn(fun() ->
                  try main()
                  catch Class:Reason:Stack -> erlang:display({Class, Reason, Stack}), erlang:halt(3, [{flush, false}])
                  end
          end).

main() ->
    process_flag(trap_exit, true),
    process_flag(priority, high),
    Port = open_port({fd, 3, 3}, [in, {packet, 4}, binary, eof]),
    %% A port would write from an async thread, behind the jobs of drivers.
    {ok, Out} = file:open("/proc/self/fd/4", [write, raw, binary]),
    _ = [{module, M} = code:ensure_loaded(M)
         || M <- [erl_scan, erl_parse, erl_eval, erl_anno, erl_ddll, erl_bits, eval_bits, lists, orddict, maps, file,
                  prim_file, unicode, io_lib, string, ets, proplists, binary, sets, erl_lint, erl_internal]],
    _ = erl_ddll:info(),
    {value, 3, _} = evaluate(parse("1+2."), []),
    erts_debug:set_internal_state(available_internal_state, true),
    %% Waiting for deallocations waits for running async jobs too, and the witness may be holding one.
    put(wait_for, case os:getenv("DDLLTOOL_ASYNC_TAKES") of false -> deallocations; _ -> thread_progress end),
    ClockFile = os:getenv("DDLLTOOL_WITNESS"),
    {ok, Clock} = file:open(ClockFile, [read, write, raw, binary]),
    stop_clock(Clock),
    {ok, Linked} = erl_ddll:loaded_drivers(),
    S = #state{port = Port, out = Out, ref = make_ref(), base_ports = erlang:ports(), clock = Clock},
    answer(S, {hello, list_to_binary(erlang:system_info(otp_release)), list_to_binary(erlang:system_info(version)),
               list_to_binary(erlang:system_info(driver_version)), [list_to_binary(N) || N <- Linked],
               list_to_binary(erl_ddll:format_error({open_error, -10})), 1 + last_port()}),
    loop(S).

last_port() -> lists:max([list_to_integer(lists:nthtail(length("#Port<0."), lists:droplast(erlang:port_to_list(P))))
                          || P <- erlang:ports()]).

%% Stops the clock on a whole millisecond of the emulator's own time, where a timer for N ms fires after exactly N.
stop_clock(Clock) ->
    ok = file:pwrite(Clock, 8, <<1:64/native>>),
    Rest = erlang:monotonic_time(nanosecond) rem 1000000,
    set_clock(Clock, if Rest > 0 -> 1000000 - Rest; Rest < 0 -> -Rest; true -> 0 end).

set_clock(Clock, Ns) ->
    {ok, <<Was:64/signed-native>>} = file:pread(Clock, 16, 8),
    ok = file:pwrite(Clock, 16, <<(Was + Ns):64/signed-native>>).

%% The witness answers getpid() with the number of driver events so far: a question that needs no wait.
events() -> list_to_integer(os:getpid()).

loop(S = #state{port = Port}) ->
    receive
        {Port, {data, Data}} -> loop(command(binary_to_term(Data), S));
        {Port, eof} -> erlang:halt(0, [{flush, false}]);
        {'EXIT', Port, _} -> erlang:halt(0, [{flush, false}]);
        Other -> loop(note(Other, S))
    end.

answer(#state{out = Out}, Term) ->
    Bytes = term_to_binary(Term),
    ok = file:write(Out, [<<(byte_size(Bytes)):32>>, Bytes]).

command({begin_scenario, Folder, Processes}, S0) ->
    ok = file:set_cwd(unicode:characters_to_list(Folder)),
    S = begin_scenario(Processes, S0),
    answer(S, {processes, [P#proc.pid || P <- S#state.procs]}),
    S;
command({call, Name, Texts, Bindings}, S0) ->
    case read_call(Texts) of
        {refused, _} = Refused -> answer(S0, Refused), S0;
        Calls -> answer(S0, ready), S0#state{ready = S0#state.ready ++ [{Name, Calls, Bindings}]}
    end;
command({advance, Ns}, S0) ->
    S = advance(Ns, S0),
    answer(S, ok),
    S;
%% Calls begin here: a coordinator that was still to hear of the look, sooner or later, would be one process more, or less,
%% that has something to do while they are made, and that decides what comes first.
command(look, S0) ->
    Begun = lists:foldl(fun({Name, Calls, Bindings}, S1) -> call(Name, Calls, Bindings, S1) end,
                        S0#state{ready = []}, S0#state.ready),
    {Look, S} = settle_and_look(Begun),
    answer(S, Look),
    S;
command(end_step, S0) ->
    S = end_step(S0),
    answer(S, ok),
    S;
command({apply, M, F, A}, S) ->
    answer(S, try apply(M, F, A) of V -> {value, V} catch C:R -> {C, R} end),
    S;
command(end_scenario, S0) ->
    S = end_scenario(S0),
    Base = S#state.base_ports,
    IsClean = fun() -> erl_ddll:info() =:= [] andalso erlang:ports() -- Base =:= [] end,
    %% A port may wait for a timer before it closes; a driver that is permanent stays.
    Stays = fun() -> lists:any(fun({_, Items}) -> lists:member({permanent, true}, Items) end, erl_ddll:info()) end,
    Clean = quiet(IsClean, 20) orelse (not Stays() andalso later_quiet(IsClean, S)),
    answer(S, if Clean -> ok; true -> dirty end),
    S.

later_quiet(Test, S) ->
    tick(20000000, 1000000, S),
    quiet(Test, 200).

%% On a node that is not the player's own: nothing of it is stopped or held up.
begin_scenario(Processes) ->
    process_flag(trap_exit, true),
    process_flag(priority, high),
    Base = erlang:ports(),
    put(base_ports, Base),
    put(wait_for, nothing),
    S = begin_scenario(Processes, #state{ref = make_ref(), base_ports = Base}),
    {[P#proc.pid || P <- S#state.procs], S}.

begin_scenario(Processes, S0) ->
    Self = self(),
    Ref = S0#state.ref,
    Base = S0#state.base_ports,
    Steps = counters:new(1, []),
    Procs = [begin
                 {Pid, _} = spawn_monitor(fun() -> actor_begins(Self, Ref, Trap, Base, Steps) end),
                 receive {Ref, ready, Pid} -> ok end,
                 #proc{name = Name, pid = Pid}
             end || {Name, Trap} <- Processes],
    S0#state{procs = Procs, steps = Steps, number = 0, ready = [], caller = none, returned = none, outcomes = [], arrived = 0, held = [],
             late = [], exits = []}.

call_and_look(Name, Texts, Bindings, S0) ->
    case read_call(Texts) of
        {refused, _} = Refused -> {Refused, S0};
        Calls -> settle_and_look(call(Name, Calls, Bindings, S0))
    end.

read_call(Texts) ->
    case catch [{literals(parse_text(Text)), parse_pattern(Pattern)} || {Text, Pattern} <- Texts] of
        {'EXIT', _} -> {refused, <<"the emulator cannot read the call">>};
        Calls -> Calls
    end.

settle_and_look(S0) ->
    S = settle(S0),
    {look(S), S}.

call(Name, Calls, Bindings, S0) ->
    Proc = #proc{pid = Pid} = lists:keyfind(Name, #proc.name, S0#state.procs),
    N = S0#state.number + 1,
    Pid ! {S0#state.ref, run, N, Calls, Bindings},
    S0#state{number = N, caller = N,
             procs = lists:keystore(Name, #proc.name, S0#state.procs, Proc#proc{waiting = N})}.

parse_text(Text) -> parse(unicode:characters_to_list(Text) ++ ".").

parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Exprs} = erl_parse:parse_exprs(Tokens),
    Exprs.

%% Binaries that stand in a call reach the driver as a compiler would have made them: erl_eval builds each with room to
%% grow, and a driver's outputv sees another vector. Patterns stay as they are.
literals({bin, Anno, Elements} = Bin) ->
    case lists:all(fun({bin_element, _, Value, _, _}) -> is_constant(Value) end, Elements) of
        true -> call_form(Anno, binary_to_term, call_form(Anno, term_to_binary, Bin));
        false -> {bin, Anno, literals(Elements)}
    end;
literals({Kind, Anno, Pattern, Expr}) when Kind =:= generate; Kind =:= b_generate; Kind =:= match ->
    {Kind, Anno, Pattern, literals(Expr)};
literals({clause, Anno, Patterns, Guards, Body}) -> {clause, Anno, Patterns, Guards, literals(Body)};
literals(Tuple) when is_tuple(Tuple) -> list_to_tuple(literals(tuple_to_list(Tuple)));
literals([First | Rest]) -> [literals(First) | literals(Rest)];
literals(Other) -> Other.

call_form(Anno, Function, Argument) ->
    {call, Anno, {remote, Anno, {atom, Anno, erlang}, {atom, Anno, Function}}, [Argument]}.

is_constant({op, _, _, Value}) -> is_constant(Value);
is_constant({Kind, _, _}) -> lists:member(Kind, [integer, char, float, string]);
is_constant(_) -> false.

%% Only what Erlang itself takes for a pattern can bind inside a batch.
parse_pattern(none) -> none;
parse_pattern(Text) ->
    try parse(unicode:characters_to_list(Text) ++ " = Ddlltool_Value.") catch _:_ -> none end.

%% --- what is seen -------------------------------------------------------------------------------------------------

note({Ref, outcome, N, Outcome}, S = #state{ref = Ref}) ->
    case N =:= S#state.caller of
        true -> S#state{outcomes = S#state.outcomes ++ [Outcome]};
        false -> S
    end;
note({Ref, returned, N, Pid, Outcomes, Events}, S = #state{ref = Ref}) ->
    Proc = lists:keyfind(Pid, #proc.pid, S#state.procs),
    S1 = S#state{procs = lists:keystore(Pid, #proc.pid, S#state.procs, Proc#proc{waiting = none})},
    case N =:= S#state.caller of
        true -> S1#state{returned = {Outcomes, Events}};
        false -> S1#state{late = S#state.late ++ [{Proc#proc.name, lists:last(Outcomes)}]}
    end;
note({Ref, arrived, N, Pid, Messages}, S = #state{ref = Ref}) ->
    Proc = lists:keyfind(Pid, #proc.pid, S#state.procs),
    New = lists:nthtail(min(length(Messages), Proc#proc.seen), Messages), % others were reported in an earlier step
    S#state{procs = lists:keystore(Pid, #proc.pid, S#state.procs, Proc#proc{seen = 0}),
            held = S#state.held ++ [{Proc#proc.name, M} || M <- New],
            arrived = if N =:= S#state.caller -> length(New); true -> S#state.arrived end};
note({'DOWN', _, process, Pid, Reason}, S) ->
    case lists:keyfind(Pid, #proc.pid, S#state.procs) of
        false -> S;
        Proc -> S#state{exits = S#state.exits ++ [{Proc#proc.name, Reason}]}
    end;
note(_, S) -> S.

collect(S) -> receive M = {R, _, _, _, _, _} when R =:= S#state.ref -> collect(note(M, S));
                      M = {R, outcome, _, _} when R =:= S#state.ref -> collect(note(M, S));
                      M = {R, _, _, _, _} when R =:= S#state.ref -> collect(note(M, S));
                      M = {'DOWN', _, process, _, _} -> collect(note(M, S))
              after 0 -> S end.

%% The node rests when nothing changes in several rounds, each of which lets every process run, every signal arrive and
%% every deferred task of the emulator be done.
settle(S) -> settle(S, none, 0).
settle(S, _, 3) -> S;
settle(S0, Before, Same) ->
    barrier(),
    S = collect(S0),
    Now = sample(S),
    case Now =:= Before andalso at_rest(Now) andalso jobs_at_rest(S) of
        true -> settle(S, Now, Same + 1);
        false -> settle(S, Now, 0)
    end.

barrier() ->
    process_flag(priority, low),
    erlang:yield(),
    erlang:yield(),
    case get(wait_for) of
        nothing -> receive after 1 -> ok end;
        Wanted -> erts_debug:set_internal_state(wait, Wanted)
    end,
    erlang:yield(),
    process_flag(priority, high).

sample(S) ->
    {events(), [process_info(P#proc.pid, [status, message_queue_len, reductions]) || P <- S#state.procs],
     erlang:ports(), S#state.returned, length(S#state.late), length(S#state.exits)}.

at_rest({_, Processes, _, _, _, _}) ->
    lists:all(fun(undefined) -> true;
                 ([{status, Status} | _]) -> Status =:= waiting orelse Status =:= suspended
              end, Processes).

%% Async jobs that a scenario gives a duration (see witness.cpp): none, or the running one is not due.
jobs_at_rest(#state{clock = none}) -> true;
jobs_at_rest(#state{clock = File}) ->
    {ok, <<Clock:64/signed-native, _:24/binary, Begun:64/native, Done:64/native, Ends:64/signed-native>>} =
        file:pread(File, 16, 56),
    Begun =:= Done orelse Ends > Clock.

look(S) ->
    Return = case S#state.returned of
                 _ when S#state.caller =:= none -> none;
                 none -> {blocked, S#state.outcomes};
                 {Outcomes, Events} -> {returned, Outcomes, S#state.arrived, Events}
             end,
    {look, Return, S#state.late, [{P#proc.name, mail(P, S)} || P <- S#state.procs], S#state.exits, info(), events()}.

mail(#proc{name = Name, pid = Pid, seen = Seen}, S) ->
    Held = [M || {N, M} <- S#state.held, N =:= Name],
    case process_info(Pid, messages) of
        undefined -> Held;
        {messages, All} ->
            Story = story_messages(All, S),
            Held ++ lists:nthtail(min(Seen, length(Story)), Story)
    end.

story_messages(All, #state{ref = Ref}) -> [M || M <- All, not (is_tuple(M) andalso tuple_size(M) > 0 andalso element(1, M) =:= Ref)].

info() -> try erl_ddll:info() catch _:_ -> info() end.

end_step(S) ->
    counters:add(S#state.steps, 1, 1),
    Procs = [end_step(P, S) || P <- S#state.procs],
    (collect(S))#state{procs = Procs, caller = none, returned = none, outcomes = [], arrived = 0, held = [],
                 late = [], exits = []}.

end_step(P = #proc{pid = Pid, waiting = none}, #state{ref = Ref}) ->
    Pid ! {Ref, flush},
    case quiet(fun() -> receive {Ref, flushed, Pid} -> true after 0 -> not is_process_alive(Pid) end end, 100000) of
        true -> P#proc{seen = 0};
        false -> P
    end;
end_step(P = #proc{pid = Pid}, S) -> % it waits inside a call: its mailbox is not ours to empty
    case process_info(Pid, messages) of
        undefined -> P;
        {messages, All} -> P#proc{seen = length(story_messages(All, S))}
    end.

end_scenario(S) ->
    [exit(P#proc.pid, kill) || P <- S#state.procs],
    quiet(fun() -> not lists:any(fun(P) -> is_process_alive(P#proc.pid) end, S#state.procs) end, 100000),
    flush_own(),
    S#state{procs = []}.

flush_own() -> receive {'DOWN', _, process, _, _} -> flush_own() after 0 -> ok end.

quiet(_, 0) -> false;
quiet(Test, Rounds) ->
    case Test() of
        true -> true;
        false -> barrier(), quiet(Test, Rounds - 1)
    end.

%% In single milliseconds, the emulator's own, each run to its end; a very long time in a thousand parts.
advance(Ns, S) when Ns =< 0 -> S;
advance(Ns, S) ->
    Part = max(1000000, Ns div 5000 div 1000000 * 1000000),
    tick(Ns, Part, S).

tick(0, _, S) -> S;
tick(Left, Part, S) ->
    Now = min(Left, Part),
    set_clock(S#state.clock, Now),
    barrier(),
    true = quiet(fun() -> jobs_at_rest(S) end, 1000000),
    tick(Left - Now, Part, S).

%% --- a process of the scenario ------------------------------------------------------------------------------------

actor_begins(Main, Ref, Trap, BasePorts, Steps) ->
    process_flag(trap_exit, Trap),
    put(base_ports, BasePorts),
    Main ! {Ref, ready, self()},
    actor(Main, Ref, Steps).

actor(Main, Ref, Steps) ->
    receive
        {Ref, flush} ->
            _ = arrived(Ref),
            Main ! {Ref, flushed, self()},
            actor(Main, Ref, Steps);
        {Ref, run, N, Calls, Bindings} ->
            Tell = fun(Outcome) -> Main ! {Ref, outcome, N, Outcome} end,
            Step = counters:get(Steps, 1),
            GoesOn = fun() -> counters:get(Steps, 1) =:= Step end,
            Outcomes = run(Tell, GoesOn, Calls, lists:foldl(fun({K, V}, B) ->
                                                            erl_eval:add_binding(binary_to_atom(K, utf8), V, B)
                                                    end, erl_eval:new_bindings(), Bindings)),
            Main ! {Ref, returned, N, self(), Outcomes, events()},
            case lists:last(Outcomes) of
                {exit, Reason} -> exit(Reason);
                _ -> ok
            end,
            %% An exit signal that the call caused takes effect at the first receive, not before.
            Main ! {Ref, arrived, N, self(), arrived(Ref)},
            actor(Main, Ref, Steps)
    end.

arrived(Ref) -> receive M when not (is_tuple(M) andalso tuple_size(M) > 0 andalso element(1, M) =:= Ref) ->
                        [M | arrived(Ref)]
                after 0 -> [] end.

%% Each outcome is sent at once: the process may not live to send them all. None follows exit/1, nor a call that waited
%% until its step was over.
run(_, _, [], _) -> [];
run(Tell, GoesOn, [{Exprs, Pattern} | More], Bindings) ->
    Outcome = try evaluate(Exprs, Bindings) of {value, V, _} -> {value, V} catch C:R -> {C, R} end,
    Tell(Outcome),
    case Outcome of
        {error, {Unbound, _}} when Unbound =:= unbound; Unbound =:= unbound_var -> [Outcome];
        {exit, _} -> [Outcome];
        _ ->
            case GoesOn() of
                true -> [Outcome | run(Tell, GoesOn, More, bind(Pattern, Outcome, Bindings))];
                false -> [Outcome]
            end
    end.

bind(none, _, Bindings) -> Bindings;
bind(Pattern, {value, V}, Bindings) ->
    try evaluate(Pattern, erl_eval:add_binding('Ddlltool_Value', V, Bindings)) of
        {value, _, New} -> erl_eval:del_binding('Ddlltool_Value', New)
    catch _:_ -> Bindings end;
bind(_, _, Bindings) -> Bindings.

evaluate(Exprs, Bindings) ->
    erl_eval:exprs(Exprs, Bindings, {value, fun(F, As) -> call({erlang, F}, As) end}, {value, fun call/2}).

%% The player's own ports are none of the scenario's.
call({erlang, ports}, []) -> erlang:ports() -- get(base_ports);
call({M, F}, As) -> apply(M, F, As);
call(F, As) when is_function(F) -> apply(F, As).
