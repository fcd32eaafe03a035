"""Listens, prints the port, and becomes a program that has the listening socket as its standard input."""
import os
import socket
import sys

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
os.dup2(listening.fileno(), 0)
os.execv(sys.argv[1], sys.argv[1:])
