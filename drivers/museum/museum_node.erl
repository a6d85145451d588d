%% Plays an exhibit of the museum on a real node, and says what is seen there. Used by scripts/museum-on-node, which
%% writes a file {Folder, Museum, [{Name, Library}], [Operation]} and reads lines "museum: What Value".
%%
%% An operation is a text, a verb and its arguments. Names of libraries: "exhibit" (the twin that is played), "other"
%% (the other one), "old", or RULE/found. The driver lives in Folder/live, or in the folder that an operation names.
-module(museum_node).
-export([main/1]).

main([File]) ->
    process_flag(trap_exit, true),
    {ok, [{Folder, Museum, Libraries, Operations}]} = file:consult(File),
    State = #{folder => Folder, museum => Museum, libraries => Libraries, ports => [], before => erlang:ports()},
    lists:foldl(fun(Text, S) -> do(string:lexemes(Text, " "), S) end, State, Operations),
    see(done, yes),
    erlang:halt(0).

see(What, Value) ->
    io:format("museum: ~s ~s~n", [What, text(Value)]),
    Value.

text(Value) when is_binary(Value) -> text(binary_to_list(Value));
text(Value) -> case io_lib:printable_latin1_list(Value) of true -> Value; false -> io_lib:format("~0p", [Value]) end.

%% --- files ---

do(["put", Name | To], S) ->
    File = place(To, S),
    New = File ++ ".new",
    {ok, _} = file:copy(library(Name, S), New),
    ok = file:rename(New, File),
    S;
do(["overwrite", Name], S) ->
    {ok, _} = file:copy(library(Name, S), place([], S)),
    S;

%% --- loading ---

do(["load" | From], S) ->
    loaded(erl_ddll:try_load(folder(From, S), exhibit, [])),
    S;
do(["load_killing"], S) ->
    loaded(erl_ddll:try_load(folder([], S), exhibit, [{driver_options, [kill_ports]}])),
    S;
do(["load_elsewhere"], S) ->
    Self = self(),
    Loader = spawn(fun() -> loaded(erl_ddll:try_load(folder([], S), exhibit, [])), Self ! {self(), done} end),
    receive {Loader, done} -> ok end,
    timer:sleep(200),
    S;
do(["loaded"], S) ->
    {ok, Names} = erl_ddll:loaded_drivers(),
    see(loaded, case lists:member("exhibit", Names) of true -> yes; false -> no end),
    S;
do(["unload"], S) ->
    Start = erlang:monotonic_time(millisecond),
    see(unload, case erl_ddll:try_unload(exhibit, [{monitor, pending_driver}]) of
        {ok, pending_driver, Ref} -> awaited(Ref);
        {ok, Other} -> Other;
        {error, Reason} -> Reason
    end),
    see(unload_ms, erlang:monotonic_time(millisecond) - Start),
    S;
do(["reload" | From], S) ->
    see(reload, reload(folder(From, S))),
    S;
do(["reload_killing"], S) ->
    Options = [{reload, pending_driver}, {monitor, pending_driver}, {driver_options, [kill_ports]}],
    see(reload, case erl_ddll:try_load(folder([], S), exhibit, Options) of
        {ok, pending_driver, Ref} -> awaited(Ref);
        {error, Reason} -> Reason
    end),
    S;
do(["reload_elsewhere"], S) ->
    Self = self(),
    spawn(fun() -> Self ! {reloaded, reload(folder([], S))} end),
    see(reload, receive {reloaded, Result} -> Result end),
    S;

%% --- ports ---

do(["open"], S = #{ports := Ports}) ->
    S#{ports := try [open() | Ports] after see(open, ok) end};
do(["try_open"], S) ->
    Self = self(),
    Opener = spawn(fun() -> Self ! {self(), try is_port(open()) of true -> ok catch error:Reason -> Reason end} end),
    see(open, receive {Opener, Result} -> Result after 1500 -> blocked end),
    S;
do(["control"], S = #{ports := [Port | _]}) ->
    see(control, try erlang:port_control(Port, 1, <<"x">>) catch error:Reason -> Reason end),
    S;
do(["count"], S = #{ports := [Port | _]}) ->
    see(count, erlang:port_control(Port, 2, <<>>)),
    S;
do(["command"], S = #{ports := [Port | _]}) ->
    true = erlang:port_command(Port, <<"x">>),
    S;
do(["try_count"], S = #{ports := [Port | _]}) ->
    see(count, try erlang:port_control(Port, 2, <<>>) catch error:Reason -> Reason end),
    S;
do(["try_command"], S = #{ports := [Port | _]}) ->
    Self = self(),
    Sender = spawn(fun() -> erlang:port_command(Port, <<"x">>), Self ! {self(), sent} end),
    see(command, receive {Sender, sent} -> sent after 1500 -> blocked end),
    S;
do(["send_long"], S = #{ports := [Port | _]}) ->
    true = erlang:port_command(Port, binary:copy(<<"a">>, 100000)),
    S;
do(["close"], S = #{ports := [Port | Rest]}) ->
    true = erlang:port_close(Port),
    S#{ports := Rest};
do(["try_close"], S = #{ports := [Port | Rest]}) ->
    see(close, try erlang:port_close(Port) catch error:Reason -> Reason end),
    S#{ports := Rest};
do(["locking"], S = #{ports := [Port | _]}) ->
    {locking, Level} = erlang:port_info(Port, locking),
    see(locking, Level),
    S;
do(["ports"], S = #{before := Before}) ->
    see(ports, length(erlang:ports() -- Before)),
    S;
do(["innocent" | Trapping], S) ->
    Self = self(),
    {Pid, _} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trapping =/= []),
        open(),
        Self ! {self(), opened},
        receive never -> ok end
    end),
    receive {Pid, opened} -> ok end,
    S#{innocent => Pid};
do(["fate"], S = #{innocent := Pid}) ->
    see(fate, receive {'DOWN', _, process, Pid, Reason} -> Reason after 1000 -> alive end),
    S;
do(["goodbye"], S) ->
    see(goodbye, receive goodbye -> heard after 300 -> none end),
    S;
do(["heard"], S) ->
    see(heard, receive {_, {data, _}} -> yes after 500 -> no end),
    S;
do(["received"], S) ->
    %% Whatever allocates next.
    Others = [binary:copy(<<"b">>, 100000) || _ <- lists:seq(1, 50)],
    Data = receive {_, {data, Bytes}} -> Bytes after 1000 -> <<>> end,
    see(received, case binary:copy(<<"a">>, 100000) of Data -> intact; _ -> damaged end),
    S#{others => Others};
do(["controls", Times], S = #{ports := [Port | _]}) ->
    [erlang:port_control(Port, 1, <<"x">>) || _ <- lists:seq(1, list_to_integer(Times))],
    S;
do(["race", Step, Rounds], S) ->
    see(counts, race(open(), list_to_integer(Step), list_to_integer(Rounds), 1)),
    S;

%% --- looking ---

do(["sleep", Milliseconds], S) ->
    timer:sleep(list_to_integer(Milliseconds)),
    S;
do(["mapped", Part], S) ->
    {ok, Maps} = file:read_file("/proc/self/maps"),
    see(mapped, case binary:match(Maps, list_to_binary(Part)) of nomatch -> no; _ -> yes end),
    S;
do(["stack"], S) ->
    {ok, Maps} = file:read_file("/proc/self/maps"),
    [Line] = [Line || Line <- binary:split(Maps, <<"\n">>, [global]), binary:match(Line, <<"[stack]">>) =/= nomatch],
    see(stack, lists:nth(2, string:lexemes(binary_to_list(Line), " "))),
    S;
do(["grow", Kind, Turns | Cycle], S) ->
    Play = fun(_, State) -> lists:foldl(fun(Word, Last) -> do([Word], Last) end, State, Cycle) end,
    Warm = lists:foldl(Play, S, [1, 2, 3]),
    timer:sleep(600),
    Before = amount(Kind),
    End = lists:foldl(Play, Warm, lists:seq(1, list_to_integer(Turns))),
    timer:sleep(600),
    see(grown, amount(Kind) - Before),
    End;
do(["tick"], S) ->
    S#{tickers => [spawn(fun() -> tick(now_ms(), 0) end) || _ <- lists:seq(1, 8)]};
do(["pause"], S = #{tickers := Tickers}) ->
    %% The longest time that each of the tickers stood still: the shortest of those.
    [Ticker ! {self(), tell} || Ticker <- Tickers],
    see(pause, lists:min([receive {Ticker, Longest} -> Longest end || Ticker <- Tickers])),
    S;
do(["watch"], S) ->
    Self = self(),
    Watcher = spawn(fun() -> receive {monitor, Self, long_schedule, _} -> Self ! long_schedule end end),
    erlang:system_monitor(Watcher, [{long_schedule, 100}]),
    timer:sleep(10), % who runs already is not watched
    S;
do(["watched"], S) ->
    see(long_schedule, receive long_schedule -> yes after 1000 -> no end),
    S;
do(["signal" | Names], S) ->
    os:cmd(lists:join("; sleep 0.1; ", ["kill -" ++ Name ++ " " ++ os:getpid() || Name <- Names])),
    S;
do(["cwd"], S = #{folder := Folder}) ->
    {ok, Now} = file:get_cwd(),
    see(cwd, case Now of Folder -> same; _ -> changed end),
    S;
do(["children"], S) ->
    see(children, length(lists:flatmap(fun lines_of/1, filelib:wildcard("/proc/self/task/*/children")))),
    S;
do(["emulators"], S) ->
    {ok, Own} = file:read_link("/proc/self/exe"),
    Group = process_group("/proc/self/stat"),
    see(emulators, length([File || File <- filelib:wildcard("/proc/[0-9]*/exe"), file:read_link(File) =:= {ok, Own},
                                   process_group(filename:dirname(File) ++ "/stat") =:= Group])),
    S;
do(["policies"], S) ->
    see(policies, [lists:nth(39, Words) || File <- filelib:wildcard("/proc/self/task/*/stat"),
                                            Words <- [after_name(File)], Words =/= []]),
    S;
do(["file"], S) ->
    {ok, File} = file:open("/etc/passwd", [read, raw]),
    S#{file => File};
do(["read"], S = #{file := File}) ->
    see(read, case file:read(File, 1) of {ok, _} -> ok; {error, Reason} -> Reason end),
    S;
do(["divide", Small, By], S) ->
    see(quotient, list_to_float(Small) / list_to_integer(By)),
    S;
do(["localtime"], S) ->
    calendar:local_time(),
    S;
do(["bystander"], S = #{museum := Museum}) ->
    ok = erl_ddll:load(filename:join(Museum, "bystander"), bystander),
    S#{bystander => open_port({spawn_driver, "bystander"}, [])};
do(["bystander", Command], S = #{bystander := Port}) ->
    see(bystander, erlang:port_control(Port, list_to_integer(Command), [])),
    S.

%% --- what the operations are made of ---

lines_of(File) ->
    case file:read_file(File) of {ok, Bytes} -> string:lexemes(binary_to_list(Bytes), " "); _ -> [] end.

%% The words of a stat file of /proc behind the name, in which anything may stand.
after_name(File) ->
    case file:read_file(File) of
        {ok, Bytes} -> string:lexemes(lists:last(string:split(binary_to_list(Bytes), ") ", trailing)), " ");
        _ -> []
    end.

process_group(File) ->
    case after_name(File) of [_, _, Group | _] -> Group; _ -> none end.

library(Name, #{museum := Museum, libraries := Libraries}) ->
    case proplists:get_value(Name, Libraries) of
        undefined -> filename:join([Museum, Name, "exhibit.so"]);
        File -> File
    end.

folder([], S) -> folder(["live"], S);
folder([Name], #{folder := Folder}) -> Folder ++ "/" ++ Name.

place(To, S) ->
    File = filename:join(folder(To, S), "exhibit.so"),
    ok = filelib:ensure_dir(File),
    File.

open() -> open_port({spawn_driver, "exhibit"}, [binary]).

loaded({ok, How}) -> see(load, How);
loaded({error, Reason}) when is_atom(Reason) -> see(load, Reason);
loaded({error, Reason}) -> see(load, refused), see(error, erl_ddll:format_error(Reason)).

reload(Folder) ->
    case erl_ddll:try_load(Folder, exhibit, [{reload, pending_driver}, {monitor, pending_driver}]) of
        {ok, pending_driver, Ref} -> awaited(Ref);
        {ok, Other} -> Other;
        {error, Reason} -> Reason
    end.

awaited(Ref) ->
    receive
        {'UP', Ref, driver, _, What} -> What;
        {'DOWN', Ref, driver, _, {load_failure, Reason}} -> see(error, erl_ddll:format_error(Reason)), failed;
        {'DOWN', Ref, driver, _, What} -> What
    after 2500 -> pending
    end.

%% Each control adds Step to one count and tells it. Two processes on two schedulers do so at once, round by round, until
%% the count is not what it should be.
race(_, _, 0, _) -> exact;
race(Port, Step, Rounds, Before) ->
    Self = self(),
    Turns = 2000,
    Racers = [spawn_opt(fun() ->
        Own = open(),
        Self ! {self(), ready},
        receive go -> ok end,
        [erlang:port_control(Own, 1, <<>>) || _ <- lists:seq(1, Turns)],
        Self ! {self(), done}
    end, [{scheduler, N}]) || N <- [1, 2]],
    [receive {Racer, ready} -> ok end || Racer <- Racers],
    [Racer ! go || Racer <- Racers],
    [receive {Racer, done} -> ok end || Racer <- Racers],
    After = Before + 2 * Turns,
    case list_to_integer(erlang:port_control(Port, 1, <<>>)) of
        Count when Count =:= Step * After -> race(Port, Step, Rounds - 1, After + 1);
        _ -> lost
    end.

amount("descriptors") ->
    {ok, Names} = file:list_dir("/proc/self/fd"),
    length(Names);
amount("system") ->
    erlang:memory(system) div 1024;
amount("resident") ->
    {ok, Text} = file:read_file("/proc/self/statm"),
    list_to_integer(lists:nth(2, string:lexemes(binary_to_list(Text), " "))) * 4.

now_ms() -> erlang:monotonic_time(millisecond).

tick(Last, Longest) ->
    receive {Pid, tell} -> Pid ! {self(), max(Longest, now_ms() - Last)}
    after 5 ->
        Now = now_ms(),
        tick(Now, max(Longest, Now - Last))
    end.
