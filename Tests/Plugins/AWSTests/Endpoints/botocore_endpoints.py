"""Resolves endpoints with the installed botocore: one JSON line each, for EndpointBotocoreTests.

Usage: botocore_endpoints.py. Exits with 3 where botocore is not installed.
"""

import itertools
import json
import sys

try:
    import botocore
    import botocore.session
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import BotoCoreError
except ImportError:
    sys.exit(3)

SERVICES = ["sagemaker", "ecr", "sts", "logs", "s3", "iam", "sso", "sso-oidc", "batch"]
# Regions that do not exist, but might: the rules must not need a list.
NEW = ["us-east-9", "eu-central-7", "mx-north-2", "cn-south-3", "us-gov-central-1", "us-iso-north-1", "eusc-de-west-2"]
BUCKETS = [
    "my-bucket", "my.bucket", "abc", "ab", "a", "Upper", "under_score", "x" * 63, "x" * 64, "10.0.0.1", "-ab", "ab-",
    "a..b", "a--b", "xn--foo", "a b", "é", "a%2Fb",
]


def main():
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    older = session.get_component("endpoint_resolver")
    partitions = loader.load_data("partitions")
    regions = [
        name for one in partitions["partitions"] for name in one["regions"] if not name.endswith("-global")
    ] + NEW
    print(json.dumps({"version": botocore.__version__}))
    for service in SERVICES:
        model = session.get_service_model(service)
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        provider = EndpointProvider(rules, partitions)
        # Do not use the legacy endpoint of the whole partition aws.
        fixed = {name: False for name in ("Accelerate", "UseGlobalEndpoint") if name in rules["parameters"]}
        for region, fips, dual in itertools.product(regions, [False, True], [False, True]):
            buckets, styles = [None], [False]
            if service == "s3":
                # Bucket names that cannot be host names are checked in two regions only.
                buckets += BUCKETS if region in ("eu-west-1", "us-gov-west-1") else ["my-bucket", "my.bucket"]
                styles = [False, True]
            for bucket, path_style in itertools.product(buckets, styles):
                given = dict(fixed, Region=region, UseFIPS=fips, UseDualStack=dual)
                if service == "s3":
                    given["ForcePathStyle"] = path_style
                if bucket is not None:
                    given["Bucket"] = bucket
                case = {
                    "service": service, "environmentName": model.service_id.replace(" ", "_").upper(),
                    "signingName": model.signing_name, "region": region, "fips": fips, "dualStack": dual,
                    "bucket": bucket, "pathStyle": path_style, "url": None, "signingRegion": None, "older": None,
                }
                try:
                    endpoint = provider.resolve_endpoint(**given)
                    schemes = endpoint.properties.get("authSchemes") or [{}]
                    case["url"] = endpoint.url
                    case["signingRegion"] = schemes[0].get("signingRegion", region)
                except BotoCoreError:
                    pass
                if service == "ecr" and fips and not dual:
                    case["older"] = "https://" + older.construct_endpoint(
                        "api.ecr", region, use_fips_endpoint=True
                    )["hostname"]
                print(json.dumps(case))


main()
