internal import Synchronization

/// What goes on at the moment, told on standard error: one line that redraws itself on a terminal, a plain line every
/// few seconds anywhere else, nothing where quiet is asked for.
public final class Progress: Sendable {
    /// How far it is.
    public enum Amount: Sendable, Equatable {
        /// Things done, of how many where that is known, and what they are called.
        case items(Int, of: Int? = nil, String)
        /// Bytes done, of how many where that is known.
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

    /// Between two pictures of the live line.
    static let frameTime: Duration = .milliseconds(100)
    /// At least this long between two plain lines.
    static let plainInterval: Duration = .seconds(5)
    /// This long between two plain lines that say the same: the sign that it still goes on.
    static let heartbeat: Duration = .seconds(30)

    private let terminal: Terminal
    private let isQuiet: Bool
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable () async throws -> Void
    private let state: Mutex<State>

    /// Begins to tell, at once. On a terminal, call ``tick()`` to keep the line moving, or use
    /// ``show(_:on:quiet:clock:_:)``, which does.
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

    /// Tells how the work goes while it goes on, and takes the live line away at its end, also where it fails.
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

    /// Says something else, or how far it is now; nil leaves what was said.
    public func update(_ message: String? = nil, _ amount: Amount? = nil) {
        state.withLock { state in
            if let message { state.message = message }
            if message != nil || amount != nil { state.amount = amount }
        }
        // A terminal is redrawn with its next picture: updates may come faster than anyone can read.
        if !terminal.errorIsLive { draw() }
    }

    /// Draws the next picture of the live line, or, elsewhere, the plain line that is due.
    public func tick() {
        state.withLock { $0.frame += 1 }
        draw()
    }

    /// Takes the live line away and, where there is one, leaves a last line in its place. Later calls do nothing.
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
        // Drawn under the lock, so that no late picture follows the end.
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
        // The last column stays free: writing there would wrap the line on some terminals.
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
