#!/usr/bin/env escript
%% The gen_server of docs/patterns.md in an application that the release handler upgrades and downgrades.
-mode(compile).

main([Root | _]) ->
    Dir = fun(Version) -> filename:join([Root, "lib", "drv-" ++ Version]) end,
    true = code:add_patha(filename:join(Dir("1.0"), "ebin")),
    ok = logger:set_primary_config(level, none),
    ok = application:start(sasl),
    ok = application:start(drv),
    "42" = drv_owner:book(42),
    {ok, _} = release_handler:upgrade_app(drv, Dir("2.0")),
    "v2" = drv_owner:version(),
    "43" = drv_owner:book(1),
    {ok, _} = release_handler:downgrade_app(drv, "1.0", Dir("1.0")),
    "v1" = drv_owner:version(),
    "43" = drv_owner:total(),
    ok = application:stop(drv).
