import Foundation
import LaunchCrypto
import Synchronization

/// An image registry in this process that fails as a test says. It keeps blobs and manifests in memory, and notes
/// whether a manifest ever names a blob that it does not have.
public final class ScriptedRegistry: Sendable {
    /// How a request fails.
    public enum Fault: Sendable, Hashable {
        /// An answer with this status, and no effect.
        case status(Int)
        /// The connection ends without an answer, and without an effect.
        case cut
        /// The request has its effect, and the connection ends without an answer.
        case deaf
        /// Half of the body is taken, and the connection ends without an answer.
        case half
        /// A mount is refused, and an upload is opened.
        case noMount
        /// A piece after the first is accepted and discarded, as ECR does.
        case noPieces
        /// The answer contains other bytes.
        case wrongBytes
    }

    /// A request, for the choice of a fault.
    public struct Call: Sendable {
        public var method: String
        public var path: String
        /// The number of this request, from 0.
        public var index: Int
        /// The bytes of the body.
        public var bytes: Int
    }

    private struct State {
        var blobs: [String: [UInt8]] = [:]
        /// The blobs of each repository.
        var links: Set<String> = []
        var manifests: [String: (bytes: [UInt8], type: String)] = [:]
        var uploads: [String: [UInt8]] = [:]
        var calls: [Call] = []
        var incomplete: [String] = []
        var sentOfBlobs = 0
        var lastUpload = 0
    }

    private let state = Mutex(State())
    private let server = Mutex<TestServer?>(nil)
    private let choose: @Sendable (Call) -> Fault?

    /// Starts a registry.
    /// - Parameter fault: chooses how a request fails; nil for a request that succeeds.
    public init(_ fault: @escaping @Sendable (Call) -> Fault? = { _ in nil }) throws {
        choose = fault
        let made = try TestServer { [weak self] in self?.answer($0) ?? TestAnswer(503) }
        server.withLock { $0 = made }
    }

    deinit { server.withLock { $0?.stop() } }

    /// `localhost:PORT`
    public var host: String { "localhost:\(server.withLock { $0?.port ?? 0 })" }
    /// All requests so far.
    public var calls: [Call] { state.withLock(\.calls) }
    /// The tags whose image lacked a blob when it was pushed.
    public var incomplete: [String] { state.withLock(\.incomplete) }
    /// The bytes of blobs that it has sent.
    public var bytesOfBlobsSent: Int { state.withLock(\.sentOfBlobs) }

    /// Whether a repository has a blob.
    public func has(_ digest: String, in repository: String) -> Bool {
        state.withLock { $0.links.contains("\(repository)@\(digest)") }
    }

    /// The bytes of a blob.
    public func blob(_ digest: String) -> [UInt8]? { state.withLock { $0.blobs[digest] } }

    /// The bytes of a manifest with a tag or a digest.
    public func manifest(_ repository: String, _ reference: String) -> [UInt8]? {
        state.withLock { $0.manifests["\(repository):\(reference)"]?.bytes }
    }

    /// Adds a blob, as if it had been pushed.
    @discardableResult
    public func add(_ bytes: [UInt8], to repository: String) -> String {
        let digest = "sha256:\(SHA256.hex(bytes))"
        state.withLock { state in
            state.blobs[digest] = bytes
            state.links.insert("\(repository)@\(digest)")
        }
        return digest
    }

    /// Adds a manifest, as if it had been pushed.
    @discardableResult
    public func addManifest(_ bytes: [UInt8], type: String, to repository: String, tag: String) -> String {
        let digest = "sha256:\(SHA256.hex(bytes))"
        state.withLock { state in
            for name in [tag, digest] { state.manifests["\(repository):\(name)"] = (bytes, type) }
        }
        return digest
    }

    // MARK: answers

    private func answer(_ request: TestRequest) -> TestAnswer {
        let path = String(request.target.prefix { $0 != "?" })
        let call = state.withLock { state in
            let call = Call(
                method: request.method, path: path, index: state.calls.count, bytes: request.body.count)
            state.calls.append(call)
            return call
        }
        let fault = choose(call)
        switch fault {
        case .status(let status): return Self.answer(status)
        case .cut: return TestAnswer(200, before: [.close], [])
        case .half:
            _ = act(request, path, body: Array(request.body.prefix(request.body.count / 2)), fault, isWhole: false)
            return TestAnswer(200, before: [.close], [])
        default: break
        }
        let answer = act(request, path, body: request.body, fault, isWhole: true)
        return fault == .deaf ? TestAnswer(200, before: [.close], []) : answer
    }

    private static func answer(_ status: Int, _ headers: [(String, String)] = [], _ body: [UInt8] = []) -> TestAnswer {
        TestAnswer(
            status, headers: [("Docker-Distribution-Api-Version", "registry/2.0")] + headers, [.bytes(body)])
    }

    private func act(
        _ request: TestRequest, _ path: String, body: [UInt8], _ fault: Fault?, isWhole: Bool
    ) -> TestAnswer {
        guard path != "/v2/" else { return Self.answer(200) }
        guard let match = path.wholeMatch(of: /\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/([^\/]*)/) else {
            return Self.answer(404)
        }
        let (repository, name) = (String(match.output.1), String(match.output.3))
        let query = Self.query(of: request.target)
        switch (match.output.2, request.method) {
        case ("manifests", "PUT"): return isWhole ? putManifest(repository, name, body, request) : Self.answer(400)
        case ("manifests", _): return getManifest(repository, name, fault)
        case ("blobs", _): return getBlob(repository, name, request, fault)
        case (_, "POST"): return begin(repository, query, fault)
        case (_, "PATCH"): return patch(repository, name, body, fault)
        case (_, "PUT"): return finish(repository, name, body, query, isWhole: isWhole)
        default: return status(repository, name)
        }
    }

    private static func query(of target: String) -> [String: String] {
        let items = URLComponents(string: target)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    }

    private func getManifest(_ repository: String, _ name: String, _ fault: Fault?) -> TestAnswer {
        guard let found = state.withLock({ $0.manifests["\(repository):\(name)"] }) else { return Self.answer(404) }
        return Self.answer(
            200, [("Content-Type", found.type), ("Docker-Content-Digest", "sha256:\(SHA256.hex(found.bytes))")],
            fault == .wrongBytes ? found.bytes.reversed() : found.bytes)
    }

    private func getBlob(_ repository: String, _ digest: String, _ request: TestRequest, _ fault: Fault?) -> TestAnswer
    {
        let found = state.withLock { state in
            state.links.contains("\(repository)@\(digest)") ? state.blobs[digest] : nil
        }
        guard var bytes = found else { return Self.answer(404) }
        if fault == .wrongBytes, !bytes.isEmpty { bytes[bytes.count - 1] ^= 1 }
        guard request.method == "GET" else { return Self.answer(200, [], bytes) }
        let start = request.header("Range").flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
        let part = Array(bytes.dropFirst(start))
        state.withLock { $0.sentOfBlobs += part.count }
        return Self.answer(start > 0 ? 206 : 200, [], part)
    }

    private func begin(_ repository: String, _ query: [String: String], _ fault: Fault?) -> TestAnswer {
        state.withLock { state in
            if let digest = query["mount"], let origin = query["from"], fault != .noMount,
                state.links.contains("\(origin)@\(digest)")
            {
                state.links.insert("\(repository)@\(digest)")
                return Self.answer(201, [("Location", "/v2/\(repository)/blobs/\(digest)")])
            }
            state.lastUpload += 1
            let id = "\(state.lastUpload)"
            state.uploads[id] = []
            return Self.answer(202, [("Location", "/v2/\(repository)/blobs/uploads/\(id)?_state=s"), ("Range", "0-0")])
        }
    }

    private func patch(_ repository: String, _ id: String, _ body: [UInt8], _ fault: Fault?) -> TestAnswer {
        state.withLock { state in
            guard let now = state.uploads[id] else { return Self.answer(404) }
            if fault != .noPieces || now.isEmpty { state.uploads[id] = now + body }
            let count = state.uploads[id]?.count ?? 0
            return Self.answer(
                fault == .noPieces ? 201 : 202,
                [("Location", "/v2/\(repository)/blobs/uploads/\(id)"), ("Range", "0-\(max(0, count - 1))")])
        }
    }

    private func finish(
        _ repository: String, _ id: String, _ body: [UInt8], _ query: [String: String], isWhole: Bool
    ) -> TestAnswer {
        state.withLock { state in
            guard let now = state.uploads[id] else { return Self.answer(404) }
            let bytes = now + body
            state.uploads[id] = bytes
            guard isWhole else { return Self.answer(400) }
            let digest = "sha256:\(SHA256.hex(bytes))"
            state.uploads[id] = nil
            guard query["digest"] == digest else {
                return Self.answer(
                    400, [], Array(#"{"errors":[{"code":"DIGEST_INVALID","message":"other bytes"}]}"#.utf8))
            }
            state.blobs[digest] = bytes
            state.links.insert("\(repository)@\(digest)")
            return Self.answer(201, [("Docker-Content-Digest", digest)])
        }
    }

    private func status(_ repository: String, _ id: String) -> TestAnswer {
        state.withLock { state in
            guard let now = state.uploads[id] else { return Self.answer(404) }
            return Self.answer(
                204,
                [("Location", "/v2/\(repository)/blobs/uploads/\(id)"), ("Range", "0-\(max(0, now.count - 1))")])
        }
    }

    private func putManifest(
        _ repository: String, _ tag: String, _ body: [UInt8], _ request: TestRequest
    ) -> TestAnswer {
        let digest = "sha256:\(SHA256.hex(body))"
        let document = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        let parts =
            [document?["config"]].compactMap { $0 as? [String: Any] }
            + (document?["layers"] as? [[String: Any]] ?? [])
        return state.withLock { state in
            for name in [tag, digest] {
                state.manifests["\(repository):\(name)"] = (body, request.header("Content-Type") ?? "")
            }
            let isComplete = parts.allSatisfy { part in
                (part["digest"] as? String).map { state.links.contains("\(repository)@\($0)") } ?? false
            }
            if !isComplete || parts.isEmpty { state.incomplete.append(tag) }
            return Self.answer(201, [("Docker-Content-Digest", digest)])
        }
    }
}
