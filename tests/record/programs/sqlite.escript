#!/usr/bin/env escript
%% A data base through the module that comes with the driver.
-mode(compile).

main(_) ->
    {ok, _} = sqlite3:open(notes, [in_memory]),
    ok = sqlite3:create_table(notes, note, [{id, integer, [{primary_key, [asc]}]}, {body, text}]),
    {rowid, 1} = sqlite3:write(notes, note, [{body, "first"}]),
    {rowid, 2} = sqlite3:write(notes, note, [{body, "second"}]),
    [{columns, _}, {rows, [_, _]}] = sqlite3:read_all(notes, note),
    ok = sqlite3:close(notes).
