internal import LaunchAWS
public import LaunchPluginKit

/// Runner `sagemaker`: one `CreateTrainingJob` for each run, or for each attempt if capacity was lacking.
///
/// Its state in memory is only a cache: a job's name follows from its request, so every other instance finds the job.
public struct SageMakerRunner: Runner {
    /// The value of `type`.
    public static let type = "sagemaker"

    let service: TrainingService
    let options: SageMakerOptions
    let model: ServiceModel
    let prices: PriceTable
    let watch: TrainingWatch
    let log: Logger

    /// Creates a runner. Without an AWS environment it renders and validates, and refuses calls.
    init(
        _ environment: AWSEnvironment?, options: SageMakerOptions, model: ServiceModel,
        prices: PriceTable = .bundled, log: Logger
    ) {
        service = TrainingService(environment)
        self.options = options
        self.model = model
        self.prices = prices
        self.log = log
        // The program's own table may be old: it serves estimates, and is not what the user pays.
        watch = TrainingWatch(service, prices: prices.file == nil ? nil : prices, log: log)
    }

    /// The account of the configured role, or the option `account`; nil if only STS knows the account.
    private var knownAccount: String? { options.account ?? service.knownAccount }

    /// The caller's account, if a job's role is given by name and no setting determines its account.
    public func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String] {
        guard knownAccount == nil, let name = job.template["RoleArn"].flatMap({ RoleName($0) }) else { return [:] }
        do throws(BackendError) {
            return [RoleName.accountFact: try await service.callerAccount()]
        } catch {
            var error = error
            error.message = "The account of the role \(Wording.quoted(name.path)) is unknown. \(error.message)"
            error.hint = error.hint ?? RoleName.hint
            throw error
        }
    }

    /// The `CreateTrainingJob` document.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try RequestRender(region: service.knownRegion, account: knownAccount ?? job.facts[RoleName.accountFact])
            .request(job)
    }

    /// All findings of the service's model and rules.
    public func validate(_ request: RunRequest) -> [Finding] {
        let notes = RequestNotes(request)
        let validator = RequestValidator(model: model, region: service.knownRegion)
        let document = RoleName.withStandIn(request.document)
        let all = InstanceTypeChecks(validator: validator, notes: notes).findings(in: document) + notes.findings
        return request.rehearsal == nil ? all : all.filter(Rehearsal.counts)
    }

    /// Lists one job.
    public func reach() async throws(BackendError) {
        try await translated { () async throws(AWSError) in
            _ = try await service.list(TrainingService.ListQuery(pageSize: 1))
        }
    }

    /// The URL of the job's page in its partition's console.
    public func page(of handle: RunHandle) -> String? {
        (try? TrainingHandle(handle))?.page
    }
}

/// The options of `runner: {type: sagemaker}`.
struct SageMakerOptions: Sendable, Hashable {
    /// The account of a role that is given by name.
    var account: String?
    /// The file of another service model.
    var model: String?
    /// The file of other prices.
    var prices: String?
}

/// Runs calls of AWS and maps `AWSError` to `BackendError`.
func translated<Value>(_ calls: () async throws(AWSError) -> Value) async throws(BackendError) -> Value {
    do throws(AWSError) {
        return try await calls()
    } catch {
        throw Refusal.explained(error)
    }
}
