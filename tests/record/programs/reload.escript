#!/usr/bin/env escript
%% Another file takes the driver's name, and waits for a port; then one that is no driver at all.
-mode(compile).

main([Live, Drivers | _]) ->
    Dir = list_to_binary(Live),
    {ok, loaded} = erl_ddll:try_load(Dir, "counter", []),
    Port = open_port({spawn_driver, counter}, [binary]),
    <<"v1">> = port_control(Port, 3, []),
    put_in_place(Drivers ++ "/counter_v2.so", Live),
    {ok, pending_driver, Ref} =
        erl_ddll:try_load(Dir, "counter", [{reload, pending_driver}, {monitor, pending_driver}]),
    true = port_close(Port),
    receive {'UP', Ref, driver, _, loaded} -> ok end,
    Fresh = open_port({spawn, "counter"}, [binary]),
    <<"v2">> = port_control(Fresh, 3, []),
    true = port_close(Fresh),
    ok = file:write_file(Live ++ "/counter.new", <<"this is no library">>),
    ok = file:rename(Live ++ "/counter.new", Live ++ "/counter.so"),
    {error, {open_error, _}} = erl_ddll:reload(Dir, counter),
    {error, {open_error, _}} = erl_ddll:load(Dir, counter),
    put_in_place(Drivers ++ "/counter_v1.so", Live),
    ok = erl_ddll:load(Dir, counter).

put_in_place(Library, Live) ->
    {ok, _} = file:copy(Library, Live ++ "/counter.new"),
    ok = file:rename(Live ++ "/counter.new", Live ++ "/counter.so").
