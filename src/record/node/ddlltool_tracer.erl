%% The tracer of `ddlltool record`: its functions are in tracer.cpp.
-module(ddlltool_tracer).
-export([enabled/3, trace/5, attached/0, note/1]).
-on_load(init/0).

init() -> erlang:load_nif(filename:join(filename:dirname(code:which(?MODULE)), "tracer"), 0).

enabled(_, _, _) -> erlang:nif_error(not_loaded).

trace(_, _, _, _, _) -> erlang:nif_error(not_loaded).

%% Whether there is a recording that can be written to.
attached() -> erlang:nif_error(not_loaded).

note(_) -> erlang:nif_error(not_loaded).
