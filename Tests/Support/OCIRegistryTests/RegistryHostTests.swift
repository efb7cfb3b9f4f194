import LaunchOCIRegistry
import Testing

struct RegistryHostTests {
    @Test(
        arguments: [
            ("localhost", true), ("localhost:5000", true), ("127.0.0.1:5000", true), ("127.1.2.3", true),
            ("[::1]:5000", true), ("[::1]", true), ("registry.localhost:80", true), ("LOCALHOST:5000", true),
            ("128.0.0.1", false), ("127.example.com", false), ("ghcr.io", false), ("localhost.example.com", false),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", false), ("[fe80::1]:5000", false), ("127.0.0.256", false),
        ])
    func `loopback hosts are recognized`(name: String, isLoopback: Bool) throws {
        let host = try RegistryHost(parsing: name)
        #expect(host.isLoopback == isLoopback)
        #expect(host.name == name)
        #expect(host.apiHost == name)
    }

    @Test(arguments: ["docker.io", "index.docker.io", "registry-1.docker.io"])
    func `all names of Docker Hub are equal`(name: String) throws {
        let host = try RegistryHost(parsing: name)
        #expect(host == .dockerHub)
        #expect(host.name == "docker.io")
        #expect(host.apiHost == "registry-1.docker.io")
        #expect(host.apiRepository("busybox") == "library/busybox")
        #expect(host.apiRepository("bitnami/redis") == "bitnami/redis")
        #expect(try RegistryHost(parsing: "ghcr.io").apiRepository("busybox") == "busybox")
    }

    @Test(
        arguments: [
            "", ":5000", "host:", "host:0", "host:65536", "host:5000:1", "host:٥", "https://host", "ho st", "host/x",
            "[::1", "[::1]x", "[::1]:", "[]:5000", "[host]:5000", "user@host", "-host", "host?", "[::1%eth0]",
            "[::ffff:127.0.0.1]", "a..b", "a.", "a.-b",
        ])
    func `an invalid host is rejected, and the error quotes it`(text: String) {
        let error = #expect(throws: OCIError.self) { try RegistryHost(parsing: text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test(arguments: ["linux/amd64", "linux/arm64/v8"])
    func `a printed platform parses to the same platform`(text: String) {
        #expect(ImagePlatform(parsing: text)?.description == text)
    }

    @Test(arguments: ["", "linux", "linux/", "/amd64", "linux/arm/v7/x"])
    func `a text that is not a platform gives nil`(text: String) {
        #expect(ImagePlatform(parsing: text) == nil)
    }

    @Test func `a variant counts only if both platforms have one`() {
        let arm = ImagePlatform(os: "linux", architecture: "arm64")
        let armV8 = ImagePlatform(os: "linux", architecture: "arm64", variant: "v8")
        #expect(arm.satisfies(armV8))
        #expect(armV8.satisfies(arm))
        #expect(!armV8.satisfies(ImagePlatform(os: "linux", architecture: "arm64", variant: "v9")))
        #expect(!arm.satisfies(ImagePlatform(os: "linux", architecture: "amd64")))
    }

    @Test func `a login prints without its password`() {
        let login = RegistryLogin(username: "trainer", password: "hush-hush")
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", String(reflecting: login), dumped] {
            #expect(!text.contains("hush-hush"))
            #expect(text.contains("trainer"))
        }
    }
}
