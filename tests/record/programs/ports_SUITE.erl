%% Twenty test cases, each with a process that loads, one that owns a port, and one that it is given to.
-module(ports_SUITE).
-compile(export_all).
-compile(nowarn_export_all).

all() -> [list_to_atom("case_" ++ integer_to_list(N)) || N <- lists:seq(1, 20)].

init_per_suite(Config) -> [{live, os:getenv("LIVE")} | Config].

end_per_suite(_) -> ok.

case_1(Config) -> life(1, Config).
case_2(Config) -> life(2, Config).
case_3(Config) -> life(3, Config).
case_4(Config) -> life(4, Config).
case_5(Config) -> life(5, Config).
case_6(Config) -> life(6, Config).
case_7(Config) -> life(7, Config).
case_8(Config) -> life(8, Config).
case_9(Config) -> life(9, Config).
case_10(Config) -> life(10, Config).
case_11(Config) -> life(11, Config).
case_12(Config) -> life(12, Config).
case_13(Config) -> life(13, Config).
case_14(Config) -> life(14, Config).
case_15(Config) -> life(15, Config).
case_16(Config) -> life(16, Config).
case_17(Config) -> life(17, Config).
case_18(Config) -> life(18, Config).
case_19(Config) -> life(19, Config).
case_20(Config) -> life(20, Config).

life(N, Config) ->
    Live = proplists:get_value(live, Config),
    ok = erl_ddll:load(Live, counter),
    Owner = spawn_link(fun() -> owner(N) end),
    Port = ask(Owner, open),
    Heir = spawn_link(fun heir/0),
    ok = ask(Owner, {give, Port, Heir}),
    Sum = integer_to_binary(2 * N),
    Sum = ask(Heir, {add, Port, N}),
    true = ask(Heir, {close, Port}),
    ok = erl_ddll:unload(counter).

ask(Process, What) -> Process ! {self(), What}, receive {Process, Answer} -> Answer end.

owner(N) ->
    receive
        {From, open} ->
            Port = open_port({spawn_driver, "counter"}, [binary]),
            port_control(Port, 1, integer_to_list(N)),
            From ! {self(), Port},
            owner(N);
        {From, {give, Port, Heir}} ->
            true = port_connect(Port, Heir),
            true = unlink(Port),
            From ! {self(), ok},
            owner(N)
    end.

heir() ->
    receive
        {From, {add, Port, N}} -> From ! {self(), port_control(Port, 1, integer_to_binary(N))}, heir();
        {From, {close, Port}} -> From ! {self(), port_close(Port)}, heir()
    end.
