internal import LaunchPluginKit

/// The options of `docker run`, which are the template of W&B's runner for containers, as keys of this runner's template.
enum DockerOptions {
    /// The template's keys for options with another name. Dashes are read as underscores.
    private static let names = [
        "e": "env", "v": "volumes", "volume": "volumes", "m": "memory", "net": "network", "u": "user", "w": "workdir",
        "ulimit": "ulimits", "entrypoint": "entry_point", "stop_timeout": "stop_grace",
    ]

    /// What is here instead of options without a key.
    private static let instead = [
        "rm": "each container is removed when its run has ended",
        "d": "an agent follows its containers in the background",
        "detach": "an agent follows its containers in the background",
        "name": "a container has the ID of its run in its name",
        "privileged": "add single capabilities with cap_add",
        "env_file": "write the variables as env, or give them at submit: launch submit --env NAME=VALUE",
        "label": "the container has labels with the run and the queue",
        "l": "the container has labels with the run and the queue",
        "mount": "write it as volumes: [SOURCE:TARGET]", "tmpfs": "writable names folders that are empty volumes",
        "platform": "builder.platform in launch-config.yaml is for images that are built",
        "restart": "the queue's retry says when a run is tried again",
    ]

    /// The member in the form of the template; nil if it has this form, or is wrong in both.
    static func imported(_ option: String, _ value: JSONValue) -> ImportedMember? {
        let plain = option.replacing("-", with: "_")
        let key = names[plain] ?? plain
        guard DockerTemplate.fields.contains(where: { $0.name == key }) else { return leftOut(option, plain) }
        let converted = converted(value, for: key)
        guard key != option || converted.value != value else { return nil }
        var notes = converted.notes
        if key != option { notes.insert(.init("\"\(option)\" is written as \"\(key)\""), at: 0) }
        return ImportedMember(key, converted.value, notes: notes)
    }

    /// An option that docker has and the template has not. Another name may be misspelt, and gets the template's message.
    private static func leftOut(_ option: String, _ plain: String) -> ImportedMember? {
        let others: Set = [
            "add_host", "device", "dns", "expose", "group_add", "hostname", "h", "init", "interactive", "i", "ipc",
            "log_driver",
            "log_opt", "memory_swap", "p", "pid", "publish", "pull", "runtime", "security_opt", "t", "tty", "uts",
        ]
        guard let hint = instead[plain] ?? (others.contains(plain) ? "no key of a queue sets it" : nil) else {
            return nil
        }
        return ImportedMember(nil, notes: [.init("the option \"\(option)\" of docker is left out", hint: hint)])
    }

    private static func converted(
        _ value: JSONValue, for key: String
    ) -> (value: JSONValue, notes: [ImportedMember.Note]) {
        switch (key, value) {
        case ("env", .array), ("env", .string):
            guard let texts = texts(value) else { return (value, []) }
            return environment(texts)
        case ("ulimits", .array), ("ulimits", .string):
            guard let texts = texts(value) else { return (value, []) }
            let pairs = texts.compactMap(pair)
            guard pairs.count == texts.count else { return (value, []) }
            return (.object(Dictionary(pairs.map { ($0.name, .string($0.value)) }) { $1 }), [])
        case ("volumes", .string), ("cap_add", .string), ("cap_drop", .string): return (.array([value]), [])
        case ("stop_grace", .integer(let seconds)): return (.string("\(seconds)s"), [])
        case ("cpus", .string(let text)), ("gpus", .string(let text)), ("pids_limit", .string(let text)):
            if let number = Int64(text) { return (.integer(number), []) }
            if let number = Double(text), number.isFinite { return (.number(number), []) }
            return (value, [])
        case ("user", .integer(let number)): return (.string(String(number)), [])
        default: return (value, [])
        }
    }

    private static func environment(_ texts: [String]) -> (value: JSONValue, notes: [ImportedMember.Note]) {
        var variables: [String: JSONValue] = [:]
        var notes: [ImportedMember.Note] = []
        for text in texts {
            if let pair = pair(text) {
                variables[pair.name] = .string(pair.value)
            } else {
                notes.append(
                    .init(
                        "the variable \"\(text)\" has no value, which docker takes from the agent's environment, and is left out",
                        hint: "write its value, or give it at submit: launch submit --env \(text)=VALUE"))
            }
        }
        return (.object(variables), notes)
    }

    private static func pair(_ text: String) -> (name: String, value: String)? {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { return nil }
        return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }

    /// The texts of a list, or of one text; nil if a value is something else.
    private static func texts(_ value: JSONValue) -> [String]? {
        if let text = value.stringValue { return [text] }
        let texts = (value.arrayValue ?? []).compactMap(\.stringValue)
        return texts.count == value.arrayValue?.count ? texts : nil
    }
}
