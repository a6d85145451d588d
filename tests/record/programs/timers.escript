#!/usr/bin/env escript
%% Timers of a driver: one shot, a series, one that is set later and runs out later, one that is cancelled.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, timer),
    One = open_port({spawn_driver, "timer 20"}, []),
    receive {timeout, One, 1} -> ok end,
    port_control(One, 4, "15"),
    [receive {timeout, One, N} -> ok end || N <- [2, 3, 4]],
    port_control(One, 4, "0"),
    port_control(One, 1, "300"),
    timer:sleep(200),
    Two = open_port({spawn_driver, "timer 200"}, []),
    receive {timeout, One, _} -> ok end,
    receive {timeout, Two, 1} -> ok end,
    port_control(Two, 1, "50000"),
    port_control(Two, 2, []),
    true = port_close(One),
    true = port_close(Two),
    ok = erl_ddll:unload(timer).
