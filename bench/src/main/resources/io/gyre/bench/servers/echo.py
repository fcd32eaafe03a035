"""An echo server on asyncio or uvloop, as a protocol or with streams: echo.py {asyncio,uvloop} {protocol,streams} [PEM].

With a file that has a certificate and its key it speaks TLS. Prints its version and "port N", and ends with its standard input. TCP_NODELAY is asyncio's and uvloop's default.
"""
import asyncio
import os
import platform
import ssl
import sys

BUFFER_BYTES = 64 * 1024
BACKLOG = 1024


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        # asyncio reads up to 256 KiB unless told otherwise. uvloop has a fixed buffer of 256,000 bytes and no such attribute.
        if hasattr(transport, "max_size"):
            transport.max_size = BUFFER_BYTES
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def echo(reader, writer):
    try:
        while data := await reader.read(BUFFER_BYTES):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def end_with_input():
    if not os.read(0, 64):
        os._exit(0)


def tls(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.num_tickets = 1  # as many as the JDK and Go give out
    return context


async def main(api, pem=None):
    loop = asyncio.get_running_loop()
    context = tls(pem) if pem else None
    # Not with a socket of our own: asyncio sets TCP_NODELAY only on one that says that it is of the protocol TCP.
    if api == "protocol":
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=BACKLOG, ssl=context)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=BACKLOG, ssl=context)
    loop.add_reader(0, end_with_input)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def run(loop, api, *pem):
    version = f"CPython {platform.python_version()}"
    if pem:
        version += f", {ssl.OPENSSL_VERSION}"
    if loop == "uvloop":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        version = f"uvloop {uvloop.__version__}, {version}"
    print(f"version {version}", flush=True)
    asyncio.run(main(api, *pem))


if __name__ == "__main__":
    run(*sys.argv[1:])
