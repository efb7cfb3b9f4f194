internal import CLaunchLinux
internal import Glibc

/// A write that does not raise SIGPIPE if the reader has closed the pipe.
public enum QuietWrite {
    /// Returns the number of bytes written, or -1 and the error number.
    public static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> (Int, Int32) {
        var pipe = sigset_t()
        var before = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        if count < 0, code == EPIPE {
            // SIGPIPE is pending for this thread only. It is consumed before the mask is restored.
            var now = timespec()
            sigtimedwait(&pipe, nil, &now)
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        return (count, code)
    }
}
