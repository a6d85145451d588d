%% Begins a recording on a node that `ddlltool record` started: `-run ddlltool_recorder start`, from the environment, before
%% anything of the user's own. Plain Erlang of OTP 24 to 29, kernel and stdlib only.
%%
%% From OTP 27 on the recording is a trace session of its own. Before there is one tracer for a process, and it is this one.
-module(ddlltool_recorder).
-export([start/0]).

start() ->
    case ddlltool_tracer:attached() of
        true -> begin_recording();
        false -> ok % an emulator that is not watched
    end.

%% A process of its own, because a session ends with the last who knows it.
begin_recording() ->
    Self = self(),
    Tag = make_ref(),
    Recorder = spawn(fun() ->
                             say_what_is_here(),
                             Tracing = tracing(),
                             watch(Tracing),
                             Self ! Tag,
                             stay(Tracing)
                     end),
    Monitor = monitor(process, Recorder),
    receive
        Tag -> demonitor(Monitor, [flush]), ok;
        {'DOWN', Monitor, process, _, Reason} -> io:format(standard_error, "ddlltool record: ~0tp~n", [Reason])
    end.

stay(Tracing) -> receive stop -> Tracing end.

say_what_is_here() ->
    {module, _} = code:ensure_loaded(erl_ddll), % what is loaded later would not be traced
    {ok, Linked} = erl_ddll:loaded_drivers(),
    Names = [{Name, whereis(Name)} || Name <- registered()],
    Trapping = [Pid || Pid <- processes(), process_info(Pid, trap_exit) =:= {trap_exit, true}],
    ddlltool_tracer:note({list_to_binary(erlang:system_info(otp_release)), list_to_binary(erlang:system_info(version)),
                          [list_to_binary(Driver) || Driver <- Linked], [{N, P} || {N, P} <- Names, is_pid(P)], Trapping}).

%% What the functions of tracing are called with in front: nothing before OTP 27.
tracing() ->
    {module, _} = code:ensure_loaded(erlang),
    case code:ensure_loaded(trace) of
        {module, trace} ->
            case erlang:function_exported(trace, session_create, 3) of
                true -> {session, trace:session_create(ddlltool_record, {ddlltool_tracer, []}, [])};
                false -> all
            end;
        _ -> all
    end.

watch(Tracing) ->
    _ = [code:ensure_loaded(M) || M <- [ct_framework, eunit_test]], % where they are: they say which test runs
    [function(Tracing, Function, Match) || {Function, Match} <- functions() ++ traces(Tracing)],
    pattern(Tracing, send, [{['$1', '_'], [{is_port, '$1'}], []}, {['$1', '_'], [{is_atom, '$1'}], []}]),
    pattern(Tracing, 'receive', receives()),
    processes(Tracing, [call, procs, send, 'receive']).

%% {Node, Sender, Message}: the tracer is told the sender where that is a port.
receives() ->
    [{['_', '$1', '_'], [{is_port, '$1'}], [{message, '$1'}]},
     {['_', '_', {'$1', '_'}], [{is_port, '$1'}], [{message, '$1'}]}, % connected, closed
     {['_', '_', {'EXIT', '$1', '_'}], [{is_port, '$1'}], [{message, '$1'}]},
     {['_', undefined, '_'], [], []}]. % of the emulator, timers, and terms of drivers

-define(ALL, [{'_', [], [{exception_trace}]}]).
-define(FIRST_IS_PORT(More), [{['$1' | More], [{is_port, '$1'}], [{exception_trace}]}]).

functions() ->
    [{{erl_ddll, Name, Arity}, ?ALL}
     || {Name, Arity} <- [{try_load, 3}, {try_unload, 2}, {load, 2}, {load_driver, 2}, {reload, 2}, {reload_driver, 2},
                          {unload, 1}, {unload_driver, 1}, {monitor, 2}, {demonitor, 1}]] ++
    [{{erlang, Name, Arity}, ?ALL}
     || {Name, Arity} <- [{open_port, 2}, {port_command, 2}, {port_command, 3}, {port_control, 3}, {port_call, 2},
                          {port_call, 3}, {port_close, 1}, {port_connect, 2}, {halt, 0}, {halt, 1}, {halt, 2}]] ++
    [{{ct_framework, Name, '_'}, ?ALL} || Name <- [init_tc, end_tc]] ++
    [{{eunit_test, run_testfun, 1}, ?ALL},
     {{erlang, link, 1}, ?FIRST_IS_PORT([])},
     {{erlang, unlink, 1}, ?FIRST_IS_PORT([])},
     {{erlang, exit, 2}, ?FIRST_IS_PORT(['_'])},
     {{erlang, register, 2}, [{['_', '$1'], [{is_port, '$1'}], [{exception_trace}]}]},
     {{erlang, process_flag, 2}, [{[trap_exit, '_'], [], [{exception_trace}]}]},
     {{erlang, monitor, 2}, [{[port, '_'], [], [{exception_trace}]}]}].

%% Where there is one tracer, the user's own tracing is in our way, and we in its.
traces(all) -> [{{erlang, Name, Arity}, ?ALL} || {Name, Arity} <- [{trace, 3}, {trace_pattern, 2}, {trace_pattern, 3}]];
traces({session, _}) -> [].

function({session, Session}, Function, Match) -> trace:function(Session, Function, Match, []);
function(all, Function, Match) -> erlang:trace_pattern(Function, Match, []).

pattern({session, Session}, send, Match) -> trace:send(Session, Match, []);
pattern({session, Session}, 'receive', Match) -> trace:recv(Session, Match, []);
pattern(all, What, Match) -> erlang:trace_pattern(What, Match, []).

processes({session, Session}, Flags) -> trace:process(Session, all, true, Flags);
processes(all, Flags) -> erlang:trace(processes, true, [{tracer, ddlltool_tracer, []} | Flags]).
