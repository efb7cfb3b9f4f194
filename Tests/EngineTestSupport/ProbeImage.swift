internal import Foundation
internal import LaunchContainerEngine
internal import LaunchCrypto

/// An image with a training program that reports its environment, for tests of the container contract.
///
/// The image has its own entry point, `CMD`, working directory, variable and files, so that tests see what becomes of
/// them. The program is `/bin/probe`, also as `/bin/train`. It writes its findings line by line to
/// `/opt/ml/output/data/<host>.probe`, which `ProbeReport` parses. Then it evaluates `$PROBE` as a shell script.
public enum ProbeImage {
    /// The user of the program.
    public enum User: String, Sendable {
        /// The user of the image.
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
        // Another script gives another image name, so older versions of the tests can run at the same time.
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
        # Values that may contain any byte are in base64, so that each fills one line.
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
            # A pipe is not opened, because that would consume its first epoch.
            if [ -p "$path" ]; then content=; elif [ -f "$path" ]; then content=$(code <"$path"); else content=; fi
            note "path $(stat -c '%a %u' "$path") $(stat -c %F "$path" | tr ' ' -) $(printf %s "$path" | code) $content"
        done
        awk 'NR > 1 { print $1, $2 }' /proc/net/route | while read -r line; do note "route $line"; done
        # Each host waits until it has met all others. The engine's name server forgets a host that has ended.
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
            # A host that has disappeared has seen that all were done.
            while found=$(running "$name"); [ -n "$found" ] && [ "$(say "$found")" != done ]; do
                usleep 50000
            done
        done
        echo "probe of $host: $# arguments"
        eval "${PROBE:-true}"
        """#
}
