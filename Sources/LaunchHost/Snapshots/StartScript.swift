/// The script that starts a command in a folder of code: `sh .launch-start run|install COMMAND [ARGUMENT…]`.
///
/// It needs a POSIX `sh` and, for executable files, `chmod`; neither bash nor Python. The command replaces the shell, so
/// that it gets signals and its exit code is that of the container. With `sha256sum`, which almost every image has, it first
/// checks that the folder has exactly the files of the list. Pure: the same files give the same text.
struct StartScript {
    /// Up to this size in bytes, code in a folder that cannot be changed is copied to restore execute bits.
    static let mostCopied: Int64 = 256 << 20

    let text: String

    /// - Parameter list: the hashes of the files; nil for a script that does not check them.
    init(_ tree: CodeTree, _ list: CodeList? = nil) {
        let bytes = tree.files.reduce(Int64(0)) { $0 + $1.size }
        // Spelled with ./ so that no name is read as an option.
        let marks = tree.executables.map { "  x \(Self.quoted("./\($0)"))" }
        let restore = marks.isEmpty ? "" : Self.restore(marks.joined(separator: "\n"), bytes)
        text = Self.beginning + (list.map(Self.check) ?? "") + restore + Self.end
    }

    /// A text as one word of the shell.
    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }

    private static let beginning = """
        # launch wrote this file. It starts a command in this folder, the code of a run.
        # Usage: sh .launch-start run|install COMMAND [ARGUMENT...]
        say() { printf 'launch: %s\\n' "$1" >&2; }
        code=${0%/*}
        cd "$code" || { say "the folder of the code, $code, cannot be entered"; exit 126; }
        mode=$1
        shift
        [ $# -gt 0 ] || { say 'the run has no command'; exit 126; }

        """

    /// Ends the start if the folder does not have exactly the files of the list.
    private static func check(_ list: CodeList) -> String {
        let others = list.others.map { "  same \($0.content) \(quoted("./\($0.path)"))\n" }.joined()
        let listed = """
              listed=$(sha256sum -c \(CodeChannel.listFile) 2>/dev/null) ||
                changed "$(printf '%s\\n' "$listed" | grep -v ': OK$' | head -n 3)"

            """
        return """
            # The start command has checked this file, and this file has the hash of the list.
            changed() { say "the code is not what was uploaded: $1"; exit 126; }
            same() { hash=$(sha256sum <"$2") && [ "${hash%% *}" = "$1" ] || changed "$2"; }
            count() {
              for file in "$1"/* "$1"/.[!.]* "$1"/..?*; do
                if [ -d "$file" ]; then count "$file"; elif [ -e "$file" ] || [ -L "$file" ]; then n=$((n + 1)); fi
              done
            }
            if command -v sha256sum >/dev/null 2>&1; then
              same \(list.digest) \(CodeChannel.listFile)
            \(list.text.isEmpty ? "" : listed)\(others)  n=0
              count .
              [ "$n" -eq \(list.count + CodeChannel.ownFiles.count) ] ||
                changed "$n files, and \(list.count + CodeChannel.ownFiles.count) are expected"
            else
              say 'the image has no sha256sum, so the code is not checked'
            fi

            """
    }

    private static func restore(_ marks: String, _ bytes: Int64) -> String {
        let copy = """
              copy=${TMPDIR:-/tmp}/launch-code.$$
              if (umask 077 && mkdir "$copy") && cp -R . "$copy/" && cd "$copy"; then
                say "files in $code cannot be made executable, so the command runs in a copy, $copy"
                lost=
                restore
              fi
            """
        return """
            # Objects have no execute bits.
            x() { [ -x "$1" ] || chmod 755 "$1" 2>/dev/null || lost=1; }
            restore() {
            \(marks)
            }
            lost=
            restore
            if [ -n "$lost" ]; then
            \(bytes <= mostCopied ? copy : "  : # the code is too large to copy")
              [ -z "$lost" ] || say 'some files stay without their execute bit; start them by their interpreter'
            fi

            """
    }

    private static let end = """
        if [ "$mode" = install ] && [ -f requirements.txt ]; then
          python=python3
          command -v python3 >/dev/null 2>&1 || python=python
          say 'installing requirements.txt'
          "$python" -m pip install --no-input --disable-pip-version-check -r requirements.txt >&2 &
          child=$!
          trap 'kill "$child" 2>/dev/null; wait "$child"; exit 143' TERM INT
          wait "$child" || { status=$?; say "requirements.txt cannot be installed (exit code $status)"; exit "$status"; }
          trap - TERM INT
        fi
        exec "$@"

        """
}
