%% The application drv: a supervisor with the owner of docs/patterns.md under it.
-module(drv_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1]).

start(_Type, App) -> supervisor:start_link(?MODULE, App).

stop(_State) -> ok.

init(App) ->
    Owner = #{id => drv_owner, start => {drv_owner, start_link, [App]}, modules => [drv_owner]},
    {ok, {#{strategy => one_for_one, intensity => 1, period => 5}, [Owner]}}.
