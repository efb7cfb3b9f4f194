import Testing

@testable import LaunchLocalRehearsal

@Suite("Addresses of a network")
struct SubnetTests {
    @Test
    func `The lowest addresses, without the network's own, the gateway's and the broadcast address`() throws {
        let small = try #require(Subnet("169.254.170.0/28"))
        #expect(
            small.addresses(3, without: "169.254.170.2") == ["169.254.170.1", "169.254.170.3", "169.254.170.4"])
        #expect(small.addresses(13, without: "169.254.170.2")?.last == "169.254.170.14")
        #expect(small.addresses(14, without: "169.254.170.2") == nil)
        let large = try #require(Subnet("172.31.0.0/16"))
        #expect(large.addresses(300, without: nil)?.first == "172.31.0.2")
        #expect(large.addresses(300, without: nil)?.last == "172.31.1.45")
        #expect(Subnet("10.89.7.9/24")?.addresses(1, without: "10.89.7.1") == ["10.89.7.2"])
        #expect(Subnet("255.255.255.255/32")?.addresses(1, without: nil) == nil)
    }

    @Test(arguments: ["", "fd00::/64", "1.2.3/8", "1.2.3.4", "1.2.3.256/8", "1.2.3.4/0", "1.2.3.4/33"])
    func `Text that is not an IPv4 network is nil`(_ text: String) {
        #expect(Subnet(text) == nil)
    }
}
