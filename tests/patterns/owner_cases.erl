%% What docs/patterns.md says of its drv_owner, tried on a node. run.py lays out lib/drv-1.0 (runs), lib/drv-2.0 and the
%% scripts of the page, and reads the last line.
-module(owner_cases).
-export([main/1]).

main([Argument]) ->
    Root = atom_to_list(Argument),
    true = code:add_patha(filename:join([Root, "lib", "drv-1.0", "ebin"])),
    ok = logger:set_primary_config(level, none), % some cases end processes on purpose
    ok = application:start(sasl),
    Results = [run(Name, Case, Root) || {Name, Case} <- cases()],
    Failed = length([failed || failed <- Results]),
    io:format("~b passed, ~b failed~n", [length(Results) - Failed, Failed]),
    halt(min(Failed, 1)).

cases() ->
    [{"the owner loads, opens and books", fun books/1},
     {"an upgrade and a downgrade of the application carry the state over", fun up_and_down/1},
     {"the scripts made of the .appup are those of the page", fun scripts/1},
     {"requests wait while the owner is suspended", fun suspended/1},
     {"a driver that refuses: the old one is back before code_change answers", fun refused/1},
     {"an upgrade that was refused leaves the owner suspended and the code path switched", fun refused_upgrade/1},
     {"a reload that waits for the port of another process is taken back", fun timeout/1},
     {"with a second loader nothing happens", fun second_loader/1},
     {"without a release the owner goes on while the reload waits", fun replace/1},
     {"without a release, a driver that refuses", fun replace_refused/1},
     {"a release cannot interfere with a reload that waits", fun replace_meets_release/1},
     {"users that close their ports in their own code_change come first in both directions", fun users_first/1},
     {"an owner that is not the only loader does not start", fun not_alone/1},
     {"an owner that ends is started again and loads again", fun restarted/1},
     {"when the application has stopped the driver is gone", fun stopped/1}].

%% Each case begins with release 1.0 running and ends with nothing loaded.
run(Name, Case, Root) ->
    os:unsetenv("LEDGER_FORMAT"),
    try
        ok = application:start(drv),
        Case(Root),
        finish(Root),
        io:format("ok      ~ts~n", [Name])
    catch
        Class:Reason:Stack ->
            io:format("FAILED  ~ts~n~p~n", [Name, {Class, Reason, Stack}]),
            finish(Root),
            failed
    end.

finish(Root) ->
    catch sys:resume(drv_owner),
    _ = application:stop(drv),
    _ = application:unload(drv),
    path(Root, "1.0"),
    code:purge(drv_owner),
    {module, drv_owner} = code:load_file(drv_owner),
    code:purge(drv_owner).

dir(Root, Version) -> filename:join([Root, "lib", "drv-" ++ Version]).
priv(Root, Version) -> filename:join([dir(Root, Version), "priv", "lib"]).
path(Root, Version) -> true = code:replace_path(drv, filename:join(dir(Root, Version), "ebin")).

books(_Root) ->
    "v1" = drv_owner:version(),
    "40" = drv_owner:book(40),
    "42" = drv_owner:book(2),
    "42" = drv_owner:total(),
    [{_, 1}] = erl_ddll:info(ledger, processes).

up_and_down(Root) ->
    "42" = drv_owner:book(42),
    {ok, _} = release_handler:upgrade_app(drv, dir(Root, "2.0")),
    "v2" = drv_owner:version(),
    "42 in 1 entries" = drv_owner:total(),
    "43" = drv_owner:book(1),
    {ok, _} = release_handler:downgrade_app(drv, "1.0", dir(Root, "1.0")),
    "v1" = drv_owner:version(),
    "43" = drv_owner:total(),
    Owner = whereis(drv_owner),
    [{Owner, 1}] = erl_ddll:info(ledger, processes),
    1 = erl_ddll:info(ledger, port_count).

scripts(Root) ->
    {ok, [Up]} = file:consult(filename:join(Root, "upgrade.script")),
    {ok, [Down]} = file:consult(filename:join(Root, "downgrade.script")),
    {ok, "2.0", Up} = release_handler:upgrade_script(drv, dir(Root, "2.0")),
    {ok, _} = release_handler:upgrade_app(drv, dir(Root, "2.0")),
    {ok, Down} = release_handler:downgrade_script(drv, "1.0", dir(Root, "1.0")).

suspended(Root) ->
    "42" = drv_owner:book(42),
    ok = sys:suspend(drv_owner),
    Request = gen_server:send_request(drv_owner, {control, 1, "1"}),
    path(Root, "2.0"),
    ok = sys:change_code(drv_owner, drv_owner, "1.0", 3000),
    timeout = gen_server:wait_response(Request, 0),
    ok = sys:resume(drv_owner),
    {reply, "43"} = gen_server:wait_response(Request, 5000),
    "v2" = drv_owner:version(),
    path(Root, "1.0"),
    ok = sys:suspend(drv_owner),
    ok = sys:change_code(drv_owner, drv_owner, {down, "1.0"}, 3000),
    ok = sys:resume(drv_owner),
    "v1" = drv_owner:version(),
    "43" = drv_owner:total().

change_code(Patience) ->
    ok = sys:suspend(drv_owner),
    Result = sys:change_code(drv_owner, drv_owner, "1.0", Patience),
    ok = sys:resume(drv_owner),
    Result.

refused(Root) ->
    "42" = drv_owner:book(42),
    Owner = whereis(drv_owner),
    path(Root, "2.0"),
    os:putenv("LEDGER_FORMAT", "1"),
    {error, {error, driver_init_failed}} = change_code(3000),
    "v1" = drv_owner:version(),
    "43" = drv_owner:book(1),
    os:unsetenv("LEDGER_FORMAT"),
    ok = change_code(3000),
    "v2" = drv_owner:version(),
    "43 in 1 entries" = drv_owner:total(),
    Owner = whereis(drv_owner).

refused_upgrade(Root) ->
    "42" = drv_owner:book(42),
    os:putenv("LEDGER_FORMAT", "1"),
    {'EXIT', {code_change_failed, Owner, drv_owner, _, {error, driver_init_failed}}} =
        release_handler:upgrade_app(drv, dir(Root, "2.0")),
    Owner = whereis(drv_owner),
    {status, _, _, [_, suspended | _]} = sys:get_status(drv_owner),
    true = code:lib_dir(drv) =:= dir(Root, "2.0"),
    ok = sys:resume(drv_owner),
    "v1" = drv_owner:version(),
    "42" = drv_owner:total(),
    %% What makes it whole: the old code path. Then the upgrade can be tried again.
    path(Root, "1.0"),
    code:purge(drv_owner),
    os:unsetenv("LEDGER_FORMAT"),
    {ok, _} = release_handler:upgrade_app(drv, dir(Root, "2.0")),
    "v2" = drv_owner:version().

timeout(Root) ->
    "42" = drv_owner:book(42),
    Foreign = open_port({spawn_driver, "ledger"}, []),
    path(Root, "2.0"),
    {error, {error, timeout}} = change_code(20),
    "1" = port_control(Foreign, 1, "1"),
    "v1" = port_control(Foreign, 3, []),
    "42" = drv_owner:total(),
    [{_, 1}] = erl_ddll:info(ledger, processes),
    true = port_close(Foreign),
    ok = change_code(3000),
    "v2" = drv_owner:version().

second_loader(Root) ->
    "42" = drv_owner:book(42),
    ok = erl_ddll:load(priv(Root, "1.0"), ledger),
    path(Root, "2.0"),
    {error, {error, pending_process}} = change_code(3000),
    "v1" = drv_owner:version(),
    "42" = drv_owner:total(),
    ok = erl_ddll:unload(ledger),
    ok = change_code(3000),
    "v2" = drv_owner:version().

replace(Root) ->
    "42" = drv_owner:book(42),
    Foreign = open_port({spawn_driver, "ledger"}, []),
    Request = gen_server:send_request(drv_owner, {replace, priv(Root, "2.0")}),
    {error, replacing} = drv_owner:book(1),
    true = port_close(Foreign),
    {reply, ok} = gen_server:wait_response(Request, 5000),
    "v2" = drv_owner:version(),
    "42 in 1 entries" = drv_owner:total(),
    ok = drv_owner:replace(priv(Root, "1.0")),
    "v1" = drv_owner:version().

replace_refused(Root) ->
    "42" = drv_owner:book(42),
    os:putenv("LEDGER_FORMAT", "1"),
    {error, driver_init_failed} = drv_owner:replace(priv(Root, "2.0")),
    {error, {open_error, _}} = drv_owner:replace("/no/such/folder"),
    "v1" = drv_owner:version(),
    "42" = drv_owner:total().

replace_meets_release(Root) ->
    Foreign = open_port({spawn_driver, "ledger"}, []),
    Request = gen_server:send_request(drv_owner, {replace, priv(Root, "2.0")}),
    {error, {error, replacing}} = change_code(3000),
    Owner = whereis(drv_owner),
    #{replacing := {Ref, _, _, _}} = sys:get_state(drv_owner),
    Owner ! {give_up, Ref},
    {reply, {error, timeout}} = gen_server:wait_response(Request, 5000),
    true = port_close(Foreign),
    "v1" = drv_owner:version().

%% lib/drv-3.0 has an .appup in which drv_app stands for a module of users that needs the owner.
users_first(Root) ->
    {ok, "3.0", Up} = release_handler:upgrade_script(drv, dir(Root, "3.0")),
    [[drv_app, drv_owner]] = [Suspended || {suspend, Suspended} <- Up],
    [drv_app, drv_owner] = [Module || {code_change, up, Changes} <- Up, {Module, _} <- Changes],
    ok = application:stop(drv),
    ok = application:unload(drv),
    path(Root, "3.0"),
    ok = application:start(drv),
    {ok, Down} = release_handler:downgrade_script(drv, "1.0", dir(Root, "1.0")),
    [drv_app, drv_owner] = [Module || {code_change, down, Changes} <- Down, {Module, _} <- Changes].

not_alone(Root) ->
    ok = application:stop(drv),
    ok = erl_ddll:load(priv(Root, "1.0"), ledger),
    {error, {{shutdown, {failed_to_start_child, drv_owner, {other_loaders, _}}}, _}} = application:start(drv),
    ok = erl_ddll:unload(ledger),
    ok = application:start(drv).

restarted(_Root) ->
    Owner = whereis(drv_owner),
    Monitor = monitor(process, Owner),
    [Supervisor] = [Pid || Pid <- element(2, process_info(Owner, links)), is_pid(Pid)],
    exit(Owner, kill),
    receive {'DOWN', Monitor, process, Owner, killed} -> ok end,
    Next = next_owner(Supervisor, Owner),
    "v1" = drv_owner:version(),
    [{Next, 1}] = erl_ddll:info(ledger, processes).

%% The supervisor may hear of the end a moment later than this process.
next_owner(Supervisor, Owner) ->
    case supervisor:which_children(Supervisor) of
        [{drv_owner, Next, worker, _}] when is_pid(Next), Next =/= Owner -> Next;
        _ -> next_owner(Supervisor, Owner)
    end.

stopped(_Root) ->
    ok = application:stop(drv),
    {error, not_loaded} = erl_ddll:try_unload(ledger, []).
