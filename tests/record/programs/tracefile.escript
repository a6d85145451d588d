#!/usr/bin/env escript
%% The driver with which dbg writes traces to a file, opened by dbg.
-mode(compile).

main([Live | _]) ->
    Open = dbg:trace_port(file, Live ++ "/trace"),
    Port = Open(),
    true = port_command(Port, <<"a trace message">>),
    <<0>> = iolist_to_binary(port_control(Port, $f, [])),
    true = port_close(Port).
