import Glibc

/// A TCP port on 127.0.0.1 without a listener at this moment; nil if the system has none.
///
/// Another process may take it before it is used. If that matters, listen on port 0 instead.
public func freePort() -> Int? {
    guard let socket = Socket.listening(on: .tcp) else { return nil }
    defer { close(socket.descriptor) }
    return socket.port
}
