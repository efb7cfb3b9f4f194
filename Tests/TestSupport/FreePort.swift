import Glibc

/// A TCP port on 127.0.0.1 that nobody listens on at this moment; nil when the system gives none.
///
/// Somebody else may take it before it is used. Where that matters, listen on port 0 instead.
public func freePort() -> Int? {
    guard let socket = Socket.listening(on: .tcp) else { return nil }
    defer { close(socket.descriptor) }
    return socket.port
}
