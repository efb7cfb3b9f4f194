import AWSStub
import Foundation
import LaunchAWS
import LaunchConcurrency
import LaunchHost
import TestSupport

/// A team: a store, an account of the AWS stub, and machines with `launch`. With PostgreSQL, each machine has a home of
/// its own; with SQLite, all of them are processes of one machine.
final class Team: Sendable {
    static let queue = "train"
    private static let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    private static let image = "\(host)/train:v1"

    /// A command failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: TemporaryDirectory
    let stub: AWSStub
    let database: PostgresDatabase?
    /// The store as the members of the team see it, for submitting and for the verdict.
    let store: Store
    private let program: String
    private let variables: [String: String]

    /// Makes the store and the queue with the program. Without a server, the store is a SQLite database.
    init(_ options: SoakOptions, on server: PostgresServer?) async throws {
        database = try server.map { try PostgresDatabase(on: $0) }
        program = options.program
        folder = try TemporaryDirectory()
        stub = try AWSStub(keepsCalls: false)
        stub.ecr.add(image: Self.manifest, tags: ["v1"], to: "train")
        let keys = stub.keys.session()
        var variables = [
            "HOME": folder.path, "PATH": "/usr/bin:/bin", "TMPDIR": folder.path, "USER": "soak",
            "DOCKER_HOST": "unix:///none.sock", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": keys.sessionToken?.reveal() ?? "", "LAUNCH_CONFIG": folder.file("launch-config.yaml"),
        ]
        variables.merge(database?.environment ?? [:]) { $1 }
        self.variables = variables
        try folder.write(
            "launch-config.yaml",
            """
            max_jobs: \(options.slots)
            queues: [\(Self.queue)]
            environment: {type: aws, region: us-east-1}
            registry: {type: ecr, uri: "\(Self.host)/train"}
            builder: {type: noop}
            store: {type: \(database == nil ? "sqlite" : "postgres")}
            """)
        try folder.write(
            "queue.yaml",
            """
            RoleArn: arn:aws:iam::123456789012:role/train
            ResourceConfig: {InstanceType: ml.m4.xlarge, InstanceCount: 1, VolumeSizeInGB: 2}
            OutputDataConfig: {S3OutputPath: "s3://bucket/output"}
            StoppingCondition: {MaxRuntimeInSeconds: 3600}
            """)
        let home = LaunchHome(path: folder.file(database == nil ? "home" : "observer"))
        if let database {
            let parameters = PostgresServer.parameters(database.environment)
            store = try Store(home: home, postgreSQL: database.name) { parameters }
        } else {
            store = try Store(home: home)
        }
        if database != nil { _ = try await finished(["store", "init"]) }
        _ = try await finished([
            "queue", "create", Self.queue, "--resource", "sagemaker", "--config", folder.file("queue.yaml"),
        ])
    }

    /// Submits a run and returns its ID. A store that is away for a moment is asked again with the same ID.
    func submit(named name: String? = nil) async throws -> RunID {
        let id = RunID.random()
        let spec = LaunchSpec(
            source: .image(Self.image), name: name ?? id.rawValue, project: "soak", entity: "me", author: "me",
            resource: "sagemaker", queue: Self.queue)
        try await insisting {
            do {
                _ = try await self.store.submit(spec, as: id)
            } catch let error as StoreError where error.code == .exists {
                // The answer to an earlier attempt was lost.
            }
        }
        return id
    }

    /// Calls the store until it answers, for up to five minutes.
    @discardableResult
    func insisting<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        let start = ContinuousClock.now
        while true {
            do {
                return try await body()
            } catch let error as StoreError where error.isTemporary && ContinuousClock.now - start < .seconds(300) {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Ends the leases of dead agents at once, as 30 seconds would.
    func expireLeases() throws {
        try database?.run("UPDATE launch.owners SET lease_until = 0")
    }

    /// Starts the program on a machine of the team. Its output is added to `MACHINE.log`.
    func start(_ arguments: [String], on machine: String) throws -> Process {
        let path = folder.file("\(machine).log")
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try log.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = variables.merging(["LAUNCH_HOME": home(of: machine)]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }

    /// Runs the program to its end. Throws if its exit code is not 0.
    func finished(_ arguments: [String], on machine: String = "observer") async throws -> Int32 {
        let process = try start(arguments, on: machine)
        let code = await process.end
        guard code == 0 else {
            throw Failure(description: "launch \(arguments.joined(separator: " ")): \(code)\n\(log(of: machine))")
        }
        return code
    }

    /// The end of what a machine has printed.
    func log(of machine: String) -> String {
        String(((try? String(contentsOfFile: folder.file("\(machine).log"), encoding: .utf8)) ?? "").suffix(2000))
    }

    private func home(of machine: String) -> String { folder.file(database == nil ? "home" : machine) }

    private static let manifest = """
        {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":\
        {"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":\
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}
        """
}

extension Process {
    /// The exit code; negative for the signal that ended it.
    var end: Int32 {
        get async {
            await withBlockingWork {
                self.waitUntilExit()
                return self.terminationReason == .exit ? self.terminationStatus : -self.terminationStatus
            }
        }
    }
}
