import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers

@Suite("The members of a container's folder")
struct FolderMembersTests {
    @Test
    func `Names are raw names without a slash at the end; the kind of every member is recognised`() async throws {
        var tarball = Tarball()
        tarball.add([102, 0xff])
        tarball.add("d//", flag: "5")
        tarball.add("l", flag: "2", target: "t")
        tarball.add("h", flag: "1", target: "d/f")
        tarball.add("c", flag: "3")
        let members = try await tarball.members()
        #expect(RawName.bytes(members[0].path) == [102, 0xff])
        #expect(members.dropFirst().map(\.path) == ["d", "l", "h", "c"])
        #expect(members.map(\.kind) == [.file, .folder, .link("t"), .hardLink("d/f"), .other])
    }

    @Test
    func `Bytes that are not an archive and a truncated archive are different errors`() async throws {
        var noise = Tarball()
        noise.append([UInt8](repeating: 7, count: 2048))
        var error = await #expect(throws: BackendError.self) { try await noise.members() }
        #expect(error?.category == .internalFault)
        #expect(error?.message.hasPrefix("The engine's archive cannot be read: ") == true, "\(error?.message ?? "")")
        var cut = Tarball()
        cut.add(Array("f".utf8), size: Array("00000010000".utf8))
        error = await #expect(throws: BackendError.self) { try await cut.members(isEnded: false) }
        #expect(error?.category == .transient && error?.message == "The engine's archive ended early.")
    }

    @Test
    func `The engine's own error is thrown as it is`() async throws {
        var reader = FolderMembers { () async throws(BackendError) in throw BackendError(.cancelled, "stopped") }
        let error = await #expect(throws: BackendError.self) { try await reader.next() }
        #expect(error?.category == .cancelled)
    }
}
