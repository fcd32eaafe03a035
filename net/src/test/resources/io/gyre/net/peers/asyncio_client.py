"""Sends so many mebibytes to an echo server, reads them back meanwhile, and prints both checksums."""

import asyncio
import hashlib
import os
import sys


async def main(port, mebibytes):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent, received = hashlib.sha256(), hashlib.sha256()

    async def send():
        for _ in range(mebibytes):
            block = os.urandom(1 << 20)
            sent.update(block)
            writer.write(block)
            await writer.drain()
        writer.write_eof()

    sending = asyncio.create_task(send())
    total = 0
    while block := await reader.read(1 << 18):
        received.update(block)
        total += len(block)
    await sending
    writer.close()
    await writer.wait_closed()
    print(total, sent.hexdigest(), received.hexdigest())


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
