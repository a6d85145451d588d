# bash completion for ddlltool: eval "$(ddlltool completions bash)"

# bash breaks words at = and : (COMP_WORDBREAKS) and replaces only what comes after the last break. So the words are put
# together again for the question, and what stands before the break is taken off the answers.
_ddlltool() {
    local rest=$COMP_LINE typed words=() i kind= suffix= prefix= word doc line
    for ((i = 0; i <= COMP_CWORD; i++)); do
        typed=${rest#"${rest%%[![:space:]]*}"}
        if ((i == 0)) || [[ $typed != "$rest" ]]; then
            words+=("${COMP_WORDS[i]}")
        else
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        fi
        rest=${typed#"${COMP_WORDS[i]}"}
    done
    local current=${words[${#words[@]} - 1]} broken=
    [[ $COMP_WORDBREAKS == *=* && $current == *=* ]] && broken=${current%"${current##*=}"}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=${line%%$'\t'*} line=${line#*$'\t'}
            suffix=${line%%$'\t'*} prefix=${line#*$'\t'}
        else
            word=${line%%$'\t'*}
            COMPREPLY+=("${word#"$broken"}")
        fi
    done < <("${words[0]/#\~/$HOME}" completions words -- "${words[@]:1}" 2>/dev/null)
    [[ $kind == files || $kind == folders ]] || return 0
    compopt -o filenames 2>/dev/null
    local file=${current#"$prefix"} before=${prefix#"$broken"}
    while IFS= read -r line; do
        [[ -d $line || ($kind == files && $line == *"$suffix") ]] && COMPREPLY+=("$before$line")
    done < <(compgen -f -- "$file")
    return 0
}
complete -F _ddlltool ddlltool
