/**
 * The completion of zsh. It asks as that of bash does; what is answered is told there.
 *
 * Not that of @bomb.sh/tab: its script runs what stands before a `=` through `eval`, and puts paths of a version into the
 * line unquoted, which would then run what they hold.
 */
export const ZSH_SCRIPT = String.raw`#compdef lading
# zsh completion for lading; in ~/.zshrc, after compinit: source <(lading completion zsh)

_lading() {
    local out line value tab=$'\t'
    local -a candidates
    # (Q) takes quotes away and expands nothing: what was typed is passed on, and never evaluated.
    out="$(lading complete -- "${'${(@Q)words[2,CURRENT]}'}" 2>/dev/null)" || return 1
    # What --flag=VALUE is about is its value.
    [[ "$PREFIX" == -*=* ]] && compset -P 1 '*='
    for line in "${'${(@f)${out%:*}}'}"; do
        value="${'${line%%$tab*}'}"
        [[ -n "$value" ]] && candidates+=("${'${value//:/\\\\:}'}:${'${line#*$tab}'}")
    done
    if (( $#candidates )); then
        _describe lading candidates
    elif [[ "${'${out##*:}'}" == 0 ]]; then
        _files
    fi
}

if [[ "${'${funcstack[1]}'}" == _lading ]]; then
    _lading "$@"
else
    compdef _lading lading
fi
`
