internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The synchronized folders of a rehearsal.
struct SyncedFolders: Sendable {
    private var syncs: [FolderSync] = []

    /// No folders.
    init() {}

    /// The folders of the plan. Those without a destination get one in the rehearsal's folder.
    init(_ context: RehearsalContext, _ engine: EngineClient) async throws(BackendError) {
        for (index, item) in context.plan.synced.enumerated() {
            let place = try item.place.map { text throws(BackendError) in try DataLocation(text) }
            let own = context.folder.synced(index)
            if place == nil { try context.folder.make(own) }
            syncs.append(
                FolderSync(
                    item,
                    at: try await (place ?? .path(own)).syncDestination(
                        objects: context.tools.objects, cache: try context.tools.cache()),
                    engine: engine, work: context.folder.work, limits: context.tools.limits))
        }
    }

    /// The folders of hosts that another process started.
    static func resumed(
        _ context: RehearsalContext, _ containers: HostContainers, _ members: [HostContainers.Member]
    ) async throws(BackendError) -> SyncedFolders {
        let folders = try await SyncedFolders(context, containers.engine)
        for sync in folders.syncs { try await sync.resume(hosts: members.map(\.host)) }
        return folders
    }

    var isEmpty: Bool { syncs.isEmpty }

    /// The files that the hosts start with, by folder.
    func begin(_ context: RehearsalContext) async throws(BackendError) -> [(path: String, files: [InputFile])] {
        var synced: [(path: String, files: [InputFile])] = []
        for sync in syncs {
            try await context.send(.showing(.downloading, sync.folder.path, isNews: false))
            let files = try await sync.begin(hosts: context.plan.hosts.map(\.name)) { _ in }
            try await context.send(.noted(await sync.notes.sorted()))
            synced.append((sync.folder.path, files))
        }
        return synced
    }

    /// Copies the changes of all hosts once.
    func pass(_ members: [HostContainers.Member], _ context: RehearsalContext) async throws(BackendError) {
        for sync in syncs {
            try await sync.pass(members.map { ($0.host, $0.id) })
            try await context.send(.noted(await sync.notes.sorted()))
        }
    }

    /// Synchronizes periodically. The interval is ten times the duration of a pass, from 1 s to 60 s.
    func keep(_ members: [HostContainers.Member], _ context: RehearsalContext) async {
        var wait = Duration.seconds(1)
        while (try? await Task.sleep(for: wait)) != nil {
            let began = ContinuousClock.now
            do throws(BackendError) {
                try await pass(members, context)
            } catch {
                if Task.isCancelled { return }
                context.tools.log.warning(
                    "a folder is not synchronized", ["run": context.runID.rawValue, "error": error.description])
            }
            wait = min(max(.seconds(1), (ContinuousClock.now - began) * 10), .seconds(60))
        }
    }
}
