defmodule Morse do
  @moduledoc "Morse code by a linked-in driver. The caller owns it: `open/0` loads it, `close/1` unloads it."

  def open do
    :ok = :erl_ddll.load(:code.priv_dir(:morse), 'morse')
    :erlang.open_port({:spawn_driver, 'morse'}, [])
  end

  def encode(port, text), do: :erlang.port_control(port, 1, text) |> List.to_string()

  def close(port) do
    true = :erlang.port_close(port)
    :erl_ddll.unload('morse')
  end
end
