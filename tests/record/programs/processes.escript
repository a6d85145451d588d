#!/usr/bin/env escript
%% A port that is given away and closed by another process, messages of a driver, and an owner that is killed.
-mode(compile).

main([Live | _]) ->
    register(keeper, self()),
    process_flag(trap_exit, true),
    ok = erl_ddll:load(Live, echo),
    Port = open_port({spawn_driver, "echo"}, [binary]),
    true = port_command(Port, <<"to the keeper">>),
    <<"to the keeper">> = data(Port),
    Heir = spawn(fun() -> register(heir, self()), heir() end),
    true = port_connect(Port, Heir),
    true = unlink(Port),
    ask(Heir, {command, Port, <<"to the heir">>}),
    Port ! {Heir, {command, <<"in the name of the heir">>}},
    ask(Heir, {wait, Port}),
    ask(Heir, {wait, Port}),
    Second = open_port({spawn_driver, "echo second"}, [binary]),
    Monitor = monitor(port, Port),
    exit(Heir, kill),
    receive {'DOWN', Monitor, port, Port, Reason} -> killed = Reason end,
    Second ! {self(), close},
    receive {Second, closed} -> ok end,
    receive {'EXIT', Second, normal} -> ok end,
    Owner = spawn_link(fun() ->
                               Third = open_port({spawn_driver, "echo third"}, []),
                               true = port_command(Third, "bytes"),
                               receive {Third, {data, "bytes"}} -> exit(done) end
                       end),
    receive {'EXIT', Owner, done} -> ok end,
    ok = erl_ddll:unload(echo).

data(Port) -> receive {Port, {data, Data}} -> Data end.

ask(Heir, What) -> Heir ! {self(), What}, receive {Heir, Answer} -> Answer end.

heir() ->
    receive
        {From, {command, Port, Data}} -> From ! {self(), port_command(Port, Data)}, heir();
        {From, {wait, Port}} -> From ! {self(), data(Port)}, heir()
    end.
