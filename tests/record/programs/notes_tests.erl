-module(notes_tests).
-include_lib("eunit/include/eunit.hrl").

first_test() -> life("1").

second_test() -> life("2").

fixture_test_() ->
    {setup, fun load/0, fun(_) -> ok = erl_ddll:unload(counter) end, [?_test(use("3"))]}.

load() -> ok = erl_ddll:load(os:getenv("LIVE"), counter).

use(Text) ->
    Port = open_port({spawn_driver, "counter"}, [binary]),
    Text = binary_to_list(port_control(Port, 1, Text)),
    true = port_close(Port).

life(Text) ->
    load(),
    use(Text),
    ok = erl_ddll:unload(counter).
