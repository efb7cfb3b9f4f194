internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch outputs`
enum OutputsCommand {
    /// One output file, or an output that is not on any machine of an agent.
    private struct Item: Encodable {
        enum Place: String, Encodable {
            /// In the run's folder on this machine.
            case here
            /// In the store that the machines share.
            case store
            /// Only in the run's folder on the machine of the agent.
            case agent
            /// At an address, such as that of an object.
            case address
        }
        /// The path in the run's folder; the name of the output at an address.
        var file: String
        /// The size in bytes; nil at an address.
        var size: Int64?
        var place: Place
        /// The path or the address there.
        var path: String
        /// The machine of the agent; nil if the file is here.
        var host: String?
        var shared: SharedOutput?

        private enum CodingKeys: String, CodingKey {
            case file, size, place, path, host
        }

        /// The place for people.
        var words: String {
            switch place {
            case .here, .address: path
            case .store: "store"
            case .agent: "only on \(host ?? "?"): \(path)"
            }
        }
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "outputs", summary: "List the output files of a run, or copy them to a folder",
            discussion: """
                On the machine of the agent, the files are in the run's folder. With a shared store, an agent also copies \
                small outputs to the store when the run has ended, the smallest files first, so that the run's author, \
                the owners of its queue and viewers get them on any machine. Outputs in an object store are listed with \
                their address.

                --to makes the folder if it is missing, and replaces no file in it. If some files are not available here, \
                the others are copied, and the exit code is 69.
                """,
            examples: [
                Example("What the run left, and where", "launch outputs abc12345"),
                Example("Get it", "launch outputs abc12345 --to results"),
                Example("The names, for a script", "launch outputs abc12345 --json | jq -r '.[].file'"),
            ],
            options: [
                Option("to", value: "DIR", help: "Copy the files to this folder.", values: .directories)
            ],
            arguments: [RunCommands.runArgument]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let run = try await store.run(matching: try arguments.required("run"))
            try run.requireReadable("outputs")
            let items = try await items(of: run, store)
            if let path = arguments.string("to") {
                try await copy(items, of: run, to: path, store, context)
            } else if !context.wantsJSON {
                try list(items, terminal)
            }
            if context.wantsJSON { try context.printJSON(items) }
            if items.isEmpty {
                context.note(
                    run.state.isTerminal
                        ? "the run has left no outputs" : "the run is \(run.state.rawValue) and has no outputs yet")
            }
            return .ok
        }
    }

    private static func items(of run: RunRecord, _ store: Store) async throws -> [Item] {
        let outputs = run.outcome?.outputs ?? []
        let folder = store.home.folder(of: run.id)
        let (files, areAll) = RunFiles.list(outputs, in: folder)
        var items = files.map { Item(file: $0.file, size: $0.size, place: .here, path: $0.path) }
        // The files of a run of another machine, whose home may have the same path.
        if items.isEmpty || !areAll, store.isShared {
            let known = Set(items.map(\.file))
            items += try await store.outputs(of: run.id).filter { !known.contains($0.file) }.map { file in
                Item(
                    file: file.file, size: file.size, place: file.isCopied ? .store : .agent, path: file.path,
                    host: file.host, shared: file)
            }
        }
        items += outputs.filter { $0.path.contains("://") }.map {
            Item(file: $0.name, size: nil, place: .address, path: $0.path)
        }
        return items
    }

    private static func list(_ items: [Item], _ terminal: Terminal) throws {
        guard !items.isEmpty else { return }
        var table = Table([
            Table.Column("FILE", mayTruncate: false), Table.Column("SIZE", mayTruncate: false),
            Table.Column("WHERE", mayTruncate: false),
        ])
        for item in items {
            table.add([
                Table.Cell(item.file), Table.Cell(item.size.map { Format.bytes($0) } ?? "-"), Table.Cell(item.words),
            ])
        }
        try terminal.out(table)
    }

    private static func copy(
        _ items: [Item], of run: RunRecord, to path: String, _ store: Store, _ context: CommandContext
    ) async throws {
        let available = items.filter { [.here, .store].contains($0.place) }
        let folder = try OutputFolder(path)
        let total = available.reduce(Int64(0)) { $0 + ($1.size ?? 0) }
        try await Progress.show("Copying outputs", on: context.terminal, quiet: context.wantsJSON) { progress in
            var done: Int64 = 0
            for item in available {
                var part: Int64 = 0
                let next: () async throws -> [UInt8]?
                if let shared = item.shared {
                    next = {
                        let bytes = try await store.output(shared, part: part, of: run.id)
                        part += 1
                        done += Int64(bytes?.count ?? 0)
                        progress.update(nil, .bytes(done, of: total))
                        return bytes
                    }
                } else {
                    let reader = RunFiles.reader(of: item.path)
                    next = {
                        let bytes = try reader()
                        done += Int64(bytes?.count ?? 0)
                        progress.update(nil, .bytes(done, of: total))
                        return bytes
                    }
                }
                try await folder.write(item.file, size: item.size ?? 0, next: next)
            }
        }
        context.note("\(Wording.count(available.count, "file")) copied to \(path)")
        let others = items.filter { ![.here, .store].contains($0.place) }
        guard let first = others.first else { return }
        throw LaunchError(
            .unavailable,
            "\(Wording.count(others.count, "output")) could not be copied: \(first.file) is \(first.words)"
                + (others.count > 1 ? ", and so on." : "."),
            hint: "'launch outputs \(run.id)' says where each one is; copy them from there.")
    }
}

extension RunRecord {
    /// Checks that the server shows the details of the run to this user.
    /// - Parameter what: the part that is asked for, such as `log`.
    /// - Throws: `.denied`.
    func requireReadable(_ what: String) throws(LaunchError) {
        guard isHidden else { return }
        throw LaunchError(
            .denied,
            "The \(what) of the run '\(id)' \(what.hasSuffix("s") ? "are" : "is") not yours to read: it is a run of '\(author)'.",
            hint: "Its author, the owners of its queue and viewers of the store may read it.")
    }
}
