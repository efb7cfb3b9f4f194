internal import Dispatch
internal import Synchronization

/// Runs libarchive's reader on a thread of its own, in turns with the task that reads the archive.
///
/// libarchive asks for bytes by a call that must return them, so it would block a thread of Swift's pool while the task
/// awaits the network. On its own thread it may block. At any time, either the task or the thread runs: the task hands
/// over a chunk and waits, and the thread returns all parts up to the point where it needs the next chunk. So at most
/// one chunk and its parts are in memory, a change of threads occurs once per chunk and not once per entry, and no queue
/// or pipe can fill up. The thread ends with the archive, or when this value is released.
final class ReaderTurns: Sendable {
    /// The input that the thread needs for its next turn.
    enum Request {
        case bytes
        /// The thread has more parts, but the turn has reached its limit.
        case nothing
        case ended(ArchiveError?)
    }

    struct Output {
        var parts: [ArchivePart]
        var request: Request
    }

    /// The exchange between the two sides. The thread retains it, but not this value.
    private let exchange = Exchange()

    init() throws(ArchiveError) {
        let exchange = exchange
        guard ArchiveThread.start({ ReaderThread(exchange).run() }) else {
            throw ArchiveError(.system, "the system has no thread left")
        }
    }

    deinit { exchange.close() }

    /// Gives the thread its turn. Returns after it. `.bytes([])` continues after `.nothing`.
    func resume(with input: TarDecoder.Input) async -> Output { await exchange.resume(with: input) }

    fileprivate final class Exchange: Sendable {
        private struct State {
            var input = TarDecoder.Input.closed
            var waiting: CheckedContinuation<Output, Never>?
        }

        private let state = Mutex(State())
        private let threadsTurn = DispatchSemaphore(value: 0)

        func resume(with input: TarDecoder.Input) async -> Output {
            await withCheckedContinuation { continuation in
                state.withLock { $0 = State(input: input, waiting: continuation) }
                threadsTurn.signal()
            }
        }

        /// Lets the thread end.
        func close() {
            state.withLock { $0 = State() }
            threadsTurn.signal()
        }

        /// Waits for the thread's next turn.
        func input() -> TarDecoder.Input {
            threadsTurn.wait()
            return state.withLock { $0.input }
        }

        /// Ends the thread's turn.
        func hand(_ output: Output) {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: output)
        }
    }
}

/// The work of the thread.
private final class ReaderThread {
    /// The limits of one turn. They are larger than a chunk, so they only matter for holes and large chunks.
    private static let maxBytes = 1 << 20
    private static let maxParts = 4096
    private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

    private let exchange: ReaderTurns.Exchange
    private var parts: [ArchivePart] = []
    private var bytes = 0
    /// The input of the first turn, until libarchive asks for it.
    private var first: TarDecoder.Input?
    private var isClosed = false

    init(_ exchange: ReaderTurns.Exchange) { self.exchange = exchange }

    func run() {
        let first = exchange.input()
        if case .closed = first { return }
        self.first = first
        var failure: ArchiveError?
        do throws(ArchiveError) {
            try read()
        } catch {
            failure = error
        }
        if !isClosed { hand(.ended(failure)) }
    }

    private func read() throws(ArchiveError) {
        let decoder = try TarDecoder(maxHeaderBytes: ArchiveReader.maxHeaderBytes) { [self] in pull() }
        while !isClosed, let entry = try decoder.next() {
            add(.entry(entry))
            if entry.kind == .file { try readFile(entry, decoder) } else { try decoder.skip() }
        }
    }

    private func readFile(_ entry: ArchiveEntry, _ decoder: TarDecoder) throws(ArchiveError) {
        var position: Int64 = 0
        while !isClosed, let block = try decoder.block() {
            guard block.offset >= position, block.offset <= entry.size - Int64(block.bytes.count) else {
                throw ArchiveError(.malformed, "It has a sparse file whose parts do not fit")
            }
            addZeros(block.offset - position)
            if !block.bytes.isEmpty { add(.bytes(block.bytes)) }
            position = block.offset + Int64(block.bytes.count)
        }
        addZeros(entry.size - position)
        add(.fileEnd)
    }

    private func addZeros(_ count: Int64) {
        var left = count
        while left > 0, !isClosed {
            let piece = Int(min(left, Int64(Self.zeros.count)))
            add(.bytes(piece == Self.zeros.count ? Self.zeros : Array(Self.zeros.prefix(piece))))
            left -= Int64(piece)
        }
    }

    private func add(_ part: ArchivePart) {
        parts.append(part)
        if case .bytes(let some) = part { bytes += some.count }
        guard bytes >= Self.maxBytes || parts.count >= Self.maxParts else { return }
        hand(.nothing)
        if case .closed = exchange.input() { isClosed = true }
    }

    private func pull() -> TarDecoder.Input {
        if let input = first {
            first = nil
            return input
        }
        guard !isClosed else { return .closed }
        hand(.bytes)
        let input = exchange.input()
        if case .closed = input { isClosed = true }
        return input
    }

    private func hand(_ request: ReaderTurns.Request) {
        exchange.hand(ReaderTurns.Output(parts: parts, request: request))
        parts = []
        bytes = 0
    }
}
