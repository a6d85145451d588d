#!/usr/bin/env escript
%% One process, one driver, one port; ends by halt/1.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, counter),
    Port = open_port({spawn_driver, "counter"}, [binary]),
    <<"1">> = port_control(Port, 1, []),
    <<"6">> = port_control(Port, 1, <<"5">>),
    <<"v1">> = port_control(Port, 3, []),
    {'EXIT', {badarg, _}} = (catch port_control(Port, 77, [])),
    true = port_close(Port),
    {'EXIT', {badarg, _}} = (catch port_control(Port, 2, [])),
    ok = erl_ddll:unload(counter),
    halt(3).
