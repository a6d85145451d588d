#compdef ddlltool
# zsh completion for ddlltool: eval "$(ddlltool completions zsh)" after compinit, or as _ddlltool in a folder of $fpath

_ddlltool() {
    local -a answer choices head
    local line word
    local -i found=1
    answer=("${(@f)$(${~words[1]} completions words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    head=("${(@ps:\t:)answer[1]}")
    for line in "${(@)answer[2,-1]}"; do
        word=${line%%$'\t'*}
        [[ -n $word ]] && choices+=("${word//:/\\:}:${line#*$'\t'}")
    done
    (( $#choices )) && _describe -V ddlltool choices && found=0
    if [[ $head[1] == (files|folders) ]]; then
        [[ -n $head[3] ]] && compset -P "${(b)head[3]}"
        if [[ $head[1] == folders ]]; then
            _files -/ && found=0
        elif [[ -n $head[2] ]]; then
            _files -g "*${head[2]}" && found=0
        else
            _files && found=0
        fi
    fi
    return $found
}

if [[ $funcstack[1] == _ddlltool ]]; then
    _ddlltool "$@"
else
    compdef _ddlltool ddlltool
fi
