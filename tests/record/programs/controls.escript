#!/usr/bin/env escript
%% 100,000 controls that answer the same, and as many that each answer something else.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, counter),
    Port = open_port({spawn_driver, "counter"}, [binary]),
    [<<"v1">> = port_control(Port, 3, []) || _ <- lists:seq(1, 100000)],
    [port_control(Port, 1, []) || _ <- lists:seq(1, 1000)],
    true = port_close(Port),
    ok = erl_ddll:unload(counter).
