internal import ContainerEngine
internal import Crypto
internal import Foundation

/// An image with a training program that tells all it sees of its surroundings, for tests of the container contract.
///
/// It has an entry point, a `CMD`, a working directory, a variable and files of its own, so that one sees what becomes of them;
/// its program is `/bin/probe`, and `/bin/train` is the same. What it found stands, line by line, in
/// `/opt/ml/output/data/<host>.probe`, and `ProbeReport` reads it. Then it does what `$PROBE` says, in the shell's words.
public enum ProbeImage {
    /// Who the program runs as.
    public enum User: String, Sendable {
        /// As the image has it.
        case root
        /// User 1000.
        case runner
    }

    /// The image's ID, `sha256:…`.
    public static func id(as user: User = .root) async throws -> String {
        try await user == .root ? root.value : runner.value
    }

    private static let root = Task { try await make(.root) }
    private static let runner = Task { try await make(.runner) }

    private static func make(_ user: User) async throws -> String {
        let client = try await EngineFixture.engine()
        // Another script is another image; whoever runs an older test beside has its own.
        let name = "launch-test-probe:\(user)-\(SHA256.hex(script.utf8).prefix(12))"
        if let image = try await client.image(name) { return image.id }
        try await EngineFixture.importImage(
            name, scripts: ["bin/probe": script, "bin/train": script, "opt/ml/code/of-image.py": "print()\n"],
            changes: [
                #"ENTRYPOINT ["/bin/probe", "of-entry-point"]"#, #"CMD ["of-cmd"]"#, "WORKDIR /opt/ml/code",
                "ENV OF_IMAGE=yes", "USER \(user)",
            ], to: client)
        guard let image = try await client.image(name) else { throw EngineFixture.Missing("the probe's image") }
        return image.id
    }

    private static let script = #"""
        #!/bin/sh
        # Everything that may hold any byte is in base64, so that a line is a line.
        code() { base64 | tr -d '\n'; }
        note() { printf '%s\n' "$*" >>"$report"; }
        now() { date +%s; }

        host=$(hostname)
        report=/opt/ml/output/data/$host.probe
        trap 'echo "signal TERM"; note "signal TERM $(now)"; term=1' TERM

        note "argument $(printf %s "$0" | code)"
        for word in "$@"; do note "argument $(printf %s "$word" | code)"; done
        note "folder $(pwd)"
        note "user $(id -u)"
        xargs -0 -n 1 sh -c 'printf "variable "; printf %s "$0" | base64 | tr -d "\n"; echo' </proc/$$/environ >>"$report"
        while read -r line; do note "mount $line"; done </proc/mounts
        note "shm $(df -k /dev/shm | awk 'NR == 2 { print $2 }')"
        find /opt/ml ! -path "$report" | while IFS= read -r path; do
            # A pipe is only looked at: opening it would take its first epoch.
            if [ -p "$path" ]; then content=; elif [ -f "$path" ]; then content=$(code <"$path"); else content=; fi
            note "path $(stat -c '%a %u' "$path") $(stat -c %F "$path" | tr ' ' -) $(printf %s "$path" | code) $content"
        done
        awk 'NR > 1 { print $1, $2 }' /proc/net/route | while read -r line; do note "route $line"; done
        # Nobody goes before all have met. Who still runs, the engine's name server tells: it forgets who has ended.
        address() { awk -v name="$1" '{ for (i = 2; i <= NF; i++) if ($i == name) { print $1; exit } }' /etc/hosts; }
        running() {
            timeout 3 nslookup "$1" 2>/dev/null | awk '/^Name:/ { seen = 1 } seen && /^Address/ { print $NF; exit }'
        }
        say() { timeout 2 nc "$1" 7001 </dev/null 2>/dev/null; }
        config=/opt/ml/input/config/resourceconfig.json
        names=$(sed 's/"instance_groups".*//; s/.*"hosts":\[\([^]]*\)\].*/\1/; s/[",]/ /g' "$config")
        others=; for name in $names; do [ "$name" = "$host" ] || others="$others $name"; done
        echo met >/tmp/word
        [ -z "$others" ] || { while :; do nc -l -p 7001 </tmp/word >/dev/null 2>&1; done; } &
        note "host $host $(address "$host")"
        for name in $others; do
            while :; do
                found=$(address "$name")
                [ -z "$found" ] || [ -z "$(say "$found")" ] || break
                usleep 50000
            done
            note "host $name $found"
        done
        echo done >/tmp/word
        for name in $others; do
            # One that is not known any more has seen that all were done.
            while found=$(running "$name"); [ -n "$found" ] && [ "$(say "$found")" != done ]; do
                usleep 50000
            done
        done
        echo "probe of $host: $# arguments"
        eval "${PROBE:-true}"
        """#
}
