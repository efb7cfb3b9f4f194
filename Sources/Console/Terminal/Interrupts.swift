internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as events, so that the first can end the work and the second can end the process. Make one, use
/// its events in one place.
public final class Interrupts: Sendable {
    /// What was asked of the process.
    public enum Event: Sendable, Equatable {
        /// SIGINT: somebody pressed ctrl-C.
        case interrupt
        /// SIGTERM: a supervisor wants an end.
        case terminate
    }

    /// Every signal in its order, the first and the later ones alike; ends with ``stop()``.
    public let events: AsyncStream<Event>
    private let end: AsyncStream<Event>.Continuation
    private let sources: Mutex<[Source]>

    /// Listens: once this returns, neither signal ends the process any more. A SIGINT that whoever started the process had
    /// ignored, as shells do for jobs in the background, stays ignored.
    public init() {
        (events, end) = AsyncStream.makeStream(of: Event.self)
        // Not the main queue: a blocked main thread must not hide a ctrl-C.
        let queue = DispatchQueue(label: "console.interrupts")
        var made: [Source] = []
        for (number, event) in [(SIGINT, Event.interrupt), (SIGTERM, Event.terminate)]
        where launch_signal_is_ignored(number) == 0 {
            made.append(Source(number, on: queue) { [end] in end.yield(event) })
        }
        sources = Mutex(made)
    }

    /// Ends the events and gives the signals their default meaning back.
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
    // Dispatch objects may be used from any thread; the Linux module does not say so yet.
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init(_ number: Int32, on queue: DispatchQueue, _ action: @escaping @Sendable () -> Void) {
        // Dispatch on Linux sets a handler of its own. SIG_IGN, which other systems need here, would lose the signals
        // that come before, and children would inherit it.
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        // The handler holds its source until cancel() lets go of both.
        source.setEventHandler {
            // Signals that came while the queue was busy arrive as one event with a count.
            for _ in 0..<max(1, source.data) { action() }
        }
        source.setCancelHandler { signal(number, SIG_DFL) }
        // Waiting blocks a thread for microseconds, and what it waits for runs on a queue of its own.
        let registered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { registered.signal() }
        source.activate()
        registered.wait()
        self.source = source
    }

    func cancel() { source.cancel() }
}
