%% Roman numerals. The caller owns the driver: open/0 loads it, close/1 unloads it.
-module(roman).
-export([open/0, numeral/2, close/1]).

open() ->
    ok = erl_ddll:load(code:priv_dir(roman), roman),
    open_port({spawn_driver, "roman"}, []).

numeral(Port, Number) -> port_control(Port, 1, integer_to_list(Number)).

close(Port) ->
    true = port_close(Port),
    erl_ddll:unload(roman).
