# fish completion for ddlltool: ddlltool completions fish | source

function __ddlltool_words
    set -l typed (commandline -opc) (commandline -ct)
    set -l answer (command $typed[1] completions words -- $typed[2..-1] 2>/dev/null)
    test (count $answer) -gt 0; or return
    set -l head (string split \t -- $answer[1])
    printf '%s\n' $answer[2..-1]
    # fish offers file names itself only where it may offer all of them.
    contains -- $head[1] files folders; or return
    set -l before (string length -- "$head[3]")
    set -l file (string sub -s (math $before + 1) -- "$typed[-1]")
    for found in $file*
        if test -d "$found"
            printf '%s\n' "$head[3]$found/"
        else if test $head[1] = files; and string match -q -- "*$head[2]" "$found"
            printf '%s\n' "$head[3]$found"
        end
    end
end

complete -c ddlltool -f -a '(__ddlltool_words)'
