package import LaunchMetrics

/// What an agent counts about its work, and the registry that shows it. All names and labels of the agent are here;
/// `docs/monitoring.md` lists them.
public final class AgentMetrics: Sendable {
    package let registry = MetricsRegistry()
    package let process: ProcessMetrics
    let info: MetricGauge
    let runs: MetricGauge
    let oldest: MetricGauge
    let paused: MetricGauge
    let sampled: MetricGauge
    let held: MetricGauge
    let holding: MetricGauge
    let mostHeld: MetricGauge
    let ready: MetricGauge
    let silence: MetricGauge
    let claims: MetricCounter
    let adoptions: MetricCounter
    let queueWait: MetricHistogram
    let submits: MetricCounter
    let ends: MetricCounter
    let requeues: MetricCounter
    let lost: MetricCounter
    let observations: MetricHistogram
    let builds: MetricHistogram
    let logBytes: MetricCounter
    let calls: MetricHistogram
    let throttles: MetricCounter
    let events: MetricCounter
    let traces: MetricCounter

    /// Metrics that all are 0.
    public init() {
        let new = registry
        info = new.gauge("launch_build_info", "Always 1; the label has the version.", labels: ["version"])
        runs = new.gauge(
            "launch_runs", "Runs in the store by queue and state, of all agents. Runs without a queue have no name.",
            labels: ["queue", "state"], mostSeries: (QueueSample.mostQueues + 2) * RunState.allCases.count)
        oldest = new.gauge(
            "launch_oldest_waiting_run_seconds",
            "How long the oldest run of the queue that waits has been there; 0 if none waits.", labels: ["queue"])
        paused = new.gauge("launch_queue_paused", "1 if the queue is paused, else 0.", labels: ["queue"])
        sampled = new.gauge(
            "launch_queues_sampled_timestamp_seconds",
            "When the values of the queues were read from the store, in seconds since 1970.")
        held = new.gauge(
            "launch_queue_held", "1 if this agent starts no run of the queue, because all of them would fail; else 0.",
            labels: ["queue"])
        holding = new.gauge(
            "launch_agent_runs", "Runs that this agent holds: on their way to the backend, or in it.",
            labels: ["phase"])
        mostHeld = new.gauge("launch_agent_max_runs", "The most runs that this agent holds: its max_jobs.")
        ready = new.gauge("launch_ready", "1 if the store and the backends have answered lately, as /readyz; else 0.")
        silence = new.gauge(
            "launch_silence_seconds",
            "How long the store or a backend has owed an answer. Up to 5 seconds for a store that answers.",
            labels: ["part"])
        claims = new.counter("launch_claims", "Runs that this agent has taken from their queue.", labels: ["queue"])
        adoptions = new.counter("launch_adoptions", "Runs that this agent has taken over from a dead owner.")
        queueWait = new.histogram(
            "launch_queue_wait_seconds", "How long runs waited from the submit to a claim of this agent.",
            labels: ["queue"], bounds: [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400], mostSeries: 100)
        submits = new.counter(
            "launch_submits", "Submits to a backend, with their retries as one: ok, or the class of the error.",
            labels: ["resource", "class"])
        ends = new.counter(
            "launch_run_ends", "Runs whose end this agent has recorded, by end state and cause.",
            labels: ["queue", "state", "cause"], mostSeries: 1000)
        requeues = new.counter(
            "launch_requeues", "Runs that went back to their queue before they started, by cause.",
            labels: ["queue", "cause"])
        lost = new.counter(
            "launch_run_losses", "Runs that this agent held and that another owner took, or that it had to drop.")
        observations = new.histogram(
            "launch_observe_duration_seconds", "Calls that observe all live runs of a backend.",
            labels: ["backend", "class"], bounds: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60], mostSeries: 100)
        builds = new.histogram(
            "launch_build_duration_seconds",
            "Image stages of runs from source: built, found (built before), or failed.",
            labels: ["result"], bounds: [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600])
        logBytes = new.counter(
            "launch_log_bytes", "Bytes of logs that this agent has written: of runs, and of builds.", labels: ["kind"])
        calls = new.histogram(
            "launch_service_call_duration_seconds",
            "Attempts of calls to a service: ok, or the class of the error.",
            labels: ["service", "operation", "class"], bounds: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
            mostSeries: 300)
        throttles = new.counter(
            "launch_service_throttles", "Attempts that a service refused because there were too many.",
            labels: ["service", "operation"])
        traces = new.counter(
            "launch_traces", "Ended runs with a trace: sent, failed (the collector did not take it), or dropped.",
            labels: ["result"])
        events = new.counter("launch_log_events", "Events in the agent's own log.", labels: ["level"])
        process = ProcessMetrics(new)
    }

    /// Records a call to a service.
    package func record(_ call: ServiceCall) {
        calls.observe(call.duration, call.service, call.operation, Self.label(call.error))
        if call.error == .throttled { throttles.add(1, call.service, call.operation) }
    }

    /// Records an event of the program's own log.
    package func record(_ event: Logger.Record) { events.add(1, "\(event.level)") }

    /// Sets the version of the program.
    package func set(version: String) { info.set(1, version) }
}
