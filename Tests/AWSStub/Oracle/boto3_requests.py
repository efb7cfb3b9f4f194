"""Usage: boto3_requests.py FILE SERVICE

Prints what the installed boto3 sends to a service for the documents in a file, one JSON object per line:
{"operation": "CreateTrainingJob", "input": {…}}.

Prints the version, then a line for each document: the error of boto3's validator, or the request that boto3 would send.
Nothing is sent. Exits with 3 if boto3 is not installed.
"""

import json
import sys
import urllib.parse

try:
    import boto3
    import botocore
    from botocore.awsrequest import AWSResponse
    from botocore.config import Config
    from botocore.exceptions import ParamValidationError
except ImportError:
    sys.exit(3)

service = sys.argv[2]
client = boto3.client(
    service, region_name="us-east-1", aws_access_key_id="AKIAORACLE", aws_secret_access_key="oracle",
    endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1}))
sent = []


class Answer:
    """A reply without a connection."""

    def stream(self, **_):
        yield b"{}"

    def read(self):
        return b"{}"


def capture(request, **_):
    sent.append(request)
    return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.1"}, Answer())


client.meta.events.register(f"before-send.{service}", capture)
methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}

print(json.dumps({"version": botocore.__version__}))
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        case = json.loads(line)
        try:
            getattr(client, methods[case["operation"]])(**case["input"])
        except ParamValidationError as error:
            print(json.dumps({"refusal": str(error)}))
            continue
        request = sent.pop()
        headers = {name: value.decode() if isinstance(value, bytes) else value
                   for name, value in request.headers.items()}
        print(json.dumps({
            "method": request.method, "path": urllib.parse.urlsplit(request.url).path, "body": request.body.decode(),
            "type": headers["Content-Type"], "target": headers.get("X-Amz-Target")}))
