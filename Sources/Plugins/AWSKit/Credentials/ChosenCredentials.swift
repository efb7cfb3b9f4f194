internal import FoundationEssentials
internal import LaunchCore
internal import Synchronization

/// The credentials of the source that the chain selects. It selects on first use, and again while no source can be
/// selected, so that a corrected file takes effect without a restart.
package final class ChosenCredentials: CredentialsProvider {
    private struct Chosen {
        var provider: RefreshingCredentials
        var mayBeAbsent: Bool
        var skipped: [CredentialChain.Skipped]
    }

    private let choose: @Sendable () throws(AWSError) -> CredentialChain.Choice
    private let context: SourceContext
    private let chosen = Mutex<Chosen?>(nil)

    package init(
        context: SourceContext, choose: @escaping @Sendable () throws(AWSError) -> CredentialChain.Choice
    ) {
        self.context = context
        self.choose = choose
    }

    package func credentials() async throws(AWSError) -> AWSCredentials {
        let chosen = try resolve()
        do throws(AWSError) {
            return try await chosen.provider.credentials()
        } catch {
            throw explained(error, chosen)
        }
    }

    package func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials {
        let chosen = try resolve()
        do throws(AWSError) {
            return try await chosen.provider.refresh(after: expired)
        } catch {
            throw explained(error, chosen)
        }
    }

    /// The sources that were considered. The last one is used.
    package func steps() throws(AWSError) -> [CredentialReport.Step] {
        let chosen = try resolve()
        return chosen.skipped.map { CredentialReport.Step(source: $0.source, isUsed: false, reason: $0.reason) }
            + [CredentialReport.Step(source: chosen.provider.name, isUsed: true, reason: nil)]
    }

    private func resolve() throws(AWSError) -> Chosen {
        if let chosen = chosen.withLock({ $0 }) { return chosen }
        let choice = try choose()
        guard let source = choice.source else { throw Self.none(choice.skipped) }
        let made = Chosen(
            provider: RefreshingCredentials(source, context), mayBeAbsent: source.mayBeAbsent, skipped: choice.skipped)
        return chosen.withLock { chosen in
            // Two callers may have selected concurrently; all must share one provider.
            if let first = chosen { return first }
            context.log.debug("AWS credentials come from this source", ["source": source.name])
            chosen = made
            return made
        }
    }

    /// If the last source of the chain does not reply, no credentials exist, and the error says that. A
    /// caller without credentials is not authenticated, also if a source refused them.
    private func explained(_ error: AWSError, _ chosen: Chosen) -> AWSError {
        var error = error
        if error.kind == .auth { error.kind = .unauthenticated }
        guard chosen.mayBeAbsent, error.kind == .unavailable, !chosen.provider.hasFetched else { return error }
        let last = CredentialChain.Skipped(source: chosen.provider.name, reason: error.message)
        return Self.none(chosen.skipped + [last])
    }

    static func none(_ skipped: [CredentialChain.Skipped]) -> AWSError {
        let tried = skipped.map { "\($0.source) (\($0.reason))" }.joined(separator: "; ")
        return AWSError(
            .unauthenticated, "There are no AWS credentials. Tried: \(tried).",
            hint: "Log in with 'aws sso login' or 'aws configure', or give the machine a role.")
    }
}
