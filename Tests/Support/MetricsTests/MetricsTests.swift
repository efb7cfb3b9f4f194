import LaunchMetrics
import Testing

/// The text of a registry, and what its families hold.
@Suite struct MetricsTests {
    @Test func `both formats have the values of all kinds`() {
        let registry = MetricsRegistry()
        let ends = registry.counter("runs_ended", "Runs that have ended.", labels: ["state", "cause"])
        let memory = registry.gauge("memory_bytes", "Memory in use.")
        let calls = registry.histogram("call_duration_seconds", "Calls.", labels: ["class"], bounds: [0.5, 1])
        ends.add(2, "failed", "exit")
        ends.add(1, "failed", "build")
        memory.set(1024)
        calls.observe(.milliseconds(500), "ok")
        calls.observe(0.75, "ok")
        calls.observe(30, "ok")
        #expect(
            registry.text(.openMetrics) == """
                # HELP runs_ended Runs that have ended.
                # TYPE runs_ended counter
                runs_ended_total{state="failed",cause="build"} 1.0
                runs_ended_total{state="failed",cause="exit"} 2.0
                # HELP memory_bytes Memory in use.
                # TYPE memory_bytes gauge
                # UNIT memory_bytes bytes
                memory_bytes 1024.0
                # HELP call_duration_seconds Calls.
                # TYPE call_duration_seconds histogram
                # UNIT call_duration_seconds seconds
                call_duration_seconds_bucket{class="ok",le="0.5"} 1
                call_duration_seconds_bucket{class="ok",le="1.0"} 2
                call_duration_seconds_bucket{class="ok",le="+Inf"} 3
                call_duration_seconds_sum{class="ok"} 31.25
                call_duration_seconds_count{class="ok"} 3
                # EOF

                """)
        let prometheus = registry.text(.prometheus)
        #expect(prometheus.contains("# HELP runs_ended_total Runs that have ended.\n# TYPE runs_ended_total counter\n"))
        #expect(!prometheus.contains("# UNIT") && !prometheus.contains("# EOF"))
    }

    @Test func `a value from outside cannot end its label or its line`() {
        let registry = MetricsRegistry()
        registry.gauge("a", "One \\ two\n\"three\".", labels: ["name"]).set(.infinity, "x\"} 1\n# EOF\n\\")
        #expect(
            registry.text(.openMetrics) == #"""
                # HELP a One \\ two\n\"three\".
                # TYPE a gauge
                a{name="x\"} 1\n# EOF\n\\"} +Inf
                # EOF

                """#)
        #expect(registry.text(.prometheus).hasPrefix(#"# HELP a One \\ two\n"three"."#))
    }

    @Test func `the series of a family have a limit, and the rest is counted together`() {
        let registry = MetricsRegistry()
        let counter = registry.counter("runs", "Runs.", labels: ["queue", "state"], mostSeries: 3)
        for number in 0..<1000 { counter.add(1, "q\(number)", "failed") }
        counter.add(1, "q0", "failed")
        let lines = registry.text(.prometheus).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                #"runs_total{queue="other",state="other"} 997.0"#, #"runs_total{queue="q0",state="failed"} 2.0"#,
                #"runs_total{queue="q1",state="failed"} 1.0"#, #"runs_total{queue="q2",state="failed"} 1.0"#,
            ])
        let gauge = registry.gauge("depth", "Depth.", labels: ["queue"], mostSeries: 2)
        gauge.replace([(["a"], 1), (["b"], 2), (["c"], 3)])
        gauge.replace([(["c"], 4)])
        #expect(registry.text(.prometheus).hasSuffix("# TYPE depth gauge\ndepth{queue=\"c\"} 4.0\n"))
    }

    @Test func `a total does not sink, and values that are not numbers are not counted`() {
        let registry = MetricsRegistry()
        let counter = registry.counter("cpu_seconds", "CPU.")
        let histogram = registry.histogram("wait_seconds", "Wait.", bounds: [1])
        counter.record(total: 5)
        counter.record(total: 4)
        counter.add(-1)
        counter.add(.nan)
        counter.add(.infinity)
        histogram.observe(-1)
        histogram.observe(.nan)
        let text = registry.text(.openMetrics)
        #expect(text.contains("\ncpu_seconds_total 5.0\n"))
        #expect(text.contains("\nwait_seconds_count 0\n"))
    }

    @Test func `concurrent changes are all counted`() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("calls", "Calls.", labels: ["task"])
        await withDiscardingTaskGroup { group in
            for task in 0..<8 {
                group.addTask { for _ in 0..<1000 { counter.add(1, "\(task % 2)") } }
            }
        }
        #expect(registry.text(.prometheus).contains("calls_total{task=\"0\"} 4000.0\ncalls_total{task=\"1\"} 4000.0\n"))
    }

    @Test func `the format follows the header Accept`() {
        #expect(MetricsFormat(accept: nil) == .prometheus)
        #expect(MetricsFormat(accept: "*/*") == .prometheus)
        #expect(
            MetricsFormat(accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5") == .openMetrics)
    }

    @Test func `the kernel's numbers of this process are there`() throws {
        let registry = MetricsRegistry()
        ProcessMetrics(registry).refresh()
        let text = registry.text(.prometheus)
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) ") })
            return try #require(line.split(separator: " ").last.flatMap { Double($0) })
        }
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(try value("process_resident_memory_bytes") > 1_048_576)
        #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_max_fds") >= value("process_open_fds"))
        #expect(try value("process_start_time_seconds") > 1_600_000_000)
    }
}
