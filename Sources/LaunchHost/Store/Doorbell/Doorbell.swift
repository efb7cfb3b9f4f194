import Glibc

/// Tells every listener, in this process and in others, that something in the store has changed.
///
/// A listener is a named pipe in a folder; ringing writes one byte into each. It carries no news: who hears it looks.
struct Doorbell: Sendable {
    let folder: String

    /// Rings all bells. Never waits and never fails: a listener whose pipe is full has enough to hear.
    func ring() {
        for name in Files.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            let pipe = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
            guard pipe >= 0 else {
                // No process holds the other end: its listener died without cleaning up. A link was put there by
                // somebody who wants the byte to go elsewhere.
                if errno == ENXIO || errno == ELOOP { unlink(path) }
                continue
            }
            defer { close(pipe) }
            var facts = stat()
            guard fstat(pipe, &facts) == 0, facts.st_mode & S_IFMT == S_IFIFO, facts.st_uid == geteuid() else {
                unlink(path)
                continue
            }
            // A reader of our own, so that a listener that goes away in this moment does not cost us a SIGPIPE.
            let reader = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
            guard reader >= 0 else { continue }
            defer { close(reader) }
            var byte: UInt8 = 1
            _ = write(pipe, &byte, 1)
        }
    }

    /// A new listener.
    func listen() throws(StoreError) -> DoorbellListener {
        try DoorbellListener(folder: folder)
    }
}
