"""Claims of other queues, beside `launch-bench claims`: queues.py WAITING...

Prints the median milliseconds of 200 claims, one job each, from a queue with so many waiting jobs. Queues that are not
installed are left out: procrastinate and pgqueuer on the PostgreSQL of libpq's variables, huey on SQLite with fsync.
"""

import asyncio
import importlib.util
import os
import statistics
import sys
import tempfile
import time
import uuid

CLAIMS = 200


def there(*names):
    return all(importlib.util.find_spec(name) for name in names)


async def timed(claim):
    times = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        found = await claim()
        times.append(time.perf_counter() - began)
        assert found, "the queue is empty"
    return 1000 * statistics.median(times)


class Database:
    """An empty database of its own."""

    def __enter__(self):
        import psycopg

        self.name = f"t{uuid.uuid4().hex}"
        self.server = psycopg.connect(autocommit=True)
        self.server.execute(f"CREATE DATABASE {self.name}")
        self.before = os.environ.get("PGDATABASE")
        os.environ["PGDATABASE"] = self.name
        return self

    def __exit__(self, *_):
        os.environ["PGDATABASE"] = self.before or "postgres"
        self.server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.server.close()


async def procrastinate(waiting):
    import procrastinate as library

    with Database():
        app = library.App(connector=library.PsycopgConnector(kwargs={}, min_size=1, max_size=2))
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            task = app.configure_task("work", queue="q")
            await task.batch_defer_async(*({"number": number} for number in range(waiting)))
            worker = await app.job_manager.register_worker()
            return await timed(lambda: app.job_manager.fetch_job(["q"], worker))


async def pgqueuer(waiting):
    import asyncpg
    from datetime import timedelta
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.queries import EntrypointExecutionParameter, Queries

    with Database():
        connection = await asyncpg.connect()
        queries = Queries(AsyncpgDriver(connection))
        await queries.install()
        await queries.enqueue(["q"] * waiting, [None] * waiting, [0] * waiting)
        await connection.execute("ANALYZE")
        fields = EntrypointExecutionParameter.__dataclass_fields__
        parameter = EntrypointExecutionParameter(
            **{name: False if "serial" in name else 0 for name in fields if fields[name].init}
        )
        identity = uuid.uuid4()
        result = await timed(lambda: queries.dequeue(1, {"q": parameter}, identity, None, timedelta(seconds=30)))
        await connection.close()
        return result


async def huey(waiting):
    from huey.storage import SqliteStorage

    with tempfile.TemporaryDirectory() as folder:
        storage = SqliteStorage("q", filename=f"{folder}/queue.db", fsync=True)
        with storage.db(commit=True) as cursor:
            cursor.executemany("insert into task (queue, data, priority) values ('q', x'00', 0)", [()] * waiting)

        async def claim():
            return storage.dequeue() is not None

        return await timed(claim)


async def main():
    counts = [int(word) for word in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print("queue\t" + "\t".join(map(str, counts)))
    for name, libraries, claim in [
        ("procrastinate", ["procrastinate", "psycopg"], procrastinate),
        ("pgqueuer", ["pgqueuer", "asyncpg", "psycopg"], pgqueuer),
        ("huey", ["huey"], huey),
    ]:
        if there(*libraries):
            print(name + "\t" + "\t".join([f"{await claim(count):.2f}" for count in counts]), flush=True)


asyncio.run(main())
