#!/usr/bin/env python3
"""The same work as launch-bench with one boto3 client, in the same words.

    boto3_client.py calls COUNT URL
    boto3_client.py s3 MIB URL KEY SECRET
"""
import json
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor


def client(service, url, key="AKIABENCH", secret="bench"):
    import boto3
    from botocore.config import Config

    return boto3.client(
        service, region_name="us-east-1", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(max_pool_connections=64, proxies={}, s3={"addressing_style": "path"}))


def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def calls(count, url):
    ecr = client("ecr", url)

    def one(_):
        ecr.describe_repositories(repositoryNames=["stub"])

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(one, range(min(1000, count))))
        before = rss()
        began = time.monotonic()
        list(pool.map(one, range(count)))
        taken = time.monotonic() - began
    return {"calls": count, "seconds": taken, "per_second": count / taken, "rss_before_kb": before,
            "rss_after_kb": rss(), "peak_rss_kb": peak()}


def s3(mebibytes, url, key, secret):
    store = client("s3", url, key, secret)
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "source"), os.path.join(folder, "target")
        with open(source, "wb") as file:
            file.truncate(mebibytes << 20)
        began = time.monotonic()
        store.upload_file(source, "bench", "object")
        up = time.monotonic() - began
        began = time.monotonic()
        store.download_file("bench", "object", target)
        down = time.monotonic() - began
        if os.path.getsize(target) != mebibytes << 20:
            raise SystemExit("wrong size")
    return {"mib": mebibytes, "up_seconds": up, "down_seconds": down, "up_mib_per_second": mebibytes / up,
            "down_mib_per_second": mebibytes / down, "peak_rss_kb": peak()}


if __name__ == "__main__":
    what, number, *place = sys.argv[1:]
    values = calls(int(number), *place) if what == "calls" else s3(int(number), *place)
    print(json.dumps({name: round(value, 3) for name, value in values.items()}))
