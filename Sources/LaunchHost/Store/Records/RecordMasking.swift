extension Cause: MaskedWords {
    package func masked(by mask: SecretMask) -> Cause {
        Cause(code, mask.mask(message), exitCode: exitCode)
    }
}

extension PastAttempt: MaskedWords {
    package func masked(by mask: SecretMask) -> PastAttempt {
        PastAttempt(
            handle: handle, cause: cause?.masked(by: mask), backendStatus: mask.mask(backendStatus),
            startedAt: startedAt, endedAt: endedAt)
    }
}

extension Outcome: MaskedWords {
    package func masked(by mask: SecretMask) -> Outcome {
        Outcome(
            outputs: outputs, metrics: metrics, warnings: warnings.map { mask.mask($0) },
            facts: facts.map { Fact($0.name, mask.mask($0.value)) }, cost: cost)
    }
}
