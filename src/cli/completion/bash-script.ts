/**
 * The completion of bash, from 3.2 on and without the package bash-completion. It asks `lading complete -- WORDS…`, which
 * answers a line for each candidate, a description after a tab, and last a colon and a number: 4 means no files.
 *
 * Not that of @bomb.sh/tab: its script offers files nowhere, doubles what stands before the colon of a ref, runs what was
 * typed through `eval`, and does nothing without bash-completion.
 */
export const BASH_SCRIPT = String.raw`# bash completion for lading; in ~/.bashrc: source <(lading completion bash)

__lading_complete() {
    local typed="${'${COMP_LINE:0:COMP_POINT}'}" IFS=$' \t\n' words current out value rest
    read -ra words <<< "$typed"
    [[ "$typed" == *[[:space:]] ]] && words+=('')
    current="${'${words[${#words[@]}-1]}'}"
    out="$(lading complete -- "${'${words[@]:1}'}" 2>/dev/null)" || return
    [[ "${'${out##*:}'}" == 4 ]] && compopt +o default 2>/dev/null
    # What --flag=VALUE is about is its value.
    [[ "$current" == -*=* ]] && current="${'${current#*=}'}"
    # Readline replaces only what follows the last colon.
    local kept=''
    [[ "$COMP_WORDBREAKS" == *:* && "$current" == *:* ]] && kept="${'${current%:*}'}:"
    COMPREPLY=()
    while IFS=$'\t' read -r value rest; do
        [[ -n "$value" && "$value" == "$current"* ]] || continue
        value="${'${value#"$kept"}'}"
        # Readline puts it into the line as it is, and a path may hold what bash would run.
        [[ "$value" == *[^a-zA-Z0-9_./:@%+=,-]* ]] && printf -v value %q "$value"
        COMPREPLY+=("$value")
    done <<< "${'${out%:*}'}"
}

complete -o default -F __lading_complete lading
`
