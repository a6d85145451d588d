#!/usr/bin/env escript
%% The same operations on a node, in compiled code: prints lines "name nanoseconds", each the fastest of some rounds.
%% Argument: a folder with counter.so and echo.so.
-mode(compile).

main([Dir]) ->
    ok = erl_ddll:load(Dir, echo),
    ok = erl_ddll:load(Dir, counter),
    C = open_port({spawn_driver, "counter"}, [binary]),
    E = open_port({spawn_driver, "echo"}, [binary]),
    show(control, 200000, fun() -> port_control(C, 2, []) end),
    show(echo, 200000, fun() ->
        port_command(E, <<"hello, there">>),
        receive {E, {data, _}} -> ok end
    end),
    true = port_close(C),
    show(open_close, 20000, fun() -> port_close(open_port({spawn_driver, "counter"}, [binary])) end),
    show(reload, 1000, fun() -> ok = erl_ddll:reload(Dir, counter) end).

show(Name, N, Fun) ->
    Best = lists:min([round(Fun, N) || _ <- lists:seq(1, 5)]),
    io:format("~s ~b~n", [Name, Best * 1000 div N]).

round(Fun, N) ->
    {Microseconds, _} = timer:tc(fun() -> repeat(Fun, N) end),
    Microseconds.

repeat(_, 0) -> ok;
repeat(Fun, N) -> Fun(), repeat(Fun, N - 1).
