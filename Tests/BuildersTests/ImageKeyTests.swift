import LaunchBuilders
import LaunchHost
import Testing

struct ImageKeyTests {
    private let key = ImageKey(
        platform: "linux/amd64", buildArguments: ["A": "1", "B": "2"], dockerfile: Array("FROM a\n".utf8),
        context: String(repeating: "0", count: 64), bases: [ImageKey.Base(reference: "a", digest: nil)])

    @Test func `the key is the same on every machine`() {
        #expect(key.contentKey.hex == "4228528b2112e39d87d181e3757a16a323f513f40327bc111b386b1ef8fc0daf")
    }

    @Test func `each input changes the key`() throws {
        var keys = [key, key, key, key, key, key, key, key, key]
        keys[1].platform = "linux/arm64"
        keys[2].buildArguments["A"] = "2"
        keys[3].buildArguments = ["A": "1B", "": "2"]
        keys[4].dockerfile.append(10)
        keys[5].target = ""
        keys[6].context = String(repeating: "1", count: 64)
        let digest: Digest = try #require(Digest(rawValue: "sha256:" + String(repeating: "0", count: 64)))
        keys[7].bases[0].digest = digest
        keys[8].bases.append(key.bases[0])
        #expect(Set(keys.map(\.contentKey)).count == keys.count)
    }
}
