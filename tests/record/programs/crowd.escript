#!/usr/bin/env escript
%% Jobs of a driver that end when they end, a long message, and four owners at once.
-mode(compile).

main([Live | _]) ->
    ok = erl_ddll:load(Live, echo),
    Port = open_port({spawn_driver, "echo"}, []),
    [begin port_control(Port, 3, []), port_command(Port, integer_to_list(N)) end || N <- lists:seq(1, 5)],
    [receive {Port, {data, _}} -> ok end || _ <- lists:seq(1, 5)],
    port_command(Port, binary:copy(<<"x">>, 100000)),
    receive {Port, {data, Long}} -> 100000 = length(Long) end,
    Self = self(),
    [spawn(fun() -> owner(Self) end) || _ <- lists:seq(1, 4)],
    [receive done -> ok end || _ <- lists:seq(1, 4)],
    {ok, pending_driver, Ref} = erl_ddll:try_unload(echo, [{monitor, pending_driver}, kill_ports]),
    receive {'DOWN', Ref, driver, echo, unloaded} -> ok end.

owner(Parent) ->
    Port = open_port({spawn_driver, "echo"}, []),
    [port_command(Port, [N]) || N <- lists:seq(1, 20)],
    port_close(Port),
    Parent ! done.
