internal import CLaunchLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as events: the first can end the work, the second can end the process. Make one instance, and
/// read its events in one place.
public final class Interrupts: Sendable {
    /// The meaning of a signal.
    public enum Event: Sendable, Equatable {
        /// SIGINT: the user pressed ctrl-C.
        case interrupt
        /// SIGTERM: a supervisor stops the process.
        case terminate
    }

    /// All signals in order, including repeated ones. Ends with ``stop()``.
    public let events: AsyncStream<Event>
    private let end: AsyncStream<Event>.Continuation
    private let sources: Mutex<[Source]>

    /// Starts to listen. From here on, the two signals no longer end the process. If SIGINT is ignored already, as
    /// shells do for background jobs, it stays ignored.
    public init() {
        (events, end) = AsyncStream.makeStream(of: Event.self)
        // Not the main queue: a blocked main thread must not delay ctrl-C.
        let queue = DispatchQueue(label: "console.interrupts")
        var made: [Source] = []
        for (number, event) in [(SIGINT, Event.interrupt), (SIGTERM, Event.terminate)]
        where launch_signal_is_ignored(number) == 0 {
            made.append(Source(number, on: queue) { [end] in end.yield(event) })
        }
        sources = Mutex(made)
    }

    /// Ends the events and restores the default actions of the signals.
    public func stop() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
            sources = []
        }
        end.finish()
    }

    deinit { stop() }
}

/// One signal.
private struct Source: Sendable {
    // Dispatch objects are thread-safe, but the Linux module does not declare it yet.
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init(_ number: Int32, on queue: DispatchQueue, _ action: @escaping @Sendable () -> Void) {
        // Dispatch on Linux installs its own handler. SIG_IGN, which other systems need here, would lose earlier
        // signals, and children would inherit it.
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        // The handler retains its source until cancel() releases both.
        source.setEventHandler {
            // Signals that arrive while the queue is busy are delivered as one event with a count.
            for _ in 0..<max(1, source.data) { action() }
        }
        source.setCancelHandler { signal(number, SIG_DFL) }
        // The wait blocks a thread for microseconds. The handler that ends it runs on another queue.
        let registered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { registered.signal() }
        source.activate()
        registered.wait()
        self.source = source
    }

    func cancel() { source.cancel() }
}
