#!/usr/bin/env escript
%% What twelve_steps.json does, on a node. Arguments: the libraries of version 1 and version 2.
main([V1, V2]) ->
    Dir = filename:join("/tmp", "ddlltool-bench-" ++ os:getpid()),
    Live = filename:join(Dir, "counter.so"),
    ok = filelib:ensure_dir(Live),
    {ok, _} = file:copy(V1, Live),
    ok = erl_ddll:load(Dir, counter),
    P = open_port({spawn_driver, "counter"}, [binary]),
    <<"41">> = port_control(P, 1, <<"41">>),
    <<"42">> = port_control(P, 1, []),
    true = port_close(P),
    New = Live ++ ".new",
    {ok, _} = file:copy(V2, New),
    ok = file:rename(New, Live),
    ok = erl_ddll:reload(Dir, counter),
    Q = open_port({spawn_driver, "counter"}, [binary]),
    <<"v2">> = port_control(Q, 3, []),
    true = port_close(Q),
    ok = erl_ddll:unload(counter),
    ok = file:delete(Live),
    ok = file:del_dir(Dir).
