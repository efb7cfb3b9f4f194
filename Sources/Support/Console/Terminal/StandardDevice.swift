internal import CLaunchLinux
internal import Glibc

/// File descriptors 1 and 2 of this process.
struct StandardDevice: TerminalDevice {
    init() {
        // Children must not inherit this: the code that starts one resets the signals to their defaults.
        signal(SIGPIPE, SIG_IGN)
    }

    var columns: Int? {
        for stream in [StandardStream.output, .error] {
            let columns = launch_terminal_columns(descriptor(stream))
            if columns > 0 { return Int(columns) }
        }
        return nil
    }

    func isTTY(_ stream: StandardStream) -> Bool { isatty(descriptor(stream)) == 1 }

    var hasKeyboard: Bool { isatty(STDIN_FILENO) == 1 }

    func readLine() -> String? { Swift.readLine() }

    func write(_ text: String, to stream: StandardStream) throws(OutputError) {
        var text = text
        var failure: OutputError?
        // The bytes are valid only during the call; write(2) needs a pointer.
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty, failure == nil {
                let written = Glibc.write(descriptor(stream), rest.baseAddress, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                } else {
                    failure = afterFailure(errno, on: descriptor(stream))
                }
            }
        }
        if let failure { throw failure }
    }

    /// Nil if the write can continue.
    private func afterFailure(_ number: Int32, on descriptor: Int32) -> OutputError? {
        switch number {
        case EINTR:
            return nil
        case EAGAIN:
            // Another process has made the shared terminal or pipe non-blocking.
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&wait, 1, -1)
            return nil
        case EPIPE, ECONNRESET:
            return .closed
        default:
            return .failed(String(cString: strerror(number)))
        }
    }

    private func descriptor(_ stream: StandardStream) -> Int32 {
        switch stream {
        case .output: STDOUT_FILENO
        case .error: STDERR_FILENO
        }
    }
}
