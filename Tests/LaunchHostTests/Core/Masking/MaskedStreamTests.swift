import LaunchHost
import Testing

/// Secrets in text that arrives in pieces.
struct MaskedStreamTests {
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static let text = "a \(secret) b\nshort7 \(secret)\(secret)\nlast shor"
    static let expected = "a <secret> b\n<secret> <secret>\nlast shor"

    private var mask: SecretMask {
        let mask = SecretMask()
        mask.add(Self.secret)
        mask.add("short7")
        return mask
    }

    private func masked(_ pieces: [[UInt8]]) -> String {
        var stream = mask.stream()
        var given: [UInt8] = []
        for piece in pieces { given += stream.take(piece) }
        return String(decoding: given + stream.finish(), as: UTF8.self)
    }

    @Test func `finds a secret that is split at any offset`() {
        let bytes = Array(Self.text.utf8)
        for cut in 0...bytes.count {
            #expect(masked([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.expected, "cut at \(cut)")
        }
    }

    @Test func `finds a secret in pieces of any size`() {
        let bytes = Array(Self.text.utf8)
        for size in 1...bytes.count {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(masked(pieces) == Self.expected, "pieces of \(size)")
        }
    }

    @Test func `passes on a complete line at once`() {
        var stream = mask.stream()
        #expect(String(decoding: stream.take("key \(Self.secret)\n".utf8), as: UTF8.self) == "key <secret>\n")
        #expect(stream.heldCount == 0)
    }

    @Test func `holds back less than one window, however long a line is`() {
        let mask = mask
        mask.add(contentOf: "a line with words \(String(repeating: "and words ", count: 50))\nb")
        var stream = mask.stream()
        var given = 0
        for _ in 0..<2_000 {
            given += stream.take(Array("xwJalrXUtnFEMIshort".utf8)).count
            #expect(stream.heldCount < 32)
        }
        #expect(given > 0)
    }

    @Test func `masks a secret that is added while text arrives`() {
        let mask = SecretMask()
        var stream = mask.stream()
        #expect(String(decoding: stream.take("first\n".utf8), as: UTF8.self) == "first\n")
        mask.add("added-later")
        #expect(String(decoding: stream.take("added-later\n".utf8), as: UTF8.self) == "<secret>\n")
    }
}
