internal import Synchronization

/// Shows current progress on standard error: on a terminal one line that is redrawn, elsewhere a plain line every few
/// seconds, and nothing with quiet.
public final class Progress: Sendable {
    /// How much is done.
    public enum Amount: Sendable, Equatable {
        /// A number of things, the total if known, and their name.
        case items(Int, of: Int? = nil, String)
        /// A number of bytes, and the total if known.
        case bytes(Int64, of: Int64? = nil)
    }

    private struct State {
        var message: String
        var amount: Amount?
        var frame = 0
        var lastLine: String?
        var lastLineAt: Duration?
        var isOver = false
    }

    /// The interval between two frames of the live line.
    static let frameTime: Duration = .milliseconds(100)
    /// The shortest interval between two plain lines.
    static let plainInterval: Duration = .seconds(5)
    /// The interval between two plain lines with the same text, as a sign of life.
    static let heartbeat: Duration = .seconds(30)

    private let terminal: Terminal
    private let isQuiet: Bool
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable () async throws -> Void
    private let state: Mutex<State>

    /// Shows the message at once. On a terminal, call ``tick()`` to animate the line, or use
    /// ``show(_:on:quiet:clock:_:)``, which calls it.
    public init(
        _ message: String, on terminal: Terminal, quiet: Bool = false, clock: some Clock<Duration> = ContinuousClock()
    ) {
        let start = clock.now
        let wait = terminal.errorIsLive ? Self.frameTime : Self.plainInterval
        self.terminal = terminal
        self.isQuiet = quiet
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: wait) }
        state = Mutex(State(message: message))
        draw()
    }

    /// Shows progress during `work`, and removes the live line at its end, even if it throws.
    public static func show<Value>(
        _ message: String, on terminal: Terminal, quiet: Bool = false,
        clock: some Clock<Duration> = ContinuousClock(), isolation: isolated (any Actor)? = #isolation,
        _ work: (Progress) async throws -> Value
    ) async rethrows -> Value {
        let progress = Progress(message, on: terminal, quiet: quiet, clock: clock)
        let ticking = Task { await progress.keepTicking() }
        defer {
            ticking.cancel()
            progress.finish()
        }
        return try await work(progress)
    }

    /// Changes the message, or the amount. A nil message keeps the previous one.
    public func update(_ message: String? = nil, _ amount: Amount? = nil) {
        state.withLock { state in
            if let message { state.message = message }
            if message != nil || amount != nil { state.amount = amount }
        }
        // On a terminal, the next frame shows it: updates may come faster than a user can read.
        if !terminal.errorIsLive { draw() }
    }

    /// Draws the next frame of the live line. Without a terminal, prints a plain line if one is due.
    public func tick() {
        state.withLock { $0.frame += 1 }
        draw()
    }

    /// Removes the live line and, with a message, prints a last line. Later calls have no effect.
    public func finish(_ message: String? = nil) {
        let wasOver = state.withLock { state in
            defer { state.isOver = true }
            return state.isOver
        }
        guard !wasOver, !isQuiet else { return }
        if terminal.errorIsLive { terminal.showLive(nil) }
        if let message { terminal.err("\(message) (\(Format.duration(elapsed())))") }
    }

    private func keepTicking() async {
        while !Task.isCancelled {
            do { try await pause() } catch { return }
            tick()
        }
    }

    private func draw() {
        guard !isQuiet else { return }
        // Drawn under the lock, so that no frame appears after the end.
        state.withLock { state in
            guard !state.isOver else { return }
            if terminal.errorIsLive { drawLive(state) } else { drawPlain(&state) }
        }
    }

    private func drawLive(_ state: State) {
        let frames = Array(terminal.usesUnicode ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : "|/-\\")
        let frame = frames[state.frame % frames.count]
        let line = "\(Self.describe(state))  \(Format.duration(.seconds(elapsed().components.seconds)))"
        let mark: Character = terminal.usesUnicode ? "…" : ">"
        // The last column stays empty: a character there would wrap the line on some terminals.
        let cut = line.truncated(to: terminal.width - 3, mark: mark)
        terminal.showLive("\(Styled(String(frame), .cyan)) \(cut)")
    }

    private func drawPlain(_ state: inout State) {
        let now = elapsed()
        let line = Self.describe(state)
        if let last = state.lastLineAt {
            let interval = line == state.lastLine ? Self.heartbeat : Self.plainInterval
            guard now - last >= interval else { return }
        }
        let age = state.lastLineAt == nil ? "" : " (\(Format.duration(now)))"
        state.lastLine = line
        state.lastLineAt = now
        terminal.err(line + age)
    }

    private static func describe(_ state: State) -> String {
        let message = Terminal.printable(state.message)
        return state.amount.map { "\(message)  \(describe($0))" } ?? message
    }

    private static func describe(_ amount: Amount) -> String {
        switch amount {
        case .items(let done, let total?, let name): "\(done)/\(total) \(name)"
        case .items(let done, nil, let name): "\(done) \(name)"
        case .bytes(let done, let total?): "\(Format.bytes(done)) of \(Format.bytes(total))"
        case .bytes(let done, nil): Format.bytes(done)
        }
    }
}
