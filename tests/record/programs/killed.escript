#!/usr/bin/env escript
%% A node that ends by kill -9, at once after what it did last.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, echo),
    Port = open_port({spawn_driver, "echo"}, [binary]),
    [begin
         true = port_command(Port, integer_to_binary(N)),
         receive {Port, {data, _}} -> ok end
     end || N <- lists:seq(1, 1000)],
    os:cmd("kill -KILL " ++ os:getpid()),
    receive never -> ok end.
