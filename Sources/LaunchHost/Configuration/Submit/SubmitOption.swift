/// An option with which a submitter sets a value of the request.
public enum SubmitOption: String, Sendable, Hashable, CaseIterable {
    case setting = "--set"
    case resourceArguments = "--resource-args"
    case environment = "--env"
    case runConfig = "--param"
    case entryPoint = "--entry-point"
    case arguments = "the arguments after --"
}
