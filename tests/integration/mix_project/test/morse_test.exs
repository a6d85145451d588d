defmodule MorseTest do
  use ExUnit.Case

  test "letters become signs" do
    port = Morse.open()
    assert Morse.encode(port, "sos") == "... --- ..."
    assert_raise ArgumentError, fn -> Morse.encode(port, "5") end
    assert Morse.close(port) == :ok
  end
end
