defmodule Morse.MixProject do
  use Mix.Project

  def project do
    [
      app: :morse,
      version: "1.0.0",
      compilers: [:driver | Mix.compilers()],
      aliases: [test: ["test", &rehearse/1]]
    ]
  end

  def application, do: []

  # After the unit tests: can the driver be replaced on a live node?
  defp rehearse(_) do
    Mix.Task.run("cmd", ~w(ddlltool check priv/morse.so --workload stories/letters.json --driver-path priv))
  end
end

defmodule Mix.Tasks.Compile.Driver do
  use Mix.Task.Compiler

  def run(_) do
    {output, status} = System.cmd("make", ["-C", "c_src"], stderr_to_stdout: true)
    if status != 0, do: Mix.raise(output)
    Mix.Project.build_structure()
    {:ok, []}
  end
end
