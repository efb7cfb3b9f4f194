internal import LaunchLocalContainers
internal import LaunchPluginKit

/// Checks the rehearsal plan of a job without any call. Of this machine it only reads whether folders have files.
struct RehearsalPlanChecks {
    private let rehearsalPlan: RehearsalPlan
    private var findings: [Finding] = []

    static func findings(of rehearsalPlan: RehearsalPlan, _ job: ContainerJob) -> [Finding] {
        var checks = RehearsalPlanChecks(rehearsalPlan: rehearsalPlan)
        if !job.mounts.isEmpty { checks.note(["volumes"], "a job with its own hosts cannot have mounts") }
        checks.checkHosts()
        checks.checkInputs()
        checks.checkFolders()
        checks.checkResults()
        checks.checkRest()
        return checks.findings
    }

    private init(rehearsalPlan: RehearsalPlan) {
        self.rehearsalPlan = rehearsalPlan
    }

    private mutating func note(_ place: [String], _ message: String, hint: String? = nil) {
        let path = FieldPath(place.map { .member($0) })
        findings.append(Finding(.error, at: path, message, hint: hint))
    }

    private mutating func checkPath(_ path: String, _ place: [String]) {
        if path.utf8.contains(0) || !path.hasPrefix("/") || ContainerPath.normal(path) == "/" {
            note(place, "'\(path)' must be an absolute path in the container, below its root")
        }
    }

    private mutating func checkPlace(_ text: String, _ place: [String]) {
        do {
            _ = try DataLocation(text)
        } catch {
            note(place, error.message)
        }
    }

    private mutating func checkHosts() {
        if rehearsalPlan.hosts.isEmpty { note(["hosts"], "there is none") }
        var seen: Set<String> = []
        for host in rehearsalPlan.hosts {
            if host.name.wholeMatch(of: /[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?/) == nil {
                note(["hosts", host.name], "'\(host.name)' is not a host name: at most 63 letters, digits and dashes")
            }
            if !seen.insert(host.name).inserted { note(["hosts", host.name], "two hosts have this name") }
            for (name, value) in host.environment.sorted(by: { $0.key < $1.key }) {
                if name.isEmpty || name.contains("=") || name.utf8.contains(0) || value.utf8.contains(0) {
                    note(
                        ["hosts", host.name, "environment"], "'\(name)' is not a variable name, or contains a NUL byte")
                }
            }
            for file in host.files { checkPath(file.path, ["hosts", host.name, "files"]) }
        }
    }

    private mutating func checkInputs() {
        let known = Set(rehearsalPlan.hosts.map(\.name))
        var paths: Set<String> = []
        for input in rehearsalPlan.inputs {
            let place = ["inputs", input.name]
            checkPath(input.path, place)
            if input.name.contains("/") || input.name.isEmpty {
                note(place, "'\(input.name)' is not the name of an input")
            }
            if !paths.insert(ContainerPath.normal(input.path)).inserted {
                note(place, "two inputs have the path \(input.path)")
            }
            for host in input.hosts ?? [] where !known.contains(host) {
                note(place, "the host '\(host)' does not exist")
            }
            switch input.source {
            case .none: break
            case .folder(let path):
                if !path.hasPrefix("/") {
                    note(place, "'\(path)' must be an absolute path of this machine")
                } else if input.needsFiles == true, !LocalTree.mayHaveFiles(path) {
                    note(
                        place, "the folder \(path) has no files, and the backend refuses that",
                        hint: "Put the data there, or name another source.")
                }
            case .objects(let text), .manifest(let text): checkPlace(text, place)
            case .augmentedManifest(let text, let attributes):
                checkPlace(text, place)
                if attributes.isEmpty { note(place, "no attribute is named") }
                if input.delivery != .pipe { note(place, "an augmented manifest is only available through a pipe") }
            }
        }
    }

    private mutating func checkFolders() {
        for folder in rehearsalPlan.folders { checkPath(folder.path, ["folders"]) }
        for folder in rehearsalPlan.synced {
            checkPath(folder.path, ["synced"])
            if let place = folder.place { checkPlace(place, ["synced"]) }
        }
    }

    private mutating func checkResults() {
        var seen: Set<String> = []
        for result in rehearsalPlan.results {
            let place = ["results", result.name]
            checkPath(result.path, place)
            if result.name.isEmpty || result.name.contains("/") || result.name.hasPrefix(".") {
                note(place, "'\(result.name)' is not the name of a result")
            }
            if !seen.insert(result.name).inserted { note(place, "two results have this name") }
            if let destination = result.destination { checkPlace(destination, place) }
        }
    }

    private mutating func checkRest() {
        if let file = rehearsalPlan.failure {
            checkPath(file.path, ["failure"])
            if !(1...1_000_000).contains(file.limit) { note(["failure"], "\(file.limit) characters are out of range") }
        }
        if let drill = rehearsalPlan.drill {
            if !(0...1_000_000_000).contains(drill.afterSeconds) || !(0...86_400).contains(drill.graceSeconds) {
                note(["drill"], "its times are out of range")
            }
        }
        if rehearsalPlan.offersCredentials, rehearsalPlan.isIsolated {
            note(["credentials"], "isolated hosts cannot get credentials")
        }
    }
}
