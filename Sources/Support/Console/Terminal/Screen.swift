internal import Synchronization

/// Serializes the output: one write at a time, and other output does not tear the live line.
final class Screen: Sendable {
    let device: any TerminalDevice
    private let live = Mutex("")

    private static let clearLine = "\r\u{1B}[K"

    init(_ device: any TerminalDevice) {
        self.device = device
    }

    func write(_ text: String, to stream: StandardStream) throws(OutputError) {
        try live.withLock { live throws(OutputError) in
            guard !live.isEmpty, device.isTTY(stream) else {
                return try device.write(text, to: stream)
            }
            try? device.write(Self.clearLine, to: .error)
            try device.write(text, to: stream)
            try? device.write(live, to: .error)
        }
    }

    func setLive(_ line: String) {
        live.withLock { live in
            guard line != live else { return }
            live = line
            try? device.write(Self.clearLine + line, to: .error)
        }
    }
}
