"""Signs generated requests with the installed botocore: one JSON line each, for SigV4BotocoreTests.

Usage: botocore_signatures.py COUNT SEED. Exits with 3 where botocore is not installed.
"""

import datetime
import hashlib
import json
import random
import sys

try:
    import botocore
    from botocore import auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(3)

from urllib.parse import quote

PIECES = [
    "a", "Z", "0", "-", "_", ".", "~", " ", "%", "%41", "%2F", "+", "=", "&", "?", "#", ":", "@", "!", "$", "'", "(",
    ")", "*", ",", ";", "[", "]", "{", "}", "|", "\\", "^", "`", '"', "<", ">", "é", "ü", "日本", "😀", "\u0301",
    "model",
]
SERVICES = ["sagemaker", "sts", "s3", "ecr", "logs"]
REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
HEADERS = [
    "Content-Type", "X-Amz-Target", "X-Amz-Meta-Note", "x-amz-meta-note", "Range", "If-None-Match", "X-Custom_Name",
    "Accept", "content-md5", "My.Header", "User-Agent", "X-Amzn-Trace-Id", "Connection", "Expect", "TE",
]
VALUES = [
    "a", "b c", "  lead", "trail  ", "two  spaces", '"q   q"', "\ttab\there ", "", "x=y; z", "a,b",
    "bytes=0-9", "*/*",
]


def word(rng, most=6):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(0, most)))


def wire_path(rng, service, presigned):
    """A path as it goes on the wire: encoded segments, empty ones and dots among them."""
    if rng.random() < 0.1:
        # botocore leaves the empty path of S3 and of presigned URLs empty; on the wire there is always a slash.
        return "/" if service == "s3" or presigned else ""
    segments = []
    for _ in range(rng.randint(0, 5)):
        kind = rng.random()
        if kind < 0.15:
            segments.append("")
        elif kind < 0.3:
            segments.append(rng.choice([".", "..", "...", ".a"]))
        else:
            segments.append(quote(word(rng), safe=rng.choice(["-._~", "-._~=:@!$'()*,;+&"])))
    return "/" + "/".join(segments) + rng.choice(["", "", "/"])


def query(rng, repeats):
    pairs, names = [], set()
    for _ in range(rng.choice([0, 0, 1, 2, 3, 6])):
        name = rng.choice(["uploads", "prefix", "Prefix", "a", "a-b", "list-type", word(rng, 3) or "n"])
        if name in names and not repeats:
            continue
        names.add(name)
        pairs.append([name, None if rng.random() < 0.2 else word(rng)])
        if repeats and rng.random() < 0.3:
            pairs.append([name, word(rng, 2)])
    rng.shuffle(pairs)
    return pairs


def encoded(pairs):
    return "&".join(
        quote(name, safe="-._~") + ("" if value is None else "=" + quote(value, safe="-._~")) for name, value in pairs
    )


def one(rng):
    service, region = rng.choice(SERVICES), rng.choice(REGIONS)
    presigned = rng.random() < 0.25
    if presigned and rng.random() < 0.8:
        service = "s3"
    when = datetime.datetime(2015, 1, 1) + datetime.timedelta(seconds=rng.randint(0, 600_000_000))
    auth.get_current_datetime = lambda *_, **__: when
    token = word(rng, 20) + "token/+=" if rng.random() < 0.5 else None
    secret = "secret/+" + word(rng, 12)
    credentials = Credentials("AKID" + str(rng.randint(0, 9999)), secret, token)
    host = f"{service}.{region}.example.com" + rng.choice(["", "", ":8443"])
    path, pairs = wire_path(rng, service, presigned), query(rng, repeats=not presigned)
    fields = []
    for name in rng.sample(HEADERS, rng.randint(0, 4)):
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            fields.append([name, rng.choice(VALUES)])
    unsigned = not presigned and rng.random() < 0.2
    if unsigned and service == "s3" and not any(name == "content-md5" for name, _ in fields):
        # Without another checksum, botocore signs the body in spite of the setting.
        fields.append(["content-md5", "x"])
    method = rng.choice(METHODS)
    body = rng.randbytes(rng.choice([0, 1, 20, 3000]))
    case = {
        "method": method, "host": host, "path": path, "query": pairs, "headers": fields, "service": service,
        "region": region, "time": int(when.replace(tzinfo=datetime.timezone.utc).timestamp()),
        "accessKeyID": credentials.access_key, "secret": secret,
    }
    if token is not None:
        case["token"] = token
    text = encoded(pairs)
    url = f"https://{host}{path}" + (f"?{text}" if text else "")
    request = AWSRequest(method=method, url=url, data=b"" if presigned else body)
    # Pairs without values may also have the form of botocore's serializers.
    if pairs and not presigned and all(value is not None for _, value in pairs) and rng.random() < 0.5:
        request = AWSRequest(method=method, url=f"https://{host}{path}", data=body)
        request.params = [tuple(pair) for pair in pairs]
    for name, value in fields:
        request.headers.add_header(name, value)
    if presigned:
        case["expires"] = rng.randint(1, 604_800)
        kind = auth.S3SigV4QueryAuth if service == "s3" else auth.SigV4QueryAuth
        kind(credentials, service, region, expires=case["expires"]).add_auth(request)
        case["expected"] = request.url
        return case
    if unsigned:
        request.context["payload_signing_enabled"] = False
    else:
        case["hash"] = hashlib.sha256(body).hexdigest()
    kind = auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth
    kind(credentials, service, region).add_auth(request)
    case["expected"] = request.headers["Authorization"]
    return case


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    print(json.dumps({"version": botocore.__version__}))
    for _ in range(count):
        print(json.dumps(one(rng)))


main()
