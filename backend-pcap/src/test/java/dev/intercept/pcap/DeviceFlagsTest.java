package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.DescriptorLimit;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TestNetwork;
import org.junit.jupiter.api.Test;

class DeviceFlagsTest {

    @Test
    void shouldDistinguishDevicesThatAreUpFromThoseThatAreDownAndThoseThatAreNot() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            DeviceFlags flags = new DeviceFlags(new SystemDeviceCalls(), TestNetwork.WIRE_DEVICE);
            assertEquals(DeviceState.UP, namespace.call(flags::state));
            namespace.exec("ip", "link", "set", TestNetwork.WIRE_DEVICE, "down");
            assertEquals(DeviceState.DOWN, namespace.call(flags::state));
            namespace.exec("ip", "link", "del", TestNetwork.WIRE_DEVICE);
            assertEquals(DeviceState.GONE, namespace.call(flags::state));
        }
    }

    @Test
    void shouldFindNoDeviceUnderANameThatNoDeviceCanHave() {
        assertEquals(DeviceState.GONE, new DeviceFlags(new SystemDeviceCalls(), "lo-and-much-too-long").state());
        assertEquals(DeviceState.GONE, new DeviceFlags(new SystemDeviceCalls(), "any").state());
        assertEquals(DeviceState.GONE, new DeviceFlags(new SystemDeviceCalls(), "").state());
    }

    @Test
    void shouldNotCallALackOfDescriptorsALackOfTheDevice() throws Exception {
        DeviceFlags flags = new DeviceFlags(new SystemDeviceCalls(), "lo");
        DeviceState before = flags.state();
        assertEquals(DeviceState.UNKNOWN, DescriptorLimit.withNone(flags::state));
        assertEquals(before, flags.state());
    }
}
