package dev.intercept.kit;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Backends of which each breaks one rule, the one in its name, and keeps the others. */
final class BrokenBackends {

    private BrokenBackends() {}

    static class R01LastInFirstOut extends MemoryBackend {
        @Override
        byte[] take() {
            lock.lock();
            try {
                if (queue.size() > 1) {
                    queue.addFirst(queue.removeLast());
                }
                return super.take();
            } finally {
                lock.unlock();
            }
        }
    }

    static class R02LittleEndian extends MemoryBackend {
        @Override
        ByteBuffer show(byte[] packet) {
            return super.show(packet).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    static class R02SomethingBeforeThePacket extends MemoryBackend {
        @Override
        ByteBuffer show(byte[] packet) {
            return buffer.clear().put(packet).put((byte) 0).flip();
        }
    }

    static class R03TrustsTheHandlerWithItsBuffer extends MemoryBackend {
        private boolean handed;

        @Override
        ByteBuffer show(byte[] packet) {
            int position = handed ? buffer.position() : 0;
            int limit = handed && position != 0 ? buffer.limit() : packet.length;
            handed = true;
            buffer.clear().put(packet);
            return buffer.position(position).limit(limit);
        }
    }

    static class R04ForgetsAVerdict extends MemoryBackend {
        @Override
        void apply(byte[] packet, Verdict verdict) {
            if (packet[27] != 77) {
                super.apply(packet, verdict);
            }
        }
    }

    static class R04AcceptsTwice extends MemoryBackend {
        @Override
        void apply(byte[] packet, Verdict verdict) {
            super.apply(packet, verdict);
            if (packet[27] == 77) {
                super.apply(packet, verdict);
            }
        }
    }

    static class R05IgnoresTheLimit extends MemoryBackend {
        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            return super.poll(handler, Integer.MAX_VALUE, timeoutMs);
        }
    }

    static class R06WaitsForTheLimit extends MemoryBackend {
        @Override
        boolean await(int limit, long timeoutNs) {
            super.await(limit, timeoutNs);
            lock.lock();
            try {
                long leftNs = timeoutNs;
                while (queue.size() < limit && !closed && leftNs > 0) {
                    leftNs = changed.awaitNanos(leftNs);
                }
                return !queue.isEmpty();
            } catch (InterruptedException e) {
                return false;
            } finally {
                lock.unlock();
            }
        }
    }

    static class R07NeverWaitsLong extends MemoryBackend {
        @Override
        boolean await(int limit, long timeoutNs) {
            boolean waitsForever = timeoutNs > TimeUnit.SECONDS.toNanos(1);
            return super.await(limit, waitsForever ? timeoutNs : timeoutNs / 10);
        }
    }

    static class R07WaitsThoughAskedNotTo extends MemoryBackend {
        @Override
        boolean await(int limit, long timeoutNs) {
            return super.await(limit, timeoutNs == 0 ? TimeUnit.MINUTES.toNanos(1) : timeoutNs);
        }
    }

    static class R08CountsWrong extends MemoryBackend {
        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            int handed = super.poll(handler, limit, timeoutMs);
            return handed > 1 && handed < 5 ? handed - 1 : handed;
        }
    }

    static class R09SwallowsTheException extends MemoryBackend {
        @Override
        void hand(byte[] packet, PacketHandler handler) {
            try {
                super.hand(packet, handler);
            } catch (RuntimeException e) {
                // The mistake.
            }
        }
    }

    static class R09AcceptsAfterAnException extends MemoryBackend {
        @Override
        void dropTheRest() {
            queue.forEach(this::letGoOn);
            super.dropTheRest();
        }
    }

    static class R09EndsAfterAnException extends MemoryBackend {
        @Override
        void dropTheRest() {
            close();
        }
    }

    static class R10DoesNotWake extends MemoryBackend {
        @Override
        public void close() {
            closed = true;
        }
    }

    static class R11ComesBackFromTheEnd extends MemoryBackend {
        private int polls;

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            int handed = super.poll(handler, limit, timeoutMs);
            return handed == CaptureBackend.END && polls++ > 0 ? 0 : handed;
        }
    }

    static class R12FailsWhenClosedAgain extends MemoryBackend {
        @Override
        public void close() {
            if (closed) {
                throw new IllegalStateException("closed already");
            }
            super.close();
        }
    }

    static class R13MustNotBeClosedByTheHandler extends MemoryBackend {
        @Override
        void apply(byte[] packet, Verdict verdict) {
            if (closed) {
                throw new IllegalStateException("closed under the poll");
            }
            super.apply(packet, verdict);
        }
    }

    /** The source stays taken: what the second backend gets is not connected to it. */
    static class R14StaysTaken extends MemoryBackend {
        private final int opening;

        R14StaysTaken(int opening) {
            this.opening = opening;
        }

        @Override
        public void inject(byte[] packet) {
            if (opening == 1) {
                super.inject(packet);
            }
        }
    }

    static class R15LetsGoWhenItCloses extends MemoryBackend {
        @Override
        public void close() {
            queue.forEach(this::letGoOn);
            super.close();
        }
    }

    static class R16CountsNothing extends MemoryBackend {
        @Override
        public KernelStats kernelStats() {
            KernelStats stats = super.kernelStats();
            return new KernelStats(stats.queued(), 0, stats.losses());
        }
    }

    static class R17ReadsBetweenPolls extends MemoryBackend {
        private volatile boolean polling;

        @Override
        boolean await(int limit, long timeoutNs) {
            polling = timeoutNs > TimeUnit.SECONDS.toNanos(1);
            try {
                return super.await(limit, timeoutNs);
            } finally {
                polling = false;
            }
        }

        @Override
        public KernelStats kernelStats() {
            if (polling) {
                throw new IllegalStateException("a poll waits");
            }
            return super.kernelStats();
        }
    }

    static class R18ForgetsItsReadings extends MemoryBackend {
        @Override
        public KernelStats kernelStats() {
            KernelStats stats = super.kernelStats();
            return closed ? new KernelStats(0, 0, stats.losses()) : stats;
        }
    }

    static class R19NamesLossesWhenTheyHappen extends MemoryBackend {
        @Override
        public KernelStats kernelStats() {
            KernelStats stats = super.kernelStats();
            return new KernelStats(
                    stats.queued(), stats.received(), received == 5 && !closed ? stats.losses() : some());
        }

        private List<KernelStats.Loss> some() {
            return closed || received == 5 ? super.kernelStats().losses() : List.of();
        }
    }

    static class R19HasNoRemedy extends MemoryBackend {
        @Override
        public KernelStats kernelStats() {
            KernelStats stats = super.kernelStats();
            return new KernelStats(
                    stats.queued(), stats.received(), List.of(new KernelStats.Loss("queue_dropped", 0, " ")));
        }
    }

    static class R20ForgetsItsName extends MemoryBackend {
        @Override
        public String lane() {
            return closed ? "closed" : super.lane();
        }
    }

    static class R21Allocates extends MemoryBackend {
        private final List<byte[]> kept = new ArrayList<>();

        @Override
        ByteBuffer show(byte[] packet) {
            kept.add(packet.clone());
            return super.show(packet);
        }
    }
}
