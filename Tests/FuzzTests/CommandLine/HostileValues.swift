import FuzzTargets
import LaunchConsole

/// Values for options and arguments: valid ones, and those of a hostile or careless user.
struct HostileValues: Sendable {
    /// Files and folders of the playground, valid and invalid.
    let files: [String]
    /// Existing names that no line may change; they must exist afterwards.
    let kept: [String]
    /// Existing names that lines may change, and names that do not exist.
    let loose: [String]

    /// Words that no command expects.
    private static let words =
        [
            "", " ", "-", "--", "-1", "0", "1", "1e400", "9223372036854775807", "9223372036854775808", "NaN", "0x10",
            "null", "~", "true", "a=b", "=", "=x", "a=", "a.b.c=1", "Tags[0].Key=x", "a[99999999999999999999]=1",
            "a[1000000000]=1", "[0]=1", "{", "}", "[[[[", "{a: {b: c}}", "{{x}}", "${run_id}", "${", "../../etc/passwd",
            "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "$(id)", "`id`", ";id", "*", "%s%n", "a b", "a\tb",
            "a\nb", "\u{1B}[2J", "\u{202E}abc", "\u{9B}2J", "\u{FEFF}", "é", "e\u{301}", "😀", "名前", "a\u{200D}b",
            "latest", "keep:latest", "keep:v1", "keep:v99999999999999999999", "busybox:1", "localhost:5000/a:1",
            "https://user:secret@example.invalid/x.git", "git@host.invalid:x.git", "-oProxyCommand=id", "ext::id",
            "file:///nowhere", "s3://bucket/key", "arn:aws:iam::123456789012:role/x", "90s", "1.5h", "99999999d",
            "512m",
            "9999999999g", "spot@0s", "spot@-1s", "spot@99999999999999999s", "train=/nowhere", "x=s3://a/b", "mock",
            "local-docker", "sagemaker", "high", "json", "bash",
        ] + [
            String(repeating: "x", count: 5000), String(repeating: "a.", count: 3000) + "b=1",
            String(repeating: "[", count: 3000), String(repeating: "é", count: 2000),
        ]

    func hostile(_ generator: inout SeededGenerator) -> String {
        generator.pick(generator.oneIn(4) ? files : Self.words) ?? ""
    }

    /// A value for an option or argument with that name.
    func value(
        _ name: String, _ values: Values, changes: Bool, _ generator: inout SeededGenerator
    ) -> String {
        if generator.oneIn(3) {
            let word = hostile(&generator)
            return changes && word.hasPrefix("keep") ? "loose" : word
        }
        switch values {
        case .oneOf(let words): return generator.pick(words) ?? ""
        case .files, .directories: return generator.pick(files) ?? ""
        case .any, .dynamic: break
        }
        let lower = name.lowercased()
        let fitting: [String] =
            if lower.contains("queue") || lower.contains("run") || lower.contains("job") || lower.contains("name") {
                changes ? loose : kept + loose
            } else if lower.contains("image") {
                ["busybox:1", "localhost:1/x:1"]
            } else if lower.contains("resource") {
                ["mock", "sagemaker", "local-docker"]
            } else if lower.contains("set") || lower.contains("env") || lower.contains("param") {
                ["a=b", "memory=1g", "EnableNetworkIsolation=true", "A=", "x={a: [1]}"]
            } else if lower.contains("limit") || lower.contains("tail") {
                ["0", "1", "1000000"]
            } else {
                ["1", "x", "10s", "a=b"]
            }
        return generator.pick(fitting) ?? ""
    }

    /// Changes to the environment.
    func variables(_ generator: inout SeededGenerator) -> [String: String?] {
        let choices: [(String, [String?])] = [
            ("HOME", [nil, "", "/nowhere", "relative"]), ("LANG", [nil, "C", "ja_JP.UTF-8", "\u{FF}"]),
            ("COLUMNS", ["0", "-1", "1", "99999999999999999999", "x"]), ("USER", [nil, "", "\u{1B}[2J", "../x"]),
            ("PATH", [nil, "", "/nowhere"]), ("TERM", [nil, "dumb"]), ("NO_COLOR", ["1"]),
            ("TMPDIR", ["/nowhere", ""]),
            ("EDITOR", ["false", "", "/nowhere"]), ("LAUNCH_CONFIG", files.map(\.self)),
            ("XDG_CONFIG_HOME", files.map(\.self)),
            ("DOCKER_HOST", ["x", "unix://", "tcp://127.0.0.1:1", "ssh://x"]), ("AWS_PROFILE", ["nope", ""]),
            ("AWS_CONFIG_FILE", files.map(\.self)), ("AWS_REGION", ["", "mars-1", "\n"]),
        ]
        var changed: [String: String?] = [:]
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard let (name, values) = generator.pick(choices), let value = generator.pick(values) else { continue }
            changed.updateValue(value, forKey: name)
        }
        return changed
    }
}
