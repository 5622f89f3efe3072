package com.example.udp

import dev.intercept.kit.BackendFixture
import dev.intercept.kit.CaptureBackendContract
import dev.intercept.spi.CaptureBackend
import java.nio.ByteBuffer
import java.util.Optional

/** The UDP backend keeps every rule of the contract. */
class UdpContractTest : CaptureBackendContract() {

    override fun newFixture() = object : BackendFixture {

        private lateinit var injector: UdpInjector

        override fun open(): CaptureBackend = UdpBackend(0).also { injector = UdpInjector(it.port()) }

        override fun inject(packet: ByteArray) = injector.inject(ByteBuffer.wrap(packet))

        override fun accepted(timeoutMs: Int): Optional<ByteArray> =
            throw AssertionError("the backend only observes, so nothing goes on after its verdict")

        override fun close() = injector.close()
    }
}
