"""Sends MEBIBYTES to an echo server over TLS, and prints how many came back, with both checksums."""
import asyncio
import hashlib
import random
import ssl
import sys

port, authority, mebibytes = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


async def main():
    context = ssl.create_default_context(cafile=authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    sent, received = hashlib.sha256(), hashlib.sha256()

    async def send():
        source = random.Random(42)
        for _ in range(mebibytes):
            block = source.randbytes(1 << 20)
            sent.update(block)
            writer.write(block)
            await writer.drain()

    sending = asyncio.create_task(send())
    count = 0
    while count < mebibytes << 20:
        block = await reader.read(1 << 18)
        if not block:
            break
        count += len(block)
        received.update(block)
    await sending
    writer.close()
    await writer.wait_closed()
    print(count, sent.hexdigest(), received.hexdigest())


asyncio.run(main())
