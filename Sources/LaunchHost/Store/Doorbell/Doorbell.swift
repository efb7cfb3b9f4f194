import Glibc

/// Notifies every listener, in this process and in others, that the store has changed.
///
/// A listener is a named pipe in a folder. Ringing writes one byte into each pipe. The byte carries no information; a
/// listener reads the store.
struct Doorbell: Sendable {
    let folder: String

    /// Rings all doorbells. Never waits and never fails: the listener of a full pipe has already been notified.
    func ring() {
        for name in Files.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            let pipe = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
            guard pipe >= 0 else {
                // No process has the other end open: the listener ended without removing its pipe. A link was created
                // by a program that wants to redirect the byte.
                if errno == ENXIO || errno == ELOOP { unlink(path) }
                continue
            }
            defer { close(pipe) }
            var facts = stat()
            guard fstat(pipe, &facts) == 0, facts.st_mode & S_IFMT == S_IFIFO, facts.st_uid == geteuid() else {
                unlink(path)
                continue
            }
            // This process opens a reader too, so that a listener that ends at this moment does not cause a SIGPIPE.
            let reader = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
            guard reader >= 0 else { continue }
            defer { close(reader) }
            var byte: UInt8 = 1
            _ = write(pipe, &byte, 1)
        }
    }

    /// A new listener.
    func listen() throws(StoreError) -> StoreListener {
        try StoreListener(folder: folder)
    }
}
