package com.example.udp

import dev.intercept.spi.CaptureBackend
import dev.intercept.spi.KernelStats
import dev.intercept.spi.PacketHandler
import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.channels.ClosedSelectorException
import java.nio.channels.DatagramChannel
import java.nio.channels.SelectionKey
import java.nio.channels.Selector
import java.util.concurrent.atomic.AtomicLong

/** One UDP port. The verdicts come to nothing: what is mirrored here has left already. */
class UdpBackend(port: Int) : CaptureBackend {

    private val channel = DatagramChannel.open()
    private val selector = Selector.open()
    private val packet = ByteBuffer.allocateDirect(MAX_PACKET_BYTES)
    private val packets = AtomicLong()
    private val malformed = AtomicLong()

    init {
        try {
            channel.bind(InetSocketAddress(port)).configureBlocking(false).register(selector, SelectionKey.OP_READ)
        } catch (e: Exception) {
            close()
            throw e
        }
    }

    private val port = (channel.localAddress as InetSocketAddress).port

    /** Where packets may be sent to. */
    fun port() = port

    override fun lane() = "udp:$port"

    override fun issuesVerdicts() = false

    override fun poll(handler: PacketHandler, limit: Int, timeoutMs: Int): Int {
        try {
            val handed = handOver(handler, limit)
            if (handed > 0 || timeoutMs == 0) {
                return handed
            }
            selector.select({ }, timeoutMs.toLong())
            return handOver(handler, limit)
        } catch (e: ClosedChannelException) {
            return CaptureBackend.END
        } catch (e: ClosedSelectorException) {
            return CaptureBackend.END
        }
    }

    private fun handOver(handler: PacketHandler, limit: Int): Int {
        var handed = 0
        while (handed < limit && (handed == 0 || channel.isOpen)) {
            packet.clear()
            if (channel.receive(packet) == null) {
                return handed
            }
            packet.flip()
            if (packet.hasRemaining() && packet.get(0).toInt() shr 4 == IP_VERSION) {
                packets.incrementAndGet()
                handed++
                handler.onPacket(packet)
            } else {
                malformed.incrementAndGet()
            }
        }
        return handed
    }

    override fun kernelStats() =
        KernelStats(
            0,
            packets.get(),
            listOf(
                KernelStats.Loss(
                    "malformed_datagrams",
                    malformed.get(),
                    "datagrams held no IPv4 packet",
                    "tcpdump -Xni any udp port $port  # who sends what? each datagram must begin with an IPv4 header",
                ),
            ),
        )

    /** The port is free once the selector has let go of it. */
    override fun close() {
        channel.close()
        selector.close()
    }

    private companion object {
        const val MAX_PACKET_BYTES = 65535
        const val IP_VERSION = 4
    }
}
