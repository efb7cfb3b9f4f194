import Testing

@testable import LaunchHTTP

/// Who a URL belongs to, as the server that would get a login is decided by it.
struct HTTPOriginTests {
    @Test(
        arguments: [
            ("https://registry.example/v2/", "https://registry.example"),
            ("HTTPS://Registry.Example:443", "https://registry.example"),
            ("https://registry.example:", "https://registry.example"),
            ("http://registry.example:8080/a?b#c", "http://registry.example:8080"),
            ("http://[::1]:5000/", "http://[::1]:5000"),
        ])
    func `an origin is the server that the client would connect to`(url: String, origin: String) {
        #expect(HTTPOrigin(url)?.description == origin)
    }

    @Test(
        arguments: [
            "https://registry.example\0.other.example/", "https://registry.example/\0", "https://me@registry.example/",
            "https://me:secret@registry.example/", "ftp://registry.example/", "registry.example", "//registry.example/",
            "https://", "https://registry.example:65536/", "",
        ])
    func `other texts have no origin`(url: String) { #expect(HTTPOrigin(url) == nil) }
}
