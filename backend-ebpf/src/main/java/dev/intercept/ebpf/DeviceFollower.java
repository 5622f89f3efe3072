package dev.intercept.ebpf;

import java.util.Map;

/** The thread that attaches to devices as they come. It ends with {@link #close}. */
final class DeviceFollower implements AutoCloseable {

    private final Attachments attachments;
    private final Thread thread;

    private DeviceFollower(Attachments attachments, Map<Integer, DevicePrograms> programs) {
        this.attachments = attachments;
        thread = new Thread(() -> follow(attachments, programs), "ebpf-devices");
        thread.setDaemon(true);
    }

    static DeviceFollower start(Attachments attachments, Map<Integer, DevicePrograms> programs) {
        DeviceFollower follower = new DeviceFollower(attachments, programs);
        follower.thread.start();
        return follower;
    }

    private static void follow(Attachments attachments, Map<Integer, DevicePrograms> programs) {
        boolean isDone;
        do {
            // Before the first wait too: a device may have come since the start.
            isDone = attachments.update(programs);
        } while (attachments.events().await(!isDone));
    }

    /** Returns once the thread has ended. */
    @Override
    public void close() {
        attachments.events().stop();
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
