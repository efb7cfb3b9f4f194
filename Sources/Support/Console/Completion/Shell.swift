/// The shells with a completion script. The scripts do not contain the commands: they call the program.
public enum Shell: String, Sendable, CaseIterable {
    /// GNU bash, 4.4 or later.
    case bash
    /// zsh, 5 or later.
    case zsh
    /// fish, 3 or later.
    case fish

    /// The script for a program with this name.
    public func script(program: String) -> String {
        let function = "_" + String(program.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let template =
            switch self {
            case .bash: Self.bashScript
            case .zsh: Self.zshScript
            case .fish: Self.fishScript
            }
        return template.replacing("@PROGRAM@", with: program).replacing("@FUNCTION@", with: function)
    }

    // bash also splits words at '=' and ':'. The script rebuilds the words from the line, and removes from the
    // candidates the part before the last such split.
    private static let bashScript = #"""
        # bash completion for @PROGRAM@; load it with: source <(@PROGRAM@ completion bash)
        @FUNCTION@_complete() {
            local rest=${COMP_LINE:0:COMP_POINT} current="" trimmed word kind lead option i
            local -a words=() lines=()
            for ((i = 0; i <= COMP_CWORD; i++)); do
                trimmed=${rest#"${rest%%[![:space:]]*}"}
                word=${COMP_WORDS[i]}
                if ((i == COMP_CWORD)); then word=$trimmed; fi
                if ((i > 0)) && [[ $trimmed != "$rest" || -z $current ]]; then
                    words+=("$current")
                    current=""
                fi
                current+=$word
                rest=${trimmed#"$word"}
            done
            mapfile -t lines < <("$1" __complete -- "${words[@]:1}" "$current" 2>/dev/null)
            kind=${lines[0]:-}
            option=""
            if [[ $kind == *$'\t'* ]]; then option=${kind#*$'\t'}; fi
            kind=${kind%%$'\t'*}
            word=$trimmed
            if [[ $word =~ ^[=:]+$ ]]; then word=""; fi
            lead=${current%"$word"}
            COMPREPLY=()
            case $kind in
            files | directories)
                compopt -o filenames 2>/dev/null
                local action=-f
                if [[ $kind == directories ]]; then action=-d; fi
                option=${option#"$lead"}
                mapfile -t COMPREPLY < <(compgen -P "$option" "$action" -- "${word#"$option"}")
                ;;
            words)
                for word in "${lines[@]:1}"; do
                    word=${word%%$'\t'*}
                    printf -v word %q "${word#"$lead"}"
                    COMPREPLY+=("$word")
                done
                ;;
            esac
        }
        complete -F @FUNCTION@_complete @PROGRAM@

        """#

    private static let zshScript = #"""
        #compdef @PROGRAM@
        # zsh completion for @PROGRAM@; load it with: source <(@PROGRAM@ completion zsh)
        @FUNCTION@() {
            local -a lines items
            local line word
            lines=("${(@f)$("${(Q)words[1]}" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
            case ${lines[1]} in
            *$'\t'*) word=${lines[1]#*$'\t'}; compset -p ${#word} ;;
            esac
            case ${lines[1]%%$'\t'*} in
            files)
                _files
                ;;
            directories)
                _files -/
                ;;
            words)
                for line in "${(@)lines[2,-1]}"; do
                    word=${line%%$'\t'*}
                    if [[ $line == *$'\t'* ]]; then
                        items+=("${word//:/\\:}:${line#*$'\t'}")
                    else
                        items+=("${word//:/\\:}")
                    fi
                done
                if ((${#items})); then _describe @PROGRAM@ items; fi
                ;;
            esac
        }
        if [[ ${funcstack[1]} == @FUNCTION@ ]]; then
            @FUNCTION@ "$@"
        else
            compdef @FUNCTION@ @PROGRAM@
        fi

        """#

    private static let fishScript = #"""
        # fish completion for @PROGRAM@; load it with: @PROGRAM@ completion fish | source
        function @FUNCTION@_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l program $words[1]
            set -e words[1]
            set -l lines ($program __complete -- $words "$current" 2>/dev/null)
            set -l first (string split -m 1 -- \t "$lines[1]")
            set -l path (string sub -s (math 1 + (string length -- "$first[2]")) -- "$current")
            switch "$first[1]"
                case files
                    for line in (__fish_complete_path "$path")
                        printf '%s\n' "$first[2]$line"
                    end
                case directories
                    for line in (__fish_complete_directories "$path")
                        printf '%s\n' "$first[2]$line"
                    end
                case words
                    if set -q lines[2]
                        printf '%s\n' $lines[2..-1]
                    end
            end
        end
        complete -c @PROGRAM@ -f -a '(@FUNCTION@_complete)'

        """#
}
