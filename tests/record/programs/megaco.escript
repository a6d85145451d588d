#!/usr/bin/env escript
%% The scanner of megaco through its own module.
-mode(compile).

main(_) ->
    {ok, Port} = megaco_flex_scanner:start(),
    Message = <<"MEGACO/1 [124.124.124.222]\nTransaction = 9998 {\n Context = - {\n  AuditValue = ROOT { Audit{}}\n }\n}\n">>,
    {ok, _, _, _} = megaco_flex_scanner:scan(Message, Port),
    {ok, _, _, _} = megaco_flex_scanner:scan(Message, Port),
    megaco_flex_scanner:stop(Port).
