import LaunchCrypto
import TestSupport
import Testing

/// Checks against the test vectors of FIPS 180-4 and RFC 4231.
struct CryptoTests {
    private static let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func `SHA-256`(_ text: String, _ expected: String) {
        #expect(SHA256.hex(text.utf8) == expected)
        #expect(SHA256.hash(Array(text.utf8)).count == 32)
    }

    @Test func `SHA-256 in pieces`() {
        var hash = SHA256()
        var left = 1_000_000
        var size = 0
        while left > 0 {
            size += 1
            let count = min(size, left)
            hash.update(repeatElement(UInt8(ascii: "a"), count: count))
            left -= count
        }
        #expect(Hex.encode(hash.finalize()) == Self.million)
    }

    @Test func `SHA-256 of a file`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("f", [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(Hex.encode(try SHA256.file(path)) == Self.million)
        #expect(throws: CryptoError.self) { try SHA256.file(folder.file("none")) }
        #expect(throws: CryptoError.self) { try SHA256.file(folder.path) }
    }

    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func `HMAC`(_ key: [UInt8], _ message: [UInt8], _ expected: String) {
        #expect(Hex.encode(HMACSHA256.authenticate(message, key: key)) == expected)
    }

    @Test func `HMAC of nothing`() {
        #expect(
            Hex.encode(HMACSHA256.authenticate([], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `random bytes`() throws {
        #expect(try SecureRandom.bytes(0).isEmpty)
        let one = try SecureRandom.bytes(32)
        let other = try SecureRandom.bytes(32)
        #expect(one.count == 32)
        #expect(one != other)
    }
}
