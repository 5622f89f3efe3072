package com.example.udp

import dev.intercept.spi.BackendException
import dev.intercept.spi.BackendOption
import dev.intercept.spi.BackendOptions
import dev.intercept.spi.CaptureBackend
import dev.intercept.spi.CaptureBackendProvider
import dev.intercept.spi.CaptureMode
import dev.intercept.spi.PacketInjector
import java.io.IOException
import java.util.Optional

/** What intercept finds in the jar: the backend's name, its option, and how it is opened. */
class UdpProvider : CaptureBackendProvider {

    override fun name() = "udp"

    override fun description() = "packets that somebody mirrors in UDP datagrams, one in each; observes only"

    /** It decides nothing, so answers would escape where it is chosen silently. */
    override fun priority() = 0

    override fun spiVersion() = CaptureBackendProvider.SPI_VERSION

    override fun unavailabilityCause(): Optional<String> = Optional.empty()

    override fun options() =
        listOf(BackendOption(listOf(PORT), "PORT", "4790", "UDP port to which the packets are sent"))

    override fun mode() = CaptureMode.OBSERVES

    override fun open(options: BackendOptions): List<CaptureBackend> {
        val port = options.number(PORT, 1, MAX_PORT)
        try {
            return listOf(UdpBackend(port))
        } catch (e: IOException) {
            throw BackendException(
                BackendException.Kind.REFUSED,
                "$PORT $port cannot be listened on: ${e.message}; take another, or see ss -ulnp",
                e,
            )
        }
    }

    override fun injector(options: BackendOptions): Optional<PacketInjector> =
        Optional.of(UdpInjector(options.number(PORT, 1, MAX_PORT)))

    private companion object {
        const val PORT = "--udp-port"
        const val MAX_PORT = 65535
    }
}
