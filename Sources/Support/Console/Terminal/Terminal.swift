internal import LaunchPrintableText

/// The output of a command: data goes to standard output, everything else to standard error. Tests inject a recorder.
public struct Terminal: Sendable {
    private let screen: Screen
    /// The settings of the terminal in the environment.
    private let settings: TerminalSettings
    /// Writes a message in another form than text for people; nil for text.
    private var form: MessageForm?
    /// What the messages are about, for the form.
    private var fields: [MessageField] = []

    /// A terminal on a device. Uses `NO_COLOR`, `TERM`, `COLUMNS` and the locale from `environment`.
    public init(device: any TerminalDevice, environment: [String: String]) {
        screen = Screen(device)
        settings = TerminalSettings(environment)
    }

    private init(screen: Screen, settings: TerminalSettings) {
        self.screen = screen
        self.settings = settings
    }

    /// The process's standard output and error. Also makes the process ignore SIGPIPE, so that a write to a closed pipe
    /// returns an error instead of ending the process.
    /// - Parameter filter: changes every text before it is written.
    public static func standard(
        environment: [String: String], filter: @escaping FilteredDevice.Filter = { text, _ in text }
    ) -> Terminal {
        Terminal(device: FilteredDevice(StandardDevice(), filter: filter), environment: environment)
    }

    /// The same terminal, without colours.
    public func withoutColours() -> Terminal {
        var plain = settings
        plain.allowsColour = false
        return Terminal(screen: screen, settings: plain)
    }

    /// How much a message on standard error matters.
    public enum Importance: Sendable, Hashable, CaseIterable {
        case debug
        case note
        case warning
        case error
    }

    /// A name and a value that say what a message is about.
    public typealias MessageField = (name: String, value: String)

    /// The lines for a message, without the last line feed.
    public typealias MessageForm = @Sendable (Importance, String, [MessageField]) -> String

    /// The same terminal, which writes each message on standard error as `form` returns it, for programs that read them.
    public func writingMessages(as form: @escaping MessageForm) -> Terminal {
        var terminal = withoutColours()
        terminal.form = form
        return terminal
    }

    /// The same terminal, whose messages have one more field. Text for people does not show it.
    public func about(_ name: String, _ value: String) -> Terminal {
        var terminal = self
        terminal.fields.append((name, value))
        return terminal
    }

    /// Whether messages are written for programs that read them.
    public var isForPrograms: Bool { form != nil }

    /// Whether standard output is a terminal.
    public var outputIsTTY: Bool { screen.device.isTTY(.output) }

    /// Whether standard error is a terminal that can redraw a line.
    public var errorIsLive: Bool { screen.device.isTTY(.error) && !settings.isDumb && form == nil }

    /// Whether the locale can show more than ASCII.
    public var usesUnicode: Bool { settings.usesUnicode }

    /// Columns of the terminal, at least 20. Without a terminal, `COLUMNS` or 80.
    public var width: Int {
        let known = screen.device.columns ?? settings.columns ?? 80
        return max(20, known)
    }

    /// Writes text for people and a line feed to standard output.
    /// - Throws: ``OutputError/closed`` if the reader has closed the pipe. Let it propagate: the program then ends
    /// without a message.
    public func out(_ text: Styled, terminator: String = "\n") throws(OutputError) {
        try screen.write(text.text(colours: hasColours(.output)) + terminator, to: .output)
    }

    /// Writes text that keeps its line feeds, and a final line feed, to standard output.
    @_disfavoredOverload
    public func out(_ text: String, terminator: String = "\n") throws(OutputError) {
        try out(Styled(lines: text), terminator: terminator)
    }

    /// Writes data to standard output: unchanged to a file or a pipe, as safe text to a terminal. Adds no line feed.
    public func out(data: String) throws(OutputError) {
        guard outputIsTTY else { return try out(raw: data) }
        try out(Styled(lines: data), terminator: "")
    }

    /// Writes a JSON document and a line feed to standard output. Characters that can control a terminal are escaped in
    /// its strings.
    public func out(json: String) throws(OutputError) {
        try out(raw: Printable.json(json) + "\n")
    }

    /// Writes text unchanged, control sequences included. Only for a job's output whose user requested it.
    public func out(raw text: String) throws(OutputError) {
        try screen.write(text, to: .output)
    }

    /// Writes text for people and a line feed to standard error. A failed write is ignored, because it cannot be
    /// reported anywhere.
    public func err(_ text: Styled, terminator: String = "\n") {
        if form != nil, terminator == "\n" { return tell(.note, text) }
        try? screen.write(text.text(colours: hasColours(.error)) + terminator, to: .error)
    }

    /// Writes a message and a line feed to standard error. Text for people has the word for a warning or an error before
    /// it.
    public func tell(_ importance: Importance, _ text: Styled) {
        if let form {
            try? screen.write(form(importance, text.plain, fields) + "\n", to: .error)
            return
        }
        switch importance {
        case .debug, .note: err(text)
        case .warning: err("\(Styled("warning:", .yellow)) \(text)")
        case .error: err("\(Styled("error:", .red)) \(text)")
        }
    }

    /// Writes a JSON document and a line feed to standard error, in any form of messages. A failed write is ignored.
    public func err(json: String) {
        try? screen.write(Printable.json(json) + "\n", to: .error)
    }

    /// Writes text that keeps its line feeds, and a final line feed, to standard error.
    @_disfavoredOverload
    public func err(_ text: String, terminator: String = "\n") {
        err(Styled(lines: text), terminator: terminator)
    }

    /// Asks a question on standard error that is answered with yes or no. Everything but `y` and `yes` is no.
    /// - Returns: nil if standard input or standard error is not a terminal.
    public func confirms(_ question: Styled) -> Bool? {
        guard screen.device.hasKeyboard, screen.device.isTTY(.error) else { return nil }
        // A message for programs is a whole line.
        err(question + " [y/N]" + (form == nil ? " " : ""), terminator: form == nil ? "" : "\n")
        let answer = screen.device.readLine()?.lowercased() ?? ""
        return ["y", "yes"].contains(answer.filter { !$0.isWhitespace })
    }

    /// The text as one line with all control characters escaped, for a message that is built as a `String`.
    public static func printable(_ text: String) -> String { Printable.line(text) }

    private func hasColours(_ stream: StandardStream) -> Bool {
        settings.allowsColour && screen.device.isTTY(stream)
    }

    /// Shows a line at the bottom of standard error; other output appears above it. Nil or empty removes the line.
    /// Only for a live terminal, and only with text that is narrower than the terminal.
    func showLive(_ line: Styled?) {
        screen.setLive(line?.text(colours: hasColours(.error)) ?? "")
    }
}

/// The settings of the terminal in the environment.
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
