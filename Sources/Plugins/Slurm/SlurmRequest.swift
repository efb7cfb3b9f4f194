internal import LaunchPluginKit

/// The rendered request: the fields of the template, the command and the variables of the job.
struct SlurmRequest {
    let options: Options

    init(_ document: JSONValue) {
        options = Options(document.objectValue ?? [:])
    }

    /// The program with its container command.
    var command: [String] { (options.strings("container") ?? []) + (options.strings("command") ?? []) }
    var environment: [String: String] { options.stringMap("env") ?? [:] }
    var workingDirectory: String? { options.string("workdir") }
    /// The folder of this run's results that stays where it is.
    var outputFolder: String? { options.string("output_folder") }

    /// The arguments of sbatch from the template.
    var arguments: [String] {
        SlurmTemplate.options.compactMap { $0.argument(options) } + [
            options.flag("requeue") ? "--requeue" : "--no-requeue"
        ]
    }

    static func render(_ runnable: RunnableJob) throws(BackendError) -> RunRequest {
        let job = runnable.job
        var document = job.template.objectValue ?? [:]
        let template = Options(document)
        let command = (job.entryPoint ?? template.strings("command") ?? []) + job.arguments
        let own = try job.launchVariables()
        let given = (template.stringMap("env") ?? [:]).merging(job.environment) { $1 }
        // The script sets this one, from the folder that it makes.
        let environment = given.filter { $0.key != "LAUNCH_OUTPUT_DIR" }.merging(own) { $1 }
        document["command"] = .array(command.map { .string($0) })
        document["env"] = .object(environment.mapValues { .string($0) })
        document["output_folder"] = template.string("output_folder").map { .string("\($0)/\(job.runID)") }
        switch job.source {
        case .code, .git: document["source"] = .bool(true)
        default: break
        }
        return RunRequest(
            runner: SlurmPlugin.runner.base.type, document: .object(document.filter { $0.value != .null }),
            notes: Notes(job, template).stored)
    }

    func findings() -> [Finding] {
        var findings = SlurmTemplate.options.compactMap { $0.finding(options) }
        func add(_ field: String, _ message: String, _ hint: String? = nil) {
            findings.append(Finding(.error, at: FieldPath([.member(field)]), message, hint: hint))
        }
        let program = options.strings("command") ?? []
        if program.first?.isEmpty ?? true {
            add(
                "command", "the program is missing",
                "Write command: [PROGRAM] in the queue's template, or give --entry-point.")
        }
        if options.flag("source"), options.strings("container")?.isEmpty ?? true {
            add(
                "container", "the source of the job is in an image, and the template runs the program without one",
                "Set 'container' in the queue's template. Or put the code where the nodes see it, name it in 'workdir', "
                    + "and submit without a source.")
        }
        for (field, texts) in [("command", program), ("container", options.strings("container") ?? [])] {
            if texts.contains(where: { $0.utf8.contains(0) }) { add(field, "cannot have a NUL character") }
            if texts.first?.hasPrefix("-") ?? false { add(field, "must begin with a program, not with an option") }
        }
        // The words are options of the container runtime, many of which are mounts.
        let mounts = options.strings("container") ?? []
        if mounts.contains(where: { $0.split { "/:,=".contains($0) }.contains("..") }) {
            add("container", "must not have a part '..' in a path")
        }
        for field in ["workdir", "output_folder"] {
            guard let path = options.string(field) else { continue }
            if !path.hasPrefix("/") || path.utf8.contains(0) { add(field, "must be an absolute path; it is '\(path)'") }
        }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            if let fault = Self.fault(name, value) {
                findings.append(
                    Finding(.error, at: FieldPath([.member("env"), .member(name)]), fault.message, hint: fault.hint))
            }
        }
        return findings
    }

    private static func fault(_ name: String, _ value: String) -> (message: String, hint: String?)? {
        let isName =
            name.first?.isNumber == false
            && name.unicodeScalars.allSatisfy { scalar in
                scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar)
            }
        if !isName { return ("'\(name)' is not the name of a variable", "Use letters, digits and '_'.") }
        if fixed.contains(name) { return ("bash does not allow to set \(name)", "Use another name.") }
        if value.utf8.contains(0) { return ("\(name) cannot have a NUL character", nil) }
        // The kernel accepts 128 KiB for one variable.
        if name.utf8.count + value.utf8.count + 2 > 131_072 {
            return ("\(name) is longer than 128 KiB, which no program can get as a variable", "Pass a file instead.")
        }
        return nil
    }

    private static let fixed: Set = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"]
}
