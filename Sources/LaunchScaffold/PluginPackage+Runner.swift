/// A new runner.
extension PluginPackage {
    var runnerPlugin: String {
        """
        public import LaunchPluginKit

        public enum \(module)Plugin {
            /// The declaration: decoding, help, completion and the reference come from it.
            public static let runner = RunnerPlugin(
                Plugin<any Runner>(
                    type: "\(name)",
                    contract: \(contract),
                    summary: "Runs jobs on \(module).",
                    // What the backend can do. Remove needsImage: false if each run needs a container image.
                    capabilities: Capabilities(needsImage: false),
                    fields: [
                        Field("endpoint", .string, example: "https://batch.example.com", help: "The address of the service.")
                    ],
                    examples: ["type: \(name)"],
                    make: { options, context throws(BackendError) in
                        // Calls no service and makes no file: commands that only read the configuration come here too.
                        \(backend)(endpoint: options.string("endpoint"), state: context.state, clock: context.clock)
                    }),
                template: [
                    Field(
                        "command", .list(.string), example: "[python3, train.py]",
                        help: "The program and its first arguments. --entry-point replaces it."),
                    Field("env", .map(.string), help: "Environment variables. Those of the submitter come on top."),
                    Field("time_limit", .duration, example: "2h", help: "The run is stopped after it. None: no limit."),
                ],
                defaultTemplate: "# command: [python3, train.py]\\n{}\\n",
                // A submitter may change these only if the queue's allow_overrides allows it.
                protectedPaths: [FieldPath([.member("time_limit")])])
        }

        """
    }

    var runner: String {
        """
        internal import LaunchPluginKit

        /// Runs jobs on \(module). The backend, not this value, keeps what is known of a run: another process continues it.
        struct \(backend): Runner {
            let endpoint: String?
            /// A private folder, if the backend cannot keep everything. 'make()' makes it.
            let state: PluginContext.StateFolder
            /// The time, and waits.
            let clock: HostClock

            /// Pure: the same job gives the same bytes, on any machine and at any time.
            func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
                let template = Options(job.job.template.objectValue ?? [:])
                let command = (job.job.entryPoint ?? template.strings("command") ?? []) + job.job.arguments
                // The submitter's variables precede those of the template, and launch's own precede both.
                let environment = (template.stringMap("env") ?? [:]).merging(job.job.environment) { $1 }
                    .merging(try job.job.launchVariables()) { $1 }
                var document: [String: JSONValue] = [
                    "command": .array(command.map { .string($0) }),
                    "environment": .object(environment.mapValues { .string($0) }),
                ]
                document["time_limit"] = template.number("time_limit").map { .number($0) }
                return RunRequest(runner: \(declaration).base.type, document: .object(document))
            }

            /// All problems at once, without a call.
            func validate(_ request: RunRequest) -> [Finding] {
                let options = Options(request.document.objectValue ?? [:])
                var findings: [Finding] = []
                if options.strings("command")?.first?.isEmpty ?? true {
                    findings.append(
                        Finding(
                            .error, at: FieldPath([.member("command")]), "the command is empty",
                            hint: "Write command: [PROGRAM] in the queue's template, or give --entry-point."))
                }
                if let limit = options.number("time_limit"), limit < 1 {
                    findings.append(Finding(.error, at: FieldPath([.member("time_limit")]), "must be 1s or more"))
                }
                return findings
            }

            /// Starts the run once, however often and from however many processes it is called: put the run ID into the name
            /// or token that the backend itself keeps unique. A second request under the ID that differs is `.conflict`.
            func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
                throw unwritten()
            }

            /// What any process has submitted under the ID; nil only if the backend says that there is nothing.
            func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
                throw unwritten()
            }

            /// All of them in as few calls as possible. An unreachable backend is an error, not a state. States go forward
            /// only, and an end stays as it is.
            func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
                throw unwritten()
            }

            /// Each line once, after the cursor. With `follow` until the run has ended and all lines are read.
            func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
                LogStream {
                    return { () async throws(BackendError) -> [LogLine]? in throw unwritten("logs") }
                }
            }

            /// Asks for the end and returns; the backend ends the run by force after `grace`.
            func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
                throw unwritten()
            }

            /// Copies what an ended run left into `folder`, which exists, and returns it with the metrics. Each call has the
            /// same outcome, also after a crash: copy under another name, and rename.
            func finish(
                _ handle: RunHandle, of request: RunRequest, into folder: String
            ) async throws(BackendError) -> Outcome {
                throw unwritten()
            }

            /// Frees everything that the backend still holds of an ended and recorded run. A run that no longer exists is not
            /// an error.
            func release(_ handle: RunHandle) async throws(BackendError) {
                throw unwritten()
            }

            /// A harmless call that fails if the backend cannot be reached.
            func reach() async throws(BackendError) {
                throw unwritten()
            }
        }

        """
    }

    var runnerTests: String {
        """
        import Foundation
        import LaunchConformance
        import LaunchPluginKit
        import Testing

        @testable import \(module)

        @Test func `the runner passes the conformance kit`() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            // A new runner, as a program has it after a restart. The text is all that it knows: here the state folder.
            let makeRunner: @Sendable (String) throws -> any Runner = { state in
                let options = Options(["endpoint": .string("http://localhost:8080")])
                return try \(declaration).base.make(options, PluginContext(state: .init(path: state)))
            }
            let state = "\\(folder)/state"
            var settings = KitSettings(process: .own, folders: [state], progress: { print($0) })
            // What your backend can never offer, with the reason: [.wire: "Only files lie between the runner and its jobs."]
            settings.without = [:]
            // For example ["submit.once"] while you write 'submit'. Nil is all rules.
            settings.only = nil
            let report = await RunnerConformance(
                RunnerFixture(
                    plugin: \(declaration), folder: folder, settings: settings,
                    // The kit starts this program once more and calls a runner there.
                    second: SecondProcess(configuration: state, makeRunner: makeRunner),
                    makeRunner: { try makeRunner(state) },
                    job: { behaviour, id in job(behaviour, as: id) },
                    // How many objects the backend itself has of the run, live or ended. Ask it without the runner.
                    count: { id in throw unwritten("count in the fixture") })
            ).run()
            // Write isComplete here at the end: each rule is then checked, or skipped with a reason that the fixture gives.
            #expect(report.isConforming)
        }

        /// A job that behaves in this way; nil if the backend cannot do that, and then the kit skips its cases.
        private func job(_ behaviour: RunnerFixture.Behaviour, as id: RunID) -> RunnableJob? {
            guard let script = behaviour.script() else { return nil }
            let job = ResolvedJob(
                runID: id, runName: id.rawValue, project: "test", entity: "me", author: "me", resource: "\(name)",
                source: .noImage, entryPoint: ["sh", "-c", script])
            return RunnableJob(job: job, image: .noImage)
        }

        """
    }
}
