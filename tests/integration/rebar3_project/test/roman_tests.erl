-module(roman_tests).
-include_lib("eunit/include/eunit.hrl").

numerals_test() ->
    Port = roman:open(),
    ?assertEqual(["I", "IV", "MCMXCIV"], [roman:numeral(Port, N) || N <- [1, 4, 1994]]),
    ?assertError(badarg, roman:numeral(Port, 4000)),
    ?assertEqual(ok, roman:close(Port)).
