%% Loads, uses and unloads a driver on a real node again and again, and says after each time what is left of it. Used by
%% tests/ordinary/run.py, which writes a file {Folders, Driver}, a folder for each time, and reads lines "cycle: N KEY VALUE KEY VALUE...".
-module(ordinary_node).
-export([main/1]).

-define(PORTS, 5).
-define(DATA, <<"hello 12 world=5">>).

main(File) ->
    process_flag(trap_exit, true),
    {ok, [{Folders, Name}]} = file:consult(File),
    lists:foreach(
        fun({N, Folder}) ->
            Library = filename:join(Folder, Name ++ ".so"),
            report(N, Library, cycle(Folder, Name, Library))
        end,
        lists:zip(lists:seq(1, length(Folders)), Folders)),
    erlang:halt(0).

%% Whether the code of that very file was there.
cycle(Folder, Name, Library) ->
    ok = erl_ddll:load(Folder, Name),
    lists:foreach(fun(_) -> use(Name) end, lists:seq(1, ?PORTS)),
    Runs = is_mapped(Library),
    Down = erl_ddll:monitor(driver, {list_to_atom(Name), unloaded}),
    case erl_ddll:unload(Name) of
        {error, permanent} ->
            io:format("permanent~n"),
            erlang:halt(0);
        ok ->
            receive {'DOWN', Down, driver, _, unloaded} -> Runs after 20000 -> erlang:halt("it was not unloaded") end
    end.

use(Name) ->
    Port = open_port({spawn_driver, Name}, [binary]),
    [catch port_control(Port, N, Data) || N <- [0, 1, 2, 9], Data <- [<<>>, ?DATA]],
    [catch erlang:port_call(Port, N, [1, 2, 3]) || N <- [0, 1]],
    [catch port_command(Port, Data) || Data <- [<<>>, ?DATA, term_to_binary({a, [1, "b"]})]],
    flush(25),
    catch port_close(Port),
    flush(0).

flush(Wait) ->
    receive _ -> flush(Wait) after Wait -> ok end.

is_mapped(Library) ->
    lists:any(fun(Line) -> string:find(Line, Library) =/= nomatch end, lines("/proc/self/maps")).

report(N, Library, Runs) ->
    lists:foreach(fun erlang:garbage_collect/1, processes()),
    timer:sleep(5),
    Maps = lines("/proc/self/maps"),
    [Rss] = [Value || Line <- lines("/proc/self/status"), ["VmRSS:", Value | _] <- [string:lexemes(Line, " \t")]],
    io:format("cycle: ~p rss ~s heap ~p maps ~p threads ~p fds ~p children ~p mapped ~p runs ~p~n",
              [N, Rss, heap(Maps, 0) div 1024, length(Maps), count("/proc/self/task"), count("/proc/self/fd"), children(),
               is_mapped(Library), Runs]).

%% What malloc has from the system: the emulator's own allocators do not use it. An arena of a thread is a writable part
%% of 64 MB, and the rest of them that nobody may touch.
heap([Line | Maps], Sum) ->
    {From, To, Rights} = range(Line),
    Arena = 16#4000000,
    Heap = case Maps of
        _ when Rights =:= "rw-p" -> lists:suffix("[heap]", Line) orelse arena(From, To, Maps, Arena);
        _ -> false
    end,
    heap(Maps, case Heap of true -> Sum + To - From; false -> Sum end);
heap([], Sum) ->
    Sum.

arena(From, To, [Next | _], Arena) ->
    From rem Arena =:= 0 andalso range(Next) =:= {To, From + Arena, "---p"};
arena(_, _, [], _) ->
    false.

range(Line) ->
    [From, To, Rights | _] = string:lexemes(Line, "- "),
    case Rights of
        "p" -> {list_to_integer(From, 16), list_to_integer(To, 16), "---p"};
        _ -> {list_to_integer(From, 16), list_to_integer(To, 16), hd(string:lexemes(lists:nthtail(length(From) + length(To) + 2, Line), " "))}
    end.

lines(File) ->
    {ok, Text} = file:read_file(File),
    string:lexemes(binary_to_list(Text), "\n").

count(Folder) ->
    {ok, Names} = file:list_dir(Folder),
    length(Names).

%% Also those that have ended and were not waited for.
children() ->
    {ok, Tasks} = file:list_dir("/proc/self/task"),
    length(lists:append([string:lexemes(lists:append(lines("/proc/self/task/" ++ Task ++ "/children")), " ") || Task <- Tasks])).
