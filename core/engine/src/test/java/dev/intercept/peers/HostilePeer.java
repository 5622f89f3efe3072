package dev.intercept.peers;

import dev.intercept.server.Peer;
import dev.intercept.tcpcopy.Generation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** What one peer may do to the server that it should not. Each comes to an end by itself, within a second or two. */
enum HostilePeer {
    ONE_BYTE_AT_A_TIME {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            for (byte each : records(random, 20)) {
                peer.send(each);
            }
        }
    },
    HALF_A_FIRST_RECORD {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.send(Arrays.copyOf(records(random, 0), 1 + random.nextInt(7)));
            peer.isEndedByServer();
        }
    },
    HALF_A_LATER_RECORD {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            byte[] records = records(random, 3);
            peer.send(Arrays.copyOf(records, records.length - 1 - random.nextInt(13)));
            pause(random.nextInt(300));
        }
    },
    FLOOD_OF_UNKNOWN_RECORDS {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.send(Generation.V1::encodeOpening);
            byte[] unknown = new byte[14 * 20_000];
            random.nextBytes(unknown);
            for (int at = 0; at < unknown.length; at += 14) {
                unknown[at + 6] = 7;
            }
            peer.send(unknown);
        }
    },
    ADD_STORM {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.send(records(random, 10_000));
            pause(400);
        }
    },
    RANDOM_BYTES {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            byte[] bytes = new byte[8 + random.nextInt(4000)];
            random.nextBytes(bytes);
            peer.send(bytes);
            peer.isEndedByServer();
        }
    },
    HTTP_REQUEST {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.send("GET /\u001b[31m HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            peer.isEndedByServer();
        }
    },
    TLS_HELLO {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            byte[] hello = new byte[517];
            random.nextBytes(hello);
            System.arraycopy(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}, 0, hello, 0, 11);
            peer.send(hello);
            peer.isEndedByServer();
        }
    },
    CONNECTS_AND_CLOSES {
        @Override
        void connected(Peer peer, Random random) {
            // That was all.
        }
    },
    CONNECTS_AND_RESETS {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.socket.setSoLinger(true, 0);
        }
    },
    RESETS_MID_RECORD {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            byte[] records = records(random, 5);
            peer.send(Arrays.copyOf(records, records.length - 5));
            peer.socket.setSoLinger(true, 0);
        }
    },
    CLOSES_ONE_HALF {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.send(records(random, random.nextInt(3)));
            peer.socket.shutdownOutput();
            peer.isEndedByServer();
        }
    },
    NEVER_READS {
        @Override
        void connected(Peer peer, Random random) throws IOException {
            int port = 1 + random.nextInt(65535);
            getStuck(peer, port);
            pause(500 + random.nextInt(2500));
            STUCK_PORTS.remove(port);
        }
    },
    IS_NOT_ALLOWED {
        @Override
        String from() {
            return "127.200.0.1";
        }

        @Override
        void connected(Peer peer, Random random) throws IOException {
            peer.isEndedByServer();
        }
    };

    /** 203.0.113.7 */
    static final int STUCK_CLIENT = 0xcb007107;

    static final int TARGET = 0xc6336401;
    static final int TARGET_PORT = 8080;

    /** Of sessions whose tunnels do not read now. */
    static final Set<Integer> STUCK_PORTS = java.util.concurrent.ConcurrentHashMap.newKeySet();

    void attack(InetSocketAddress server, Random random) throws IOException {
        try (Peer peer = new Peer(server, from())) {
            connected(peer, random);
        }
    }

    String from() {
        return "127.0.0.66";
    }

    abstract void connected(Peer peer, Random random) throws IOException;

    /** From here on its session's answers come, and it reads none. */
    static void getStuck(Peer peer, int port) throws IOException {
        peer.socket.setReceiveBufferSize(4096);
        peer.send(out -> {
            Generation.V1.encodeOpening(out);
            Generation.V1.encodeAdd(out, STUCK_CLIENT, port, TARGET, TARGET_PORT);
        });
        STUCK_PORTS.add(port);
    }

    /** An opening record and so many ADDs of sessions in 10.0.0.0/8. */
    private static byte[] records(Random random, int adds) {
        ByteBuffer out = ByteBuffer.allocate(14 * (1 + adds));
        Generation.V1.encodeOpening(out);
        for (int i = 0; i < adds; i++) {
            int client = 0x0a000000 | random.nextInt(1 << 24);
            Generation.V1.encodeAdd(out, client, random.nextInt(1 << 16), TARGET, TARGET_PORT);
        }
        return out.array();
    }

    /** The time that it keeps its connection: the point of the attack, nothing is waited for. */
    private static void pause(int ms) {
        LockSupport.parkNanos(ms * 1_000_000L);
    }
}
