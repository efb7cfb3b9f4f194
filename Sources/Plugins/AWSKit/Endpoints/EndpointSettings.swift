/// The endpoint settings of the environment variables and the configuration files, with their precedence.
public struct EndpointSettings: Sendable, Hashable {
    /// A URL with its origin.
    public struct Override: Sendable, Hashable {
        /// The URL as configured.
        public var url: String
        /// The origin for messages: `AWS_ENDPOINT_URL_S3`, or a file with its line.
        public var source: String

        public init(url: String, source: String) {
            self.url = url
            self.source = source
        }
    }

    /// The setting of this program's configuration. It has the highest precedence and cannot be ignored.
    public var own: Override?
    /// `AWS_ENDPOINT_URL_<SERVICE>`, under `AWSService.environmentName`.
    public var environmentServices: [String: Override] = [:]
    /// `AWS_ENDPOINT_URL`.
    public var environment: Override?
    /// The `services` section of the profile, under `AWSService.sectionName`.
    public var profileServices: [String: Override] = [:]
    /// The profile's `endpoint_url`.
    public var profile: Override?
    /// True if all settings except `own` are ignored: `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
    /// `ignore_configured_endpoint_urls`.
    public var ignoresConfigured = false
    /// True for FIPS endpoints: `AWS_USE_FIPS_ENDPOINT`, `use_fips_endpoint`.
    public var fips = false
    /// True for endpoints with IPv6: `AWS_USE_DUALSTACK_ENDPOINT`, `use_dualstack_endpoint`.
    public var dualStack = false

    /// No settings.
    public init() {}

    /// The settings of environment variables. Empty ones count as not set.
    public init(variables: [String: String]) {
        let name = "AWS_ENDPOINT_URL"
        for (key, url) in variables where !url.isEmpty {
            if key == name { environment = Override(url: url, source: key) }
            if key.hasPrefix("\(name)_") {
                environmentServices[String(key.dropFirst(name.count + 1))] = Override(url: url, source: key)
            }
        }
        func isOn(_ name: String) -> Bool { variables[name]?.lowercased() == "true" }
        ignoresConfigured = isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        fips = isOn("AWS_USE_FIPS_ENDPOINT")
        dualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT")
    }

    /// The URL that replaces a service's own endpoint; nil if none is set.
    public func override(for service: AWSService) -> Override? {
        if let own { return own }
        if ignoresConfigured { return nil }
        return environmentServices[service.environmentName] ?? environment ?? profileServices[service.sectionName]
            ?? profile
    }
}

extension Endpoint {
    /// The endpoint of a service in a region, under these settings.
    public static func resolve(
        service: AWSService, region: String, settings: EndpointSettings
    ) throws(EndpointError) -> Endpoint {
        let override = settings.override(for: service)
        return try resolve(
            service: service, region: region, fips: settings.fips, dualStack: settings.dualStack,
            override: override?.url, from: override?.source)
    }
}
