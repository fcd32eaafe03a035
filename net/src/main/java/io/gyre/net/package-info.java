/**
 * Streams of bytes, servers and datagrams for tasks.
 *
 * <ul>
 *   <li>Streams: {@link ByteStream} with {@link ByteReader} and {@link ByteWriter}; {@link TcpStream} and {@link UnixStream}, which
 *       connect; {@link BufferedStream} for streams of your own; {@link Streams} and {@link StreamHalves}, which join and part them.
 *   <li>Servers: {@link TcpServer} and {@link UnixServer}, with a {@link StreamHandler} for each connection; {@link ServerGroup} for
 *       several loops.
 *   <li>UDP: {@link UdpSocket} and {@link Packet}.
 *   <li>Options and limits: {@link ConnectOptions}, {@link ServerOptions}, {@link SocketOptions}.
 *   <li>What peers do: {@link ConnectFailedException}, {@link IncompleteReadException}, {@link LimitExceededException}.
 *   <li>Channels without a stream: {@link RawSockets}.
 *   <li>Names of hosts: {@link io.gyre.net.dns}.
 * </ul>
 *
 * <p>The classes that users do not see are grouped in the README of the module.
 *
 * <p>Depends on {@code io.gyre.loop}, by its public API and {@link io.gyre.loop.LowLevel}, never on its internals; and on
 * {@link io.gyre.net.dns}.
 */
@LibraryCode
@NullMarked
package io.gyre.net;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
