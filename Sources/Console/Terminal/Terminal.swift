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

    /// Colours for text that goes to standard output.
    public var colours: Palette { Palette(isOn: settings.allowsColour && screen.device.isTTY(.output)) }

    /// Colours for text that goes to standard error.
    public var errorColours: Palette { Palette(isOn: settings.allowsColour && screen.device.isTTY(.error)) }

    /// Writes data and the end of the line to standard output.
    /// - Throws: ``OutputError/closed`` where nobody reads any more: let it pass, the program ends quietly on it.
    public func out(_ text: String, terminator: String = "\n") throws(OutputError) {
        try screen.write(text + terminator, to: .output)
    }

    /// Writes a line to standard error. Where that fails there is nobody left to tell.
    public func err(_ text: String, terminator: String = "\n") {
        try? screen.write(text + terminator, to: .error)
    }

    /// Shows a line at the foot of standard error that other output leaves in place; nil or empty takes it away.
    /// Only for a terminal that is live, and only with text narrower than it.
    func showLive(_ line: String?) {
        screen.setLive(line ?? "")
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
