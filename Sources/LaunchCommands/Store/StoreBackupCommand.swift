internal import LaunchConsole
internal import LaunchHost

/// `launch store backup`
enum StoreBackupCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "backup", summary: "Write a copy of the store to a file",
            discussion: """
                Writes a consistent copy of the database of this machine to a new file that only you can read, while agents \
                work, checks it, and prints its path. To restore it, end all programs of this home, move launch.db, \
                launch.db-wal and launch.db-shm away, and copy the file to $LAUNCH_HOME/launch.db.

                Logs, outputs and sources are in other folders of $LAUNCH_HOME. A store on PostgreSQL is backed up by \
                pg_dump; the command then prints how.
                """,
            examples: [
                Example("Before an update", "launch store backup /backup/before-update.db")
            ],
            arguments: [Argument("file", help: "The new file.", values: .files)]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let path = try arguments.required("file")
            if let server = try context.sharedStoreServer() {
                let (backup, restore) = try await server.backupCommands(path)
                throw LaunchError(
                    .invalid, "The store is in PostgreSQL, whose own programs make a consistent copy of it.",
                    hint: "Run \(backup) with the password of an owner of the store, and to restore it into an empty "
                        + "database of the same server \(restore)")
            }
            let home = try LaunchHome(variables: context.variables)
            let backup = StoreBackup(of: home, to: path)
            let summary = try await Progress.show("Writing \(path)", on: terminal, quiet: context.wantsJSON) { _ in
                try await backup.write()
            }
            if context.wantsJSON {
                try context.printJSON(summary)
            } else {
                try terminal.out(summary.path)
                context.note(
                    "\(Wording.count(summary.runs, "run")), \(summary.bytes / 1_000) kB; the copy is checked and complete."
                )
            }
            return .ok
        }
    }
}
