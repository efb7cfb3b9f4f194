/// The collector that gets the traces of runs.
package struct TelemetrySettings: Sendable, Hashable {
    /// The URL of the collector, to which `/v1/traces` is added.
    package var otlp: String
    /// Where the values of headers are, by the names of the headers.
    package var headers: [String: SecretReference]

    /// The variable with headers for all programs that send telemetry, as OpenTelemetry specifies it.
    static let variable = "OTEL_EXPORTER_OTLP_HEADERS"
    /// A value is not longer, in bytes.
    private static let longest = 8_192

    /// The keys of the block.
    static let fields = [
        Field(
            "otlp", .string, required: true, example: "http://127.0.0.1:4318",
            help: "The URL of a collector for OTLP over HTTP; '/v1/traces' is added."),
        Field(
            "headers", .map(.string), example: "{Authorization: env:OTLP_TOKEN}",
            help:
                "Headers of the requests, such as those of a login: where each value is, as env:VARIABLE or file:PATH."
        ),
    ]

    /// Reads the decoded block, and records problems at their positions. Nil without a collector.
    static func read(
        _ options: JSONValue?, _ block: ConfigNode?, _ decoder: inout SchemaDecoder
    ) -> TelemetrySettings? {
        guard let options, let url = options["otlp"]?.stringValue else { return nil }
        let path = FieldPath().appending(LaunchConfig.telemetryKey)
        var settings = TelemetrySettings(otlp: url, headers: [:])
        let isWeb = url.wholeMatch(of: /https?:\/\/[!-~]+/) != nil
        // A password in the URL would be in the log.
        if !isWeb || url.contains(/[@?#]/) {
            decoder.note(
                "\"otlp\" must be the URL of a collector without user and query", hint: "write http://HOST:4318",
                at: block?.entry("otlp")?.value.mark, path: path.appending("otlp"))
            return settings
        }
        let entries = block?.entry("headers")?.value.entries ?? []
        func note(_ entry: ConfigNode.Entry, _ message: String, _ hint: String) {
            decoder.note(
                message, hint: hint, at: entry.value.mark, path: path.appending("headers").appending(entry.key))
        }
        for entry in entries {
            guard let text = options["headers"]?[entry.key]?.stringValue else { continue }
            if !isName(entry.key) {
                note(entry, "\(Wording.quoted(entry.key)) cannot be a header of a request", "for example Authorization")
            } else if let reference = SecretReference(text) {
                settings.headers[entry.key] = reference
            } else {
                note(
                    entry, "the value of the header \(Wording.quoted(entry.key)) must say where it is, not what it is",
                    "write env:VARIABLE or file:PATH")
            }
        }
        if let entry = entries.first, !settings.isPrivate {
            note(
                entry, "\"otlp\" is http, so the headers would not be encrypted",
                "write https://, or use a collector on this machine")
        }
        return settings
    }

    /// Whether requests are encrypted, or stay on this machine.
    private var isPrivate: Bool {
        if otlp.hasPrefix("https://") { return true }
        return HookAddress.parts(of: otlp).map { HookAddress.isLoopback($0.host) } ?? false
    }

    /// The headers with their values: those of the block, and those of the variable of OpenTelemetry.
    /// - Parameters:
    ///   - variables: the environment of the process.
    ///   - document: the configuration, to whose folder a relative path belongs.
    /// - Throws: `LaunchError` of kind `.configuration` if a value cannot be read or sent.
    package func values(
        variables: [String: String], document: Document?
    ) throws(LaunchError) -> [String: Secret] {
        var values = try valuesOfVariable(variables[Self.variable] ?? "")
        for (name, reference) in headers {
            let what = "The value of the header '\(name)' of 'telemetry'"
            let text = try reference.text(
                of: what, in: "telemetry.headers", variables: variables, document: document)
            guard Self.isValue(text) else {
                throw LaunchError(
                    .configuration, "\(what) is not set, or is not printable ASCII of at most \(Self.longest) bytes.",
                    hint: "Write it to the place that 'telemetry.headers' of launch-config.yaml names.")
            }
            values = values.filter { $0.key.lowercased() != name.lowercased() }
            values[name] = Secret(text)
        }
        return values
    }

    /// `name=value,name=value` with %-escapes in the values, as OpenTelemetry specifies it.
    private func valuesOfVariable(_ text: String) throws(LaunchError) -> [String: Secret] {
        var values: [String: Secret] = [:]
        for (index, part) in text.split(separator: ",").enumerated() where !part.allSatisfy(\.isWhitespace) {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.split(separator: " ").joined(separator: " ") }
            let (name, value) = (pair.first ?? "", pair.last.flatMap(Self.unescaped) ?? "")
            guard pair.count == 2, Self.isName(name), Self.isValue(value) else {
                throw LaunchError(
                    .configuration, "Item \(index + 1) of the variable \(Self.variable) is not NAME=VALUE.",
                    hint: "Write a list such as Authorization=Bearer%20TOKEN, or unset the variable.")
            }
            values[name] = Secret(value)
        }
        guard values.isEmpty || isPrivate else {
            throw LaunchError(
                .configuration,
                "The variable \(Self.variable) has headers, and 'telemetry' of launch-config.yaml sends them to \(otlp) unencrypted.",
                hint: "Use https:// or a collector on this machine, or unset the variable for launch.")
        }
        return values
    }

    /// A text without %-escapes; nil if one is not complete.
    private static func unescaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a text is the name of a header that does not belong to the request itself.
    private static func isName(_ text: String) -> Bool {
        let own: Set = ["content-type", "content-length", "transfer-encoding", "host", "connection"]
        return text.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}/) != nil && !own.contains(text.lowercased())
    }

    private static func isValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longest && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
    }
}
