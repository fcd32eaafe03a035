"""Echoes one connection, and prints its port first and how much it has echoed, with the checksum, last."""

import asyncio
import hashlib


async def main():
    done = asyncio.get_running_loop().create_future()

    async def echo(reader, writer):
        checksum, total = hashlib.sha256(), 0
        while block := await reader.read(1 << 18):
            checksum.update(block)
            total += len(block)
            writer.write(block)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        done.set_result((total, checksum.hexdigest()))

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    total, checksum = await done
    server.close()
    print(total, checksum, flush=True)


asyncio.run(main())
