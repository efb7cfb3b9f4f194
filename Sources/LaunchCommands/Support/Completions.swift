internal import LaunchConsole
internal import LaunchHost

/// Completions from names in the store. They never fail, print or create anything.
enum Completions {
    /// The names of all queues.
    static let queues = Values.dynamic { arguments, _ in
        let queues = try? await store(arguments)?.queues()
        return queues?.map {
            Candidate($0.name, $0.paused ? "\($0.definition.resource), paused" : $0.definition.resource)
        }
            ?? []
    }

    /// The newest runs.
    static let runs = Values.dynamic { arguments, _ in
        let runs = try? await store(arguments)?.runs(RunFilter(limit: 50))
        return runs?.map { Candidate($0.id.rawValue, "\($0.state.rawValue) \($0.name)") } ?? []
    }

    /// The names of all jobs; after `NAME:`, the aliases and versions of that job.
    static let jobs = Values.dynamic { arguments, word in
        guard let colon = word.firstIndex(of: ":") else { return await jobNames(arguments) }
        let name = String(word[..<colon])
        let versions = await (try? store(arguments)?.jobs(named: name)) ?? []
        return versions.flatMap { job in
            (job.aliases + ["v\(job.version)"]).map { Candidate("\(name):\($0)", job.source.origin) }
        }
    }

    /// The names of all jobs, without versions.
    static let jobNamesOnly = Values.dynamic { arguments, _ in await jobNames(arguments) }

    /// The names of all projects.
    static let projects = Values.dynamic { arguments, _ in
        let projects = await (try? store(arguments)?.projects()) ?? []
        return projects.map { Candidate($0) }
    }

    private static func jobNames(_ arguments: ParsedArguments) async -> [Candidate] {
        var seen: Set<String> = []
        let jobs = (try? await store(arguments)?.jobs()) ?? []
        return jobs.filter { seen.insert($0.name).inserted }.map { Candidate($0.name, $0.source.origin) }
    }

    /// Opens the store if the home exists. Otherwise opening would create it, which completion must not do.
    ///
    /// Nil if the configuration may name a store that machines share: the one on this machine has other names, and a
    /// server may not answer in time.
    private static func store(_ arguments: ParsedArguments) throws -> Store? {
        let isNamed = arguments.source(of: GlobalOptions.config) == .commandLine
        let location = ConfigLocation(
            explicit: isNamed ? arguments.string(GlobalOptions.config) : nil, variables: arguments.environment)
        if let path = location.path, location.mayShareStore(path) { return nil }
        let home = try LaunchHome(variables: arguments.environment)
        return home.exists ? try Store(home: home) : nil
    }
}

extension ConfigLocation {
    /// Whether the file may name a store on a server, or cannot be read.
    fileprivate func mayShareStore(_ path: String) -> Bool {
        guard !isStandardInput, let bytes = try? SmallFile.bytes(of: path, limit: 1 << 20) else { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains("store") && text.contains("postgres")
    }
}
