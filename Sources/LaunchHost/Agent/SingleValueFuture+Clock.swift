internal import LaunchConcurrency

extension SingleValueFuture<Void> {
    /// Waits for the value, at most this long.
    func wait(upTo limit: Duration, clock: HostClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.value(ifCancelled: ()) }
            group.addTask { try? await clock.sleep(limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
