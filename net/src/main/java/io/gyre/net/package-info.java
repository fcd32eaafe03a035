/**
 * Byte streams, servers and datagrams for tasks.
 *
 * <ul>
 *   <li>Streams: {@link ByteStream} with {@link ByteReader} and {@link ByteWriter}; {@link TcpStream} and
 *       {@link UnixStream}, which connect; {@link BufferedStream} for your own streams; {@link Streams} and
 *       {@link StreamHalves}, which join and split them.
 *   <li>Servers: {@link TcpServer} and {@link UnixServer}, with a {@link StreamHandler} for each connection;
 *       {@link ServerGroup} for several loops.
 *   <li>UDP: {@link UdpSocket} and {@link Packet}.
 *   <li>Options and limits: {@link ConnectOptions}, {@link ServerOptions}, {@link SocketOptions}.
 *   <li>Failures caused by peers: {@link ConnectFailedException}, {@link IncompleteReadException},
 *       {@link LimitExceededException}.
 *   <li>Channels without a stream: {@link RawSockets}.
 *   <li>Host names: {@link io.gyre.net.dns}.
 * </ul>
 *
 * <p>The module's README groups the classes that users do not see.
 *
 * <p>Depends on {@code io.gyre.loop}, through its public API and {@link io.gyre.loop.LowLevel}, never on its internals;
 * and on {@link io.gyre.net.dns}.
 */
@LibraryCode
@NullMarked
package io.gyre.net;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
