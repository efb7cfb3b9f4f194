internal import LaunchLocalContainers
internal import Glibc
internal import LaunchConcurrency
internal import LaunchPluginKit
internal import LaunchSubprocess

/// Writes one input of one host into its pipes, epoch after epoch, until the task is cancelled.
struct PipeFeeder: Sendable {
    let input: ResolvedInput
    let host: String
    /// The folder of this machine that the host mounts read-only, and the pipes' name in it, before `_<epoch>`.
    let folder: String
    let name: String

    private static let chunk = 256 << 10
    /// The wait before the next try when a pipe has no reader or no room.
    private static let pause = Duration.milliseconds(2)

    /// Creates the first pipe, so that it exists when the host starts.
    func prepare() throws(BackendError) { try make(0) }

    /// Feeds the pipes. Each is read once. The next pipe exists before the reader of the current one sees its end.
    func run() async throws(BackendError) {
        for epoch in 0... {
            try make(epoch)
            guard let descriptor = await open(epoch) else { return }
            let isDone = await write(input.pieces(of: host, epoch: epoch), to: descriptor)
            // This order ensures that a reader at the end of a pipe finds the next one, and no longer finds the
            // current one.
            if isDone { try? make(epoch + 1) }
            unlink(path(epoch))
            close(descriptor)
            if !isDone { return }
        }
    }

    private func path(_ epoch: Int) -> String { "\(folder)/\(name)_\(epoch)" }

    private func make(_ epoch: Int) throws(BackendError) {
        guard mkfifo(path(epoch), 0o644) == 0 || errno == EEXIST else { throw FileFault.error("write", path(epoch)) }
        // chmod, because of the umask: every user of a container must be able to read it.
        chmod(path(epoch), 0o644)
    }

    /// Opens the pipe for writing when it has a reader; nil if the task was cancelled.
    private func open(_ epoch: Int) async -> Int32? {
        let backoff = Backoff(first: Self.pause, longest: .milliseconds(50))
        var attempts = 0
        while !Task.isCancelled {
            let descriptor = Glibc.open(path(epoch), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 { return descriptor }
            attempts += 1
            try? await Task.sleep(for: backoff.delay(after: attempts))
        }
        return nil
    }

    /// False if the task was cancelled. A reader that closes the pipe early ends the epoch.
    private func write(_ pieces: [PipePiece], to descriptor: Int32) async -> Bool {
        for piece in pieces {
            let framing = input.input.isRecordIO ? RecordIO(size: piece.size) : nil
            if let framing, let isOpen = await write(framing.header, to: descriptor), !isOpen { return true }
            switch piece {
            case .bytes(let bytes):
                guard let isOpen = await write(bytes, to: descriptor) else { return false }
                if !isOpen { return true }
            case .file(let path, _):
                guard let reader = try? FileReader(path) else { return true }
                while let bytes = try? reader.read(Self.chunk), !bytes.isEmpty {
                    guard let isOpen = await write(bytes, to: descriptor) else { return false }
                    if !isOpen { return true }
                }
            }
            if let framing, let isOpen = await write(framing.padding, to: descriptor), !isOpen { return true }
        }
        return !Task.isCancelled
    }

    /// True if the reader still has the pipe open; nil if the task was cancelled.
    private func write(_ bytes: [UInt8], to descriptor: Int32) async -> Bool? {
        var rest = bytes[...]
        while !rest.isEmpty {
            if Task.isCancelled { return nil }
            let (count, code) = QuietWrite.write(rest, to: descriptor)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if code == EAGAIN {
                try? await Task.sleep(for: Self.pause)
            } else if code != EINTR {
                return false
            }
        }
        return true
    }
}

/// RecordIO: a magic number, the length, the bytes, and zeros up to a multiple of 4.
struct RecordIO {
    let header: [UInt8]
    let padding: [UInt8]

    init(size: Int64) {
        let length = UInt32(truncatingIfNeeded: size) & 0x1fff_ffff
        header = [UInt32(0xced7_230a), length].flatMap { value in (0..<4).map { UInt8((value >> (8 * $0)) & 0xff) } }
        padding = [UInt8](repeating: 0, count: Int((4 - size % 4) % 4))
    }
}
