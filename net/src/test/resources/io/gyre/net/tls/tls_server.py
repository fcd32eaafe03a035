"""Echo server over TLS: prints its port, and ends with its standard input."""
import asyncio
import ssl
import sys


async def echo(reader, writer):
    while block := await reader.read(1 << 18):
        writer.write(block)
        await writer.drain()
    writer.close()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
