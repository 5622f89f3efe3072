package dev.intercept.pcap;

import dev.intercept.pcap.link.FrameTally;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import org.jspecify.annotations.Nullable;

/**
 * Opens the capture of one device: first where the device is there and up, later, when the capture broke, in any case; then it
 * waits for the device.
 *
 * <p>Thread rule: one thread at a time, from the second opening on the polling one.
 */
final class DeviceSource implements ReopeningBackend.Source {

    private final DeviceCalls calls;
    private final String device;
    private final String lane;
    private final PcapSettings settings;
    private final FanoutGroup group;
    private @Nullable DeviceWatch watch;

    /** @param group joined when there are several lanes */
    DeviceSource(DeviceCalls calls, String device, String lane, PcapSettings settings, FanoutGroup group) {
        this.calls = calls;
        this.device = device;
        this.lane = lane;
        this.settings = settings;
        this.group = group;
    }

    /** @throws BackendException as {@link DeviceOpener#open} */
    @Override
    public CaptureBackend open() throws BackendException {
        Wakeup wakeup = new Wakeup(calls);
        FrameTally tally = new FrameTally();
        try {
            @Nullable OpenPcap pcap = watch == null || watch.mayBeUp() ? openPcap(wakeup, tally) : null;
            if (watch == null) {
                watch = new DeviceWatch(lane, device, new DeviceFlags(calls, device)::state, calls::nanoTime);
            }
            return new LiveCapture(this, wakeup, watch, tally, pcap);
        } catch (BackendException | RuntimeException | Error e) {
            wakeup.close();
            throw e;
        }
    }

    /** One that ends the wait of {@code wakeup} when packets come. */
    OpenPcap openPcap(Wakeup wakeup, FrameTally tally) throws BackendException {
        OpenPcap pcap = DeviceOpener.open(calls, device, settings, group, tally);
        try {
            if (pcap.selectableFd() >= 0) {
                wakeup.watch(pcap.selectableFd());
            }
            return pcap;
        } catch (BackendException e) {
            pcap.close();
            throw e;
        }
    }

    String device() {
        return device;
    }

    String lane() {
        return lane;
    }

    int bufferBytes() {
        return settings.bufferBytes();
    }
}
