#!/usr/bin/env escript
%% A driver that takes the node with it, in the last of its calls.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, crash_in),
    Port = open_port({spawn_driver, "crash_in control segv"}, []),
    port_control(Port, 0, []).
