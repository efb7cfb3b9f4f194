internal import FoundationEssentials
internal import LaunchHTTP
package import LaunchPluginKit

extension AWSEnvironment: DatabaseLogins {
    private static let iamMethod = "rds-iam"
    private static let secretScheme = "aws-secretsmanager"
    private static let secretsManager = AWSService(
        "secretsmanager", name: "Secrets Manager", wire: .json(target: "secretsmanager"),
        environmentName: "SECRETS_MANAGER")

    /// `auth: rds-iam` and `password: aws-secretsmanager:ARN` of the store.
    static let databaseLogins: DatabaseLoginKinds = {
        var kinds = DatabaseLoginKinds()
        kinds.methods = [iamMethod]
        kinds.schemes = [secretScheme]
        kinds.fault = { _, name in
            secret(name) == nil
                ? "\(Wording.quoted(name)) is not the ARN of a secret, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:launch-AbCdEf"
                : nil
        }
        return kinds
    }()

    /// The ARN of a secret; nil for any other text.
    private static func secret(_ name: String) -> ARN? {
        guard let arn = ARN(name), arn.service == "secretsmanager", arn.resourceType == "secret", !arn.region.isEmpty
        else { return nil }
        return arn
    }

    /// A token of IAM for a server of RDS or Aurora, in the region of the login, of its host, or of this environment.
    package func databasePassword(
        by method: String, for login: DatabaseLogin
    ) async throws(BackendError) -> Secret {
        do throws(AWSError) {
            var region = login.region ?? RDSLoginToken.region(ofHost: login.host)
            if region == nil { region = try await self.region() }
            return RDSLoginToken.make(
                host: login.host, port: login.port, user: login.user, region: region ?? "",
                credentials: try await credentials.credentials(), at: runtime.clock.now())
        } catch {
            throw error.backendError
        }
    }

    /// The text of a secret. If it is a JSON document, as RDS makes them, its member `password`.
    package func databasePassword(in scheme: String, named name: String) async throws(BackendError) -> Secret {
        do throws(AWSError) {
            guard let arn = Self.secret(name) else {
                throw AWSError(.configuration, "\(Wording.quoted(name)) is not the ARN of a secret.")
            }
            let answer = try await client(Self.secretsManager, region: arn.region).json(
                .read("GetSecretValue"), input: .object(["SecretId": .string(name)]))
            guard let text = answer["SecretString"]?.stringValue, !text.isEmpty else {
                throw AWSError(
                    .configuration, "The secret \(arn.resourceName) has no text.",
                    hint: "Store the password as text, or as JSON with the member password.")
            }
            let whole = Secret(text)
            guard case .object(let members)? = try? JSON.decode(JSONValue.self, from: .init(text.utf8)) else {
                return whole
            }
            guard let password = members["password"]?.stringValue, !password.isEmpty else {
                throw AWSError(
                    .configuration, "The secret \(arn.resourceName) is a JSON document without the member password.",
                    hint: "Add the member, or store only the password.")
            }
            return Secret(password)
        } catch {
            throw error.backendError
        }
    }
}
