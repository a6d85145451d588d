%% Runs a scenario in a test of Common Test or EUnit: real processes, real ports, real drivers. What they do and what is
%% seen of it is ddlltool_player's work; this module says whether it is what the scenario expects.
%%
%% Calls and patterns are Erlang as text; see ddlltool_match.erl. What a step expects must hold within patience/0, because
%% other threads and the emulator take their time.
%%
%%   play(Config | Folder, Scenario)    Folder, or data_dir of Config, holds the drivers. Gives ok, {skip, Why} or raises
%%
%% Each scenario has a node of its own, which peer starts (OTP 25 and later). Without peer it is run on the node of the
%% tests: then no two at the same time, because the scenario's work folder is the current one, and none whose driver some
%% scenario before it has left there.
%%
%% A scenario is a list:
%%
%%   {title, Text}, {file, Text}     what failures are called by
%%   {seconds, N}                    real time for all of it
%%   {async_threads, N}, {environment, [{Name, Value}]}    of its node
%%   {drivers, [Name]}
%%   {paths, [{Variable, Folder}]}
%%   {processes, [{Name, Variable, TrapExit}]}
%%   {strict, boolean()}             nobody may receive or end who is not named
%%   {steps, [Step]}                 each begins with its number in the scenario
%%
%%   {N, call, Name, Call, Expected}           Expected: [{returns, Pattern} | {raises, Class, Pattern} | blocks |
%%   {N, calls, Name, [Call], Expected}            {outcomes, [any | {returns, ...} | {raises, ...}]} |
%%                                                 {unblocks, [{Name, any | {returns, ...} | {raises, ...}}]} |
%%                                                 {receives, [{Name, [Pattern | '|']}]} | {exits, [{Name, Pattern}]}]
%%   {N, install, File, How, Library}          How: rename | overwrite | remove
%%   {N, driver, Name, [{status, S} | {port_count, I} | {users, [{Variable, I}]}]}
%%   {N, file, File, [{exists, B} | {size, I} | {bytes, Pattern} | {contains, Binary} | {sha256, Hex}]}
%%   {repeat, Times, [Step]}
-module(ddlltool_story).
-export([play/2, here/3, patience/0]).

-record(s, {player, names = [], bindings = [], strict = false, data}).

%% Milliseconds of real time; the environment variable DDLLTOOL_PATIENCE names others.
patience() ->
    case os:getenv("DDLLTOOL_PATIENCE") of
        false -> 5000;
        Text -> list_to_integer(Text)
    end.

play(Where, Scenario) ->
    {Data, Work} = folders(Where),
    Result = case code:ensure_loaded(peer) of
                 {module, peer} -> on_a_node_of_its_own(Data, Work, Scenario);
                 {error, _} -> on_this_node(Data, Work, Scenario)
             end,
    case Result of
        {failed, Text} ->
            io:put_chars([$\n, Text, $\n]),
            erlang:error({story_failed, unicode:characters_to_list(Text)});
        _ -> Result
    end.

%% What a driver breaks, and what of it stays, is gone with the node.
on_a_node_of_its_own(Data, Work, Scenario) ->
    Self = self(),
    Tag = make_ref(),
    %% The node ends with this process at the latest.
    {_, Monitor} = spawn_monitor(fun() -> Self ! {Tag, ask_node(start_node(Scenario), Data, Work, Scenario)} end),
    receive
        {Tag, Result} -> erlang:demonitor(Monitor, [flush]), Result;
        {'DOWN', Monitor, process, _, Reason} -> {failed, io_lib:format("no node could be started: ~tp", [Reason])}
    end.

start_node(Scenario) ->
    process_flag(trap_exit, true),
    Own = [Dir || Dir <- code:get_path(), not lists:prefix(code:lib_dir(), Dir)],
    Path = lists:append([["-pa", filename:absname(Dir)] || Dir <- Own]),
    {ok, Node, _} = peer:start_link(#{connection => standard_io, wait_boot => 60000,
                                      args => ["+A", integer_to_list(value(async_threads, Scenario)) | Path],
                                      env => [{"ERL_CRASH_DUMP_SECONDS", "0"} | value(environment, Scenario)]}),
    Node.

ask_node(Node, Data, Work, Scenario) ->
    Number = peer:call(Node, os, getpid, []),
    Seconds = value(seconds, Scenario),
    Said = try peer:call(Node, ?MODULE, here, [Data, Work, Scenario], Seconds * 1000)
           catch
               exit:{timeout, _} -> {failed, io_lib:format("it did not end within ~b s", [Seconds])};
               Class:Reason -> {failed, io_lib:format("the node died: ~p ~tP", [Class, Reason, 8])}
           end,
    case Said of
        {failed, _} -> os:cmd("kill -KILL " ++ Number); % one that hangs does not listen
        _ -> ok
    end,
    catch peer:stop(Node),
    _ = file:del_dir_r(Work), % what a node that died has left
    case Said of
        {failed, Why} -> {failed, [value(title, Scenario), $\n, value(file, Scenario), $\n, Why]};
        _ -> Said
    end.

on_this_node(Data, Work, Scenario) ->
    {ok, Loaded} = erl_ddll:loaded_drivers(),
    There = [Name || Name <- value(drivers, Scenario), lists:member(Name, Loaded)],
    Threads = erlang:system_info(thread_pool_size),
    case {There, value(environment, Scenario), value(async_threads, Scenario)} of
        {[], [], Threads} -> here(Data, Work, Scenario, fun ddlltool_player:end_scenario/1);
        {[], [], _} -> {skip, "this node has another number of async threads"};
        {[], _, _} -> {skip, "this node has its environment already"};
        {_, _, _} -> {skip, lists:flatten(["loaded already: ", lists:join(", ", There)])}
    end.

%% On this node, which ends after the scenario: nothing of it is cleared away, which a driver may be unable to survive.
here(Data, Work, Scenario) -> here(Data, Work, Scenario, fun(_) -> ok end).

here(Data, Work, Scenario, End) ->
    Self = self(),
    Tag = make_ref(),
    {Pid, Monitor} = spawn_monitor(fun() -> Self ! {Tag, in_folder(Work, fun() -> whole(Data, Scenario, End) end)} end),
    receive
        {Tag, Result} -> erlang:demonitor(Monitor, [flush]), Result;
        {'DOWN', Monitor, process, Pid, Reason} -> {failed, io_lib:format("the story ended: ~tp", [Reason])}
    end.

folders(Folder) when is_list(hd(Folder)); is_integer(hd(Folder)) ->
    Root = case os:getenv("TMPDIR") of false -> "/tmp"; Given -> Given end,
    {filename:absname(Folder), filename:join(Root, unique("ddlltool-" ++ os:getpid()))};
folders(Config) ->
    {data_dir, Data} = lists:keyfind(data_dir, 1, Config),
    {priv_dir, Private} = lists:keyfind(priv_dir, 1, Config),
    {filename:absname(Data), filename:absname(filename:join(Private, unique("story")))}.

unique(Name) -> lists:concat([Name, "-", erlang:unique_integer([positive])]).

in_folder(Work, Play) ->
    {ok, Was} = file:get_cwd(),
    ok = filelib:ensure_dir(filename:join(Work, "x")),
    ok = file:set_cwd(Work),
    try Play() after ok = file:set_cwd(Was), file:del_dir_r(Work) end.

whole(Data, Scenario, End) ->
    [ok = filelib:ensure_dir(filename:join(Folder, "x")) || {_, Folder} <- value(paths, Scenario)],
    Processes = value(processes, Scenario),
    {Pids, Player} = ddlltool_player:begin_scenario([{Name, Trap} || {Name, _, Trap} <- Processes]),
    Bindings = value(paths, Scenario) ++ [{Variable, Pid} || {{_, Variable, _}, Pid} <- lists:zip(Processes, Pids)],
    S = #s{player = Player, names = [Name || {Name, _, _} <- Processes], bindings = Bindings,
           strict = value(strict, Scenario), data = Data},
    try steps(value(steps, Scenario), S) of
        _ -> ok
    catch
        throw:{differs, N, What, Differences} ->
            {failed, [io_lib:format("step ~b: ~ts~n", [N, What]) |
                      [io_lib:format("  ~ts~n    expected ~ts~n    got      ~ts~n", [On, Wanted, Got])
                       || {On, Wanted, Got} <- Differences]]}
    after
        End(Player)
    end.

value(Key, Scenario) -> {Key, Value} = lists:keyfind(Key, 1, Scenario), Value.

%% --- steps --------------------------------------------------------------------------------------------------------

steps(Steps, S) -> lists:foldl(fun step/2, S, Steps).

%% What a round has bound is forgotten after it.
step({repeat, Times, Steps}, S) ->
    lists:foldl(fun(_, Before) -> (steps(Steps, Before))#s{bindings = Before#s.bindings} end, S, lists:seq(1, Times));
step({N, call, Name, Call, Expected}, S) ->
    Outcome = [E || E <- Expected, is_outcome(E)],
    does(N, Name, [Call], case Outcome of [One] -> [One]; [] -> [any] end, Expected -- Outcome, S);
step({N, calls, Name, Calls, Expected}, S) ->
    {outcomes, Outcomes} = lists:keyfind(outcomes, 1, Expected),
    does(N, Name, Calls, Outcomes, lists:keydelete(outcomes, 1, Expected), S);
step({_, install, File, How, Library}, S) ->
    install(How, filename:join(S#s.data, Library), File), % what fails shows itself at the load
    S;
step({N, driver, Name, Expected}, S) ->
    watch(N, io_lib:format("driver ~ts", [Name]), fun(Look, B) -> driver(Name, Expected, Look, S#s{bindings = B}) end, S);
step({N, file, File, Expected}, S) ->
    watch(N, io_lib:format("file ~ts", [File]), fun(_, B) -> file(File, Expected, B) end, S).

is_outcome({returns, _}) -> true;
is_outcome({raises, _, _}) -> true;
is_outcome(_) -> false.

does(N, Name, Calls, Outcomes, Expected, S) ->
    Values = [{atom_to_binary(Variable, utf8), Value} || {Variable, Value} <- S#s.bindings],
    Texts = [{unicode:characters_to_binary(Call), binds(Outcome, Calls)} || {Call, Outcome} <- lists:zip(Calls, Outcomes)],
    {Look, Player} = ddlltool_player:call_and_look(Name, Texts, Values, S#s.player),
    What = io_lib:format("~ts: ~ts", [Name, lists:join(", ", Calls)]),
    check(N, What, fun(Seen, B) -> called(Name, Outcomes, Expected, Seen, S#s{bindings = B}) end, Look, S#s{player = Player}).

%% Inside of several calls what the pattern of one binds is there for the next.
binds({returns, Pattern}, [_, _ | _]) -> unicode:characters_to_binary(Pattern);
binds(_, _) -> none.

watch(N, What, Check, S) ->
    {Look, Player} = ddlltool_player:settle_and_look(S#s.player),
    check(N, What, Check, Look, S#s{player = Player}).

check(N, What, Check, Look, S) -> check(N, What, Check, Look, erlang:monotonic_time(millisecond) + patience(), S).

check(N, What, Check, Look, Until, S) ->
    case Check(Look, S#s.bindings) of
        {[], Bindings} -> S#s{player = ddlltool_player:end_step(S#s.player), bindings = Bindings};
        {Differences, _} ->
            case erlang:monotonic_time(millisecond) < Until of
                false -> throw({differs, N, What, Differences});
                true ->
                    receive after 10 -> ok end,
                    {Later, Player} = ddlltool_player:settle_and_look(S#s.player),
                    check(N, What, Check, Later, Until, S#s{player = Player})
            end
    end.

install(remove, _, File) -> file:delete(File);
install(overwrite, Library, File) -> file:copy(Library, File);
install(rename, Library, File) ->
    Fresh = File ++ ".new",
    _ = filelib:ensure_dir(File),
    case file:copy(Library, Fresh) of
        {ok, _} -> file:rename(Fresh, File);
        Error -> Error
    end.

%% --- what is expected ---------------------------------------------------------------------------------------------

called(_, _, _, {refused, Why}, S) -> {[{"call", "a call", Why}], S#s.bindings};
called(Name, Outcomes, Expected, {look, Return, Late, Mail, Exits, _, _}, S) ->
    Ended = lists:keymember(Name, 1, Exits),
    {Got, Blocked, Before} = case Return of
                                 {returned, All, Messages, _} -> {All, false, Messages};
                                 {blocked, Some} -> {Some, true, all}
                             end,
    Blocks = lists:member(blocks, Expected),
    {D0, B0} = outcomes(1, Outcomes, Got, Ended, S#s.bindings),
    D1 = if Blocks, not Blocked -> [{"call", "(it blocks)", "(it returned)"}];
            Blocked, not Blocks, not Ended -> [{"call", "(it returns)", "(it blocks)"}];
            true -> []
         end,
    {D2, B1} = unblocked(find(unblocks, Expected), Late, B0),
    {D3, B2} = received(find(receives, Expected), Mail, Name, Before, B1),
    {D4, B3} = ended(find(exits, Expected), Exits, B2),
    D5 = strictly(S#s.strict, Mail, find(receives, Expected), Exits, find(exits, Expected)),
    {(if D1 =:= [] -> D0; true -> D1 end) ++ D2 ++ D3 ++ D4 ++ D5, B3}.

find(Key, Expected) -> case lists:keyfind(Key, 1, Expected) of {Key, Value} -> Value; false -> [] end.

%% An exception ends a list of calls as it ends a function; a process that has ended gives no more.
outcomes(_, [], _, _, B) -> {[], B};
outcomes(_, _, [], true, B) -> {[], B};
outcomes(_, [_ | _], [], false, B) -> {[], B}; % it blocks, which is checked by itself
outcomes(N, [Wanted | Outcomes], [Got | More], Ended, B) ->
    case outcome(Wanted, Got, Ended, B) of
        {ok, New} -> outcomes(N + 1, Outcomes, More, Ended, New);
        no -> {[{io_lib:format("call ~b", [N]), wanted(Wanted), got(Got)}], B}
    end.

outcome(any, {value, _}, _, B) -> {ok, B};
outcome(any, _, true, B) -> {ok, B};
outcome({returns, Pattern}, {value, Value}, _, B) -> ddlltool_match:match(Pattern, Value, B);
outcome({raises, Class, Pattern}, {Class, Reason}, _, B) -> ddlltool_match:match(Pattern, Reason, B);
outcome(_, _, _, _) -> no.

unblocked([], _, B) -> {[], B};
unblocked([{Name, Wanted} | More], Late, B) ->
    Result = case lists:keyfind(Name, 1, Late) of
                 false -> no;
                 {Name, Got} -> outcome(Wanted, Got, false, B)
             end,
    case Result of
        {ok, New} -> unblocked(More, Late, New);
        no -> {[{io_lib:format("unblocks ~ts", [Name]), wanted(Wanted),
                 case lists:keyfind(Name, 1, Late) of false -> "(it goes on waiting)"; {_, G} -> got(G) end}], B}
    end.

received([], _, _, _, B) -> {[], B};
received([{Name, Patterns} | More], Mail, Caller, Before, B) ->
    {Name, Messages} = lists:keyfind(Name, 1, Mail),
    %% Only the caller can be asked what came before its call returned.
    Split = case lists:member('|', Patterns) andalso Name =:= Caller andalso Before =/= all of
                true -> length(lists:takewhile(fun(P) -> P =/= '|' end, Patterns)) =:= Before;
                false -> true
            end,
    case Split andalso each([P || P <- Patterns, P =/= '|'], Messages, B) of
        {ok, New} -> received(More, Mail, Caller, Before, New);
        _ -> {[{io_lib:format("receives ~ts", [Name]), listed(Patterns, fun(P) -> io_lib:format("~ts", [P]) end),
                listed(Messages, fun shown/1)}], B}
    end.

each([], [], B) -> {ok, B};
each([Pattern | Patterns], [Message | Messages], B) ->
    case ddlltool_match:match(Pattern, Message, B) of {ok, New} -> each(Patterns, Messages, New); no -> no end;
each(_, _, _) -> no.

ended([], _, B) -> {[], B};
ended([{Name, Pattern} | More], Exits, B) ->
    case lists:keyfind(Name, 1, Exits) of
        false -> {[{io_lib:format("exits ~ts", [Name]), Pattern, "(the process goes on)"}], B};
        {Name, Reason} ->
            case ddlltool_match:match(Pattern, Reason, B) of
                {ok, New} -> ended(More, Exits, New);
                no -> {[{io_lib:format("exits ~ts", [Name]), Pattern, shown(Reason)}], B}
            end
    end.

strictly(false, _, _, _, _) -> [];
strictly(true, Mail, Receives, Exits, Ends) ->
    [{io_lib:format("receives ~ts", [Name]), "(nothing)", listed(Messages, fun shown/1)}
     || {Name, Messages} <- Mail, Messages =/= [], not lists:keymember(Name, 1, Receives)] ++
    [{io_lib:format("exits ~ts", [Name]), "(the process goes on)", shown(Reason)}
     || {Name, Reason} <- Exits, not lists:keymember(Name, 1, Ends)].

%% A node says no more of a driver than erl_ddll:info().
driver(Name, Expected, {look, _, _, _, _, Info, _}, S) ->
    Facts = proplists:get_value(Name, Info, none),
    Differences = [{Key, io_lib:format("~tp", [Wanted]), shown(Facts)}
                   || {Key, Wanted} <- Expected, not holds(Key, Wanted, Facts, S)],
    {Differences, S#s.bindings}.

holds(status, not_loaded, Facts, _) -> Facts =:= none;
holds(_, _, none, _) -> false;
holds(status, permanent, Facts, _) -> proplists:get_value(permanent, Facts);
holds(status, linked_in, Facts, _) -> proplists:get_value(linked_in_driver, Facts);
holds(status, unload_pending, Facts, _) -> proplists:get_value(processes, Facts) =:= [];
holds(status, _, Facts, _) -> proplists:get_value(processes, Facts) =/= [];
holds(port_count, Wanted, Facts, _) -> proplists:get_value(port_count, Facts) =:= Wanted;
holds(users, Wanted, Facts, S) ->
    Pids = [{proplists:get_value(Variable, S#s.bindings), Count} || {Variable, Count} <- Wanted],
    lists:sort(Pids) =:= lists:sort(proplists:get_value(processes, Facts)).

file(File, Expected, B) ->
    Contents = file:read_file(File),
    lists:foldl(fun(One, {Differences, Now}) ->
                        case looks(One, Contents, Now) of
                            {ok, New} -> {Differences, New};
                            no -> {Differences ++ [{"file", io_lib:format("~tp", [One]), shown(Contents)}], Now}
                        end
                end, {[], B}, Expected).

looks({exists, Wanted}, Contents, B) -> yes(Wanted =:= (element(1, Contents) =:= ok), B);
looks({size, Size}, {ok, Bytes}, B) -> yes(byte_size(Bytes) =:= Size, B);
looks({bytes, Pattern}, {ok, Bytes}, B) -> ddlltool_match:match(Pattern, Bytes, B);
looks({contains, Part}, {ok, Bytes}, B) -> yes(binary:match(Bytes, Part) =/= nomatch, B);
looks({sha256, Hex}, {ok, Bytes}, B) ->
    yes(lists:flatten([io_lib:format("~2.16.0b", [C]) || <<C>> <= crypto:hash(sha256, Bytes)]) =:= Hex, B);
looks(_, _, _) -> no.

yes(true, B) -> {ok, B};
yes(false, _) -> no.

wanted(any) -> "any value";
wanted({returns, Pattern}) -> Pattern;
wanted({raises, Class, Pattern}) -> io_lib:format("~p:~ts", [Class, Pattern]).

got({value, Value}) -> shown(Value);
got({Class, Reason}) -> io_lib:format("~p:~tp", [Class, Reason]).

shown(Term) -> io_lib:format("~tp", [Term]).

listed([], _) -> "(nothing)";
listed(Items, Show) -> lists:join(", ", [Show(Item) || Item <- Items]).
