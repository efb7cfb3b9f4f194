internal import AWS
public import LaunchHost

/// Runner `sagemaker`: one `CreateTrainingJob` a run, or one an attempt where instances were lacking.
///
/// It keeps nothing that matters in memory: a job's name follows from its request, so that any other instance finds it.
public struct SageMakerRunner: Runner {
    /// The value of `type`.
    public static let type = "sagemaker"

    let service: TrainingService
    let options: SageMakerOptions
    let model: ServiceModel
    let prices: PriceTable
    let watch: TrainingWatch
    let log: Logger

    /// A runner over an environment. Without one of AWS it renders and validates, and refuses to call.
    init(
        _ environment: AWSEnvironment?, options: SageMakerOptions, model: ServiceModel,
        prices: PriceTable = .bundled, log: Logger
    ) {
        service = TrainingService(environment)
        self.options = options
        self.model = model
        self.prices = prices
        self.log = log
        watch = TrainingWatch(service, log: log)
    }

    /// CloudWatch keeps the log, unless a copy is wanted in the run's own record.
    public var keepsLogs: Bool { !options.archivesLogs }
    /// `Completed` after a stop was ordered has completed: who was stopped is `Stopped`.
    public var tellsStops: Bool { true }
    /// From SIGTERM to SIGKILL, as the documentation of `StopTrainingJob` has it.
    public var fixedGrace: Duration? { .seconds(120) }
    /// `ListTrainingJobs` is limited to two calls a second for the whole account, whoever asks.
    public var pace: Pace { Pace(shortest: .seconds(1), longest: .seconds(20)) }

    /// The account of the configured role, or of `account`; nil where only STS can tell whose account it is.
    private var knownAccount: String? { options.account ?? service.knownAccount }

    /// The caller's account, where a job's role is given by its name and no setting tells its account.
    public func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String] {
        guard knownAccount == nil, let name = job.template["RoleArn"].flatMap({ RoleName($0) }) else { return [:] }
        do throws(BackendError) {
            return [RoleName.accountFact: try await service.callerAccount()]
        } catch {
            var error = error
            error.message = "The account of the role \(Wording.quoted(name.path)) cannot be asked for. \(error.message)"
            error.hint = error.hint ?? RoleName.hint
            throw error
        }
    }

    /// The `CreateTrainingJob` document.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try RequestRender(region: service.knownRegion, account: knownAccount ?? job.facts[RoleName.accountFact])
            .request(job)
    }

    /// Everything that the model and the rules of the service have to say.
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

    /// The job's page in the console of its partition.
    public func page(of handle: RunHandle) -> String? {
        (try? TrainingHandle(handle))?.page
    }
}

/// What `runner: {type: sagemaker}` may say.
struct SageMakerOptions: Sendable, Hashable {
    /// The account that a role given by its name is in.
    var account: String?
    /// The file of another service model.
    var model: String?
    /// The file of other prices.
    var prices: String?
    /// Whether each ended run's log is copied into its record.
    var archivesLogs = false
}

/// Carries out calls of AWS with its errors in the host's words.
func translated<Value>(_ calls: () async throws(AWSError) -> Value) async throws(BackendError) -> Value {
    do throws(AWSError) {
        return try await calls()
    } catch {
        throw Refusal.explained(error)
    }
}
