package com.example.udp

import dev.intercept.spi.PacketInjector
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.DatagramChannel

/** Sends packets to the backend on this host. */
class UdpInjector(port: Int) : PacketInjector {

    private val backend = InetSocketAddress(InetAddress.getLoopbackAddress(), port)
    private val channel = DatagramChannel.open()

    /** A datagram holds less than the longest packet; the headers come first and are all that matters. */
    override fun inject(packet: ByteBuffer) {
        packet.limit(minOf(packet.limit(), packet.position() + MAX_DATAGRAM_BYTES))
        channel.send(packet, backend)
    }

    override fun close() = channel.close()

    private companion object {
        const val MAX_DATAGRAM_BYTES = 65507
    }
}
