internal import PrintableText

/// Where a command writes: data to standard output, everything else to standard error. Injected, so that tests can
/// record it.
public struct Terminal: Sendable {
    private let screen: Screen
    /// The environment as far as it concerns the terminal.
    private let settings: TerminalSettings

    /// A terminal on a device. `environment` is asked for `NO_COLOR`, `TERM`, `COLUMNS` and the locale.
    public init(device: any TerminalDevice, environment: [String: String]) {
        screen = Screen(device)
        settings = TerminalSettings(environment)
    }

    private init(screen: Screen, settings: TerminalSettings) {
        self.screen = screen
        self.settings = settings
    }

    /// The process's own standard output and error. Also makes the process ignore SIGPIPE, so that writing to a closed
    /// pipe is an error that ends quietly rather than a signal.
    /// - Parameter filter: changes every text before it is written.
    public static func standard(
        environment: [String: String], filter: @escaping @Sendable (String) -> String = { $0 }
    ) -> Terminal {
        Terminal(device: FilteredDevice(StandardDevice(), filter: filter), environment: environment)
    }

    /// The same terminal, without colours.
    public func withoutColours() -> Terminal {
        var plain = settings
        plain.allowsColour = false
        return Terminal(screen: screen, settings: plain)
    }

    /// Whether standard output is a terminal.
    public var outputIsTTY: Bool { screen.device.isTTY(.output) }

    /// Whether standard error is a terminal that can redraw a line.
    public var errorIsLive: Bool { screen.device.isTTY(.error) && !settings.isDumb }

    /// Whether the locale can show more than ASCII.
    public var usesUnicode: Bool { settings.usesUnicode }

    /// Columns of the terminal, at least 20; 80 where there is none and `COLUMNS` does not say.
    public var width: Int {
        let known = screen.device.columns ?? settings.columns ?? 80
        return max(20, known)
    }

    /// Writes text for people and the end of the line to standard output.
    /// - Throws: ``OutputError/closed`` where the reader has gone: let it pass, the program ends without a message.
    public func out(_ text: Styled, terminator: String = "\n") throws(OutputError) {
        try screen.write(text.text(colours: hasColours(.output)) + terminator, to: .output)
    }

    /// Writes text with its own lines, and the end of the line, to standard output.
    @_disfavoredOverload
    public func out(_ text: String, terminator: String = "\n") throws(OutputError) {
        try out(Styled(lines: text), terminator: terminator)
    }

    /// Writes data to standard output: byte for byte where that is a file or a pipe, and as safe text on a terminal.
    /// Nothing is added at its end.
    public func out(data: String) throws(OutputError) {
        guard outputIsTTY else { return try out(raw: data) }
        try out(Styled(lines: data), terminator: "")
    }

    /// Writes a JSON document and the end of the line to standard output. Characters that a terminal may obey are
    /// escapes in its strings.
    public func out(json: String) throws(OutputError) {
        try out(raw: Printable.json(json) + "\n")
    }

    /// Writes text as it is, control sequences included. Only for output of a job whose user asked for it.
    public func out(raw text: String) throws(OutputError) {
        try screen.write(text, to: .output)
    }

    /// Writes text for people and the end of the line to standard error. A failure to write is not reported: there is no
    /// other place for the report.
    public func err(_ text: Styled, terminator: String = "\n") {
        try? screen.write(text.text(colours: hasColours(.error)) + terminator, to: .error)
    }

    /// Writes text with its own lines, and the end of the line, to standard error.
    @_disfavoredOverload
    public func err(_ text: String, terminator: String = "\n") {
        err(Styled(lines: text), terminator: terminator)
    }

    /// The text as one line with every control character escaped, for a message that is put together as a `String`.
    public static func printable(_ text: String) -> String { Printable.line(text) }

    private func hasColours(_ stream: StandardStream) -> Bool {
        settings.allowsColour && screen.device.isTTY(stream)
    }

    /// Shows a line at the foot of standard error that other output leaves in place; nil or empty takes it away.
    /// Only for a terminal that is live, and only with text narrower than it.
    func showLive(_ line: Styled?) {
        screen.setLive(line?.text(colours: hasColours(.error)) ?? "")
    }
}

/// What the environment says about the terminal.
struct TerminalSettings: Sendable {
    var allowsColour: Bool
    let isDumb: Bool
    let usesUnicode: Bool
    let columns: Int?

    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        isDumb = value("TERM") == "dumb"
        allowsColour = value("NO_COLOR") == nil && !isDumb
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
        usesUnicode = locale.contains("utf-8") || locale.contains("utf8")
        columns = value("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
