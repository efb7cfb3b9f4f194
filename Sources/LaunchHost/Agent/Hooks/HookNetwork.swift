internal import Glibc
internal import LaunchConcurrency

/// Resolves the host of a queue's hook, and refuses addresses that only this machine or its network can reach: an owner of
/// a queue must not send requests there by means of an agent.
enum HookNetwork {
    /// The addresses of a host, as text.
    enum Result: Sendable, Hashable {
        case addresses([String])
        /// A sentence.
        case refused(String)
    }

    /// The addresses, if all of them are public. The request must use one of them, because the name may resolve to
    /// another one later.
    static func resolve(_ host: String) async -> Result {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let found = await withBlockingWork { lookUp(name) }
        guard let found, !found.isEmpty else { return .refused("The name of the host '\(name)' does not resolve.") }
        if let wrong = found.first(where: { !isPublic($0.bytes) }) {
            return .refused(
                "The host '\(name)' has the address \(wrong.text), which is not public. A hook of a queue cannot use it."
            )
        }
        return .addresses(found.map(\.text))
    }

    /// Whether an address of 4 or 16 bytes is one that everyone can reach.
    static func isPublic(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else {
            guard bytes.count == 4 else { return false }
            switch (bytes[0], bytes[1], bytes[2]) {
            // This network, private, loopback, multicast and reserved.
            case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
            // Carriers, link-local with the metadata of machines, private, protocol assignments and benchmarks.
            case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (192, 0, 0), (198, 18...19, _):
                return false
            default: return true
            }
        }
        // IPv4 inside of IPv6: mapped, and translated by NAT64.
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && [[0xff, 0xff], [0, 0]].contains(Array(bytes[10..<12]))
        let isTranslated = bytes.starts(with: [0x00, 0x64, 0xff, 0x9b])
        if isMapped || isTranslated { return isPublic(Array(bytes[12...])) }
        // Only global unicast, without tunnels that contain an IPv4 address.
        guard bytes[0] & 0xe0 == 0x20 else { return false }
        return !bytes.starts(with: [0x20, 0x02]) && !bytes.starts(with: [0x20, 0x01, 0x00, 0x00])
    }

    private static func lookUp(_ name: String) -> [(bytes: [UInt8], text: String)]? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var found: [(bytes: [UInt8], text: String)] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            let bytes: [UInt8]
            switch entry.pointee.ai_family {
            case AF_INET:
                bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
                }
            case AF_INET6:
                bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                }
            default: continue
            }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    address, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            found.append(
                (bytes, String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)))
        }
        return found
    }
}
